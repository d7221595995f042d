"""Runs one function in a process of its own, so that its peak of memory is its own; and is that process.

Imports the function by its name when it is run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_MIB = 2**20
_STATUS = Path("/proc/self/status")


def peak_of(task: str, *arguments: object) -> float:
    """Return the peak of resident memory, in MiB, of a process that runs `module:function` with these arguments.

    Raises `CalledProcessError` where it fails; its own words go to the terminal.
    """
    command = [sys.executable, "-m", "benchmarks.alone", task]
    # Ten thousand recipients are more than a command line holds.
    given = json.dumps(arguments)
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, input=given, text=True)  # noqa: S603 -- ourselves
    return float(json.loads(done.stdout.splitlines()[-1])["peak_mib"])


def peak() -> float:
    """Return the peak of resident memory of this process in MiB.

    Linux's getrusage also counts the process that it was forked from; its own peak stands in /proc.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MIB


def main(task: str, arguments: list[Any]) -> None:
    """Run the function and say what memory it came to, as one line of JSON."""
    module, _, name = task.partition(":")
    getattr(import_module(module), name)(*arguments)
    print(json.dumps({"peak_mib": peak()}))  # noqa: T201 -- its answer


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
