"""Running the program as a user would: for all whole-program tests."""

import itertools
import os
import signal
import subprocess

import pytest
from harness import PARTWISE, Run

# Whatever started the tests in the background may have had these ignored, which programs inherit and heed.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture
def partwise(tmp_path):
    """Calls the program, each time in an empty folder and with an environment of its own."""
    calls = itertools.count()

    def call(*arguments, env=None, files=None, timeout=120, said=""):
        folder = tmp_path / f"run-{next(calls)}"
        folder.mkdir()
        for name, text in (files or {}).items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if k in os.environ}
        environment.update(env or {})
        process = subprocess.run(
            [PARTWISE, *map(str, arguments)],
            cwd=folder, env=environment, timeout=timeout, check=False,
            input=said, capture_output=True, text=True)
        assert "AddressSanitizer" not in process.stderr and "runtime error" not in process.stderr, process.stderr
        return Run(process, folder)

    return call
