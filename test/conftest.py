"""Running the program as a user would: fixtures shared by all whole-program tests."""

import json
import os
import pathlib
import subprocess

import pytest

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


@pytest.fixture
def partwise(tmp_path):
    """Calls the program in an empty folder with an environment of its own."""

    def call(*arguments, env=None, files=None, timeout=120):
        for name, text in (files or {}).items():
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}
        environment.update(env or {})
        process = subprocess.run(
            [PARTWISE, *map(str, arguments)],
            cwd=tmp_path, env=environment, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert "AddressSanitizer" not in process.stderr and "runtime error" not in process.stderr, process.stderr
        return Run(process, tmp_path)

    return call
