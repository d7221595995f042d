"""Fuzzes the readers: `python -m tests.fuzz [TARGET …] --seconds 60 --seed 1`, or one input: `TARGET --input FILE`.

Runs with 500 MB above what the program takes, and 10 s for each input. What a reader stumbles over is kept in a file.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ims_fsm import ImsFsmError

from .mutation import Mutation
from .targets import TARGETS

LONGEST_S, MOST = 10, 500 << 20


class TooLongError(BaseException):
    """A reader has worked for longer than it may."""


@contextmanager
def limited() -> Iterator[None]:
    """Let what runs in the block take so much time of the processor, and no more."""

    def end(*_signal: object) -> None:
        raise TooLongError(f"it took more than {LONGEST_S} s")

    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    # A workbook is read by a process of its own.
    if resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began > LONGEST_S:
        end()


def fault(name: str, data: bytes) -> BaseException | None:
    """Return what comes out of a reader that may not; None where it reads, or answers with a sentence."""
    try:
        with limited():
            TARGETS[name][0](data)
    except ImsFsmError as error:
        return None if str(error) else error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        return error
    return None


def fuzz(name: str, seed: int, seconds: float, runs: int) -> tuple[int, bytes | None]:
    """Give a reader changed inputs until the time or the runs are over; returns how many, and what it stumbled over."""
    mutation, until = Mutation(TARGETS[name][1](), f"{name} {seed}"), time.monotonic() + seconds
    for number in range(1, runs + 1):
        data = mutation.draw()
        if fault(name, data) is not None:
            return number, data
        if time.monotonic() > until:
            return number, None
    return runs, None


def main() -> int:
    """Fuzz the targets that are named, or all."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60, help="for all of them together")
    parser.add_argument("--runs", type=int, default=10**9, help="of a target at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--input", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    chosen = asked.targets or [*TARGETS]
    for name in chosen:
        for data in TARGETS[name][1]():
            explained(name, data, f"of the corpus of {name}")
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MOST, resource.RLIM_INFINITY))
    if asked.input is not None:
        return explained(chosen[0], asked.input.read_bytes(), f"in {asked.input}")
    failed = 0
    for name in chosen:
        runs, data = fuzz(name, asked.seed, asked.seconds / len(chosen), asked.runs)
        print(f"{name}: {runs:,} inputs", flush=True)  # noqa: T201 -- for a terminal
        if data is not None:
            path = Path(f"fuzz-{name}-{hashlib.sha256(data).hexdigest()[:8]}")
            path.write_bytes(data)
            failed += explained(name, data, f"written to {path}; again: python -m tests.fuzz {name} --input {path}")
    return min(failed, 1)


def explained(name: str, data: bytes, where: str) -> int:
    """Print what a reader does with an input that it must not do; returns 1 where there is that."""
    error = fault(name, data)
    if error is not None:
        traceback.print_exception(error)
        print(f"{name} stumbles over {len(data):,} bytes, {where}", flush=True)  # noqa: T201 -- for a terminal
    return int(error is not None)


if __name__ == "__main__":
    sys.exit(main())
