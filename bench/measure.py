"""What the benches share: memory of a process, medians, and a table of results with their targets."""

import json
import pathlib
import statistics
import threading
import time


class MemoryWatch:
    """Most memory that a process holds while it runs. (What wait4 tells begins with ours.)"""

    def __init__(self, pid):
        self.status = pathlib.Path(f"/proc/{pid}/status")
        self.kib = 0
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self):
        while True:
            try:
                found = [line for line in self.status.read_text().splitlines() if line.startswith("VmHWM:")]
            except OSError:
                return
            if not found:
                return  # it has ended
            self.kib = int(found[0].split()[1])
            time.sleep(0.1)  # seldom: it shares the processors with what is measured

    def mib(self):
        self.thread.join()
        return self.kib / 1024


def median(runs, what):
    return statistics.median(run[what] for run in runs)


class Results:
    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, target=None, at_least=False):
        met = None if target is None else (value >= target if at_least else value <= target)
        self.rows.append({"name": name, "value": value, "unit": unit, "target": target,
                          "target_is": None if target is None else "at least" if at_least else "at most",
                          "met": met})

    def table(self):
        for row in self.rows:
            target = "" if row["target"] is None else f"{row['target_is']} {row['target']:g}"
            met = {None: "", True: "met", False: "MISSED"}[row["met"]]
            yield f"{row['name']:<58} {row['value']:>12.5g} {row['unit']:<8} {target:<14} {met}".rstrip()

    def told(self, file):
        """Prints the table and its JSON, which `file` gets too; the exit status: 1 when a target is missed."""
        print("\n".join(self.table()))
        text = json.dumps(self.rows, indent=1)
        file.write_text(text + "\n")
        print(text)
        return 0 if all(row["met"] is not False for row in self.rows) else 1
