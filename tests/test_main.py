"""`python -m ims_fsm` is the command line, its exit codes included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the module in a folder that is not the checkout."""
    command = [sys.executable, "-m", "ims_fsm", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_module_is_the_command_line(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    assert "verify" in done.stdout


def test_a_wrong_call_ends_with_2(tmp_path: Path) -> None:
    done = run(tmp_path, "no-such-command")
    assert done.returncode == 2
    assert "no-such-command" in done.stderr
    assert "Traceback" not in done.stderr


# Where it looks for the command line Ctrl-C comes, and what it raises is lost, as in a callback of the import system.
INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, {handler})
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "ims_fsm.cli.app":
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except KeyboardInterrupt:
                pass
sys.meta_path.insert(0, Finder())
from ims_fsm.__main__ import main
sys.argv = ["ims-fsm", "--help"]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot send itself Ctrl-C")
@pytest.mark.parametrize(
    ("handler", "code", "said"),
    [("signal.default_int_handler", 130, "error: interrupted; nothing was begun\n"), ("signal.SIG_IGN", 0, "")],
)
def test_it_may_be_interrupted_while_it_is_loaded(tmp_path: Path, handler: str, code: int, said: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED.format(handler=handler)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, said)
