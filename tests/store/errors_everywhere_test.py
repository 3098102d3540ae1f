#!/usr/bin/env python3
"""One system call after another fails, in every way that it plausibly can on a machine that is full, broken, or somebody else's:
the outcome is a correct result or a clear error, and the store is whole afterwards. See faults.py; which call can give which
errors is in tests/fault/call_table.cpp."""
import os
import random
import shutil
import subprocess
import unittest

import faults
from faults import PROC, SCENARIOS, SETTINGS, Point, Violation, check_outcome, evenly, turning_points

LOOKS = 60
SHUFFLE = 4  # a full run that is cut short has tried a fair sample


class Failed(faults.FaultTestCase):
    kind = "failed"

    def points(self, name):
        calls = [call for call in self.boxes[0].calls(SCENARIOS[name]) if call[3]]
        everything = self.boxes[0].calls(SCENARIOS[name], skip="")
        looks = [(number, error) for number, _, _, errors, text in everything for error in errors if PROC in text]
        pairs = [(number, error) for number, _, _, errors, _ in calls for error in errors]
        if SETTINGS.full:
            random.Random(SHUFFLE).shuffle(pairs)
            looks = evenly(looks, LOOKS)
        else:
            turns = turning_points(calls)
            at_turns = [pair for pair in pairs if pair[0] in turns]
            pairs = evenly(at_turns, SETTINGS.sample * 2 // 3) + evenly(pairs, SETTINGS.sample // 3)
            looks = evenly(looks, 1)
        return [Point(("error", *pair)) for pair in pairs] + [Point(("error", *pair), skip="") for pair in looks]

    def check(self, name):
        self.campaign(name, self.points(name), self.judge)

    @staticmethod
    def judge(scenario, outcome):
        check_outcome(scenario, outcome)


for scenario_name in SCENARIOS:
    setattr(Failed, "test_" + scenario_name.replace(" ", "_"), lambda self, name=scenario_name: self.check(name))

if __name__ == "__main__":
    faults.main()
