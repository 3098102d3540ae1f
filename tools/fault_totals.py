#!/usr/bin/env python3
"""Adds up the figures that the campaigns of tests/store/faults.py wrote.  usage: fault_totals.py FILE..."""
import json
import sys


def main():
    for path in sys.argv[1:]:
        with open(path) as file:
            totals = json.load(file)
        for kind, scenarios in totals.items():
            for name, entry in scenarios.items():
                print(f"{kind:8} {name:24} {entry['hit']:6} of {entry['planned']:6} points, {entry['violations']} violations, {entry['seconds']:.0f} s")
            whole = {key: sum(entry[key] for entry in scenarios.values()) for key in ("hit", "planned", "violations", "seconds")}
            print(f"{kind:8} {'all':24} {whole['hit']:6} of {whole['planned']:6} points, {whole['violations']} violations, {whole['seconds']:.0f} s")


if __name__ == "__main__":
    main()
