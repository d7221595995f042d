"""Runs groups of benchmarks, each in a process of its own, and writes what they found to `RESULTS.md`; or `journeys`.

Imports the results and the report; a group is loaded in its own process.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks import journeys, report, surroundings
from benchmarks.alone import ROOT
from benchmarks.measure import CheckError
from benchmarks.result import Group, Size

GROUPS = (
    "decision",
    "action",
    "watched",
    "calls",
    "few",
    "bulk",
    "imports",
    "matching",
    "two_b",
    "sweep",
    "scattered",
    "at_once",
    "synced",
    "load",
    "start_up",
)


def main(arguments: list[str]) -> int:
    """Run what is asked for; returns 0, or 1 where a group came to a wrong result or failed."""
    if arguments == ["journeys"]:
        return journeys.main()
    told = _parser().parse_args(arguments)
    size = Size.FULL if told.full else Size(told.size)
    if told.found:
        return _one(told.groups[0], size, Path(told.found))
    chosen, found, failed = told.groups or list(GROUPS), {}, []
    for name in chosen:
        group = _in_its_own_process(name, size)
        if group is None:
            failed.append(name)
        else:
            found[name] = group
            print(report.section(group, "", [], {}), flush=True)  # noqa: T201 -- for a terminal
    _write(found, size, chosen, Path(told.out))
    if failed:
        print(f"Failed: {', '.join(failed)}; their sections are as they were", file=sys.stderr)  # noqa: T201 -- for a terminal
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    which = f"which of {', '.join(GROUPS)}; all where none is named"
    parser.add_argument("groups", nargs="*", metavar="group", choices=[*GROUPS, []], help=which)
    parser.add_argument("--full", action="store_true", help="up to a million records; takes a long while")
    parser.add_argument("--size", choices=list(Size), default=Size.QUICK, help="or another size")
    parser.add_argument("--out", default=report.PAGE, help="the page to write (default: %(default)s)")
    parser.add_argument("--found", help=argparse.SUPPRESS)
    return parser


def _in_its_own_process(name: str, size: Size) -> Group | None:
    print(f"{name} ...", file=sys.stderr, flush=True)  # noqa: T201 -- for a terminal
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        command = [sys.executable, "-m", "benchmarks", name, "--size", size, "--found", str(found)]
        done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 -- ourselves
        return Group.from_data(json.loads(found.read_text(encoding="utf-8"))) if done.returncode == 0 else None


def _one(name: str, size: Size, found: Path) -> int:
    # A server that was started here does not outlive this process when somebody ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        group: Group = import_module(f"benchmarks.groups.{name}").measure(size)
    except CheckError as error:
        print(f"{name} is wrong: {error}", file=sys.stderr)  # noqa: T201 -- for a terminal
        return 1
    found.write_text(json.dumps(group.as_data()), encoding="utf-8")
    return 0


def _write(found: dict[str, Group], size: Size, chosen: list[str], out: Path) -> None:
    if not found:
        return
    options = " --full" if size is Size.FULL else "" if size is Size.QUICK else f" --size {size}"
    named = "" if chosen == list(GROUPS) else f" {' '.join(chosen)}"
    measured = f"`python -m benchmarks{options}{named}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    before = out.read_text(encoding="utf-8") if out.exists() else ""
    out.write_text(report.page(found, measured, surroundings.described(), before), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
