#!/usr/bin/env python3
"""SIGKILL at the entry of one system call after another, for everything that a command does: afterwards the store is whole, the
next run works, and one clean leaves nothing. See faults.py."""
import faults
from faults import PROC, SCENARIOS, SETTINGS, Point, by_kind, evenly, turning_points

# Of the calls that read /proc, in a full run: nothing changes between them.
LOOKS = 60


class Killed(faults.FaultTestCase):
    kind = "killed"

    def points(self, name):
        """Everything dies, or only the process that makes the call: its detached children go on then."""
        calls = self.boxes[0].calls(SCENARIOS[name])
        numbers = [call[0] for call in calls]
        everything = self.boxes[0].calls(SCENARIOS[name], skip="")
        looks = [number for number, _, _, _, text in everything if PROC in text]
        if SETTINGS.full:
            chosen = by_kind([(number, action) for number in numbers for action in ("kill", "kill-caller")], calls)
            looks = evenly(looks, LOOKS)
        else:
            turns = evenly(sorted(turning_points(calls)), SETTINGS.sample * 2 // 3)
            sample = sorted({*turns, *evenly(numbers, SETTINGS.sample - len(turns))})
            chosen = [(number, ("kill", "kill-caller")[index % 3 == 2]) for index, number in enumerate(sample)]
            looks = evenly(looks, 1)
        return [Point((action, number)) for number, action in chosen] + [Point(("kill", number), skip="") for number in looks]

    def check(self, name):
        # What was done before the blow is checked by all that follows.
        self.campaign(name, self.points(name), lambda scenario, outcome: None)


for scenario_name in SCENARIOS:
    setattr(Killed, "test_" + scenario_name.replace(" ", "_"), lambda self, name=scenario_name: self.check(name))

if __name__ == "__main__":
    faults.main()
