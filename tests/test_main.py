"""`python -m ims_fsm` is the command line, its exit codes included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


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
