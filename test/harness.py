"""Where the program is, and what one run of it did."""

import json
import os
import pathlib

TOP = pathlib.Path(__file__).resolve().parent.parent
PARTWISE = os.environ.get("PARTWISE", str(TOP / "build" / "partwise"))


class Run:
    """What one run of the program did."""

    def __init__(self, process, folder):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr
        self.folder = folder

    @property
    def report(self):
        """The JSON report that was written, of the only cluster."""
        return json.loads(self.file("report.json").read_text())

    def file(self, ending):
        found = sorted(self.folder.glob(f"*{ending}"))
        assert len(found) == 1, f"{ending}: {found}\n{self.err}"
        return found[0]

    def topic(self, name):
        found = [t for t in self.report["clusters"][0]["topics"] if t["name"] == name]
        assert len(found) == 1, f"{name} is there {len(found)} times"
        return found[0]
