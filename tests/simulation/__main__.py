"""Lives one life after another: `python -m tests.simulation --seed 1 --months 1000`; stops at what does not hold.

Each life has a store of its own, and is lived twice: under faults, and calmly; both come to the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ims_fsm.store import connection
from ims_fsm.store.scratch import scratch
from tests.conftest import opened

from .life import BrokenError, Lived, live

LONGEST = 20


@contextmanager
def empty(url: str | None) -> Iterator[str]:
    """Give the URL of an empty store: a file, or a place at the database that is named."""
    if url is not None:
        with scratch(url) as place:
            yield place
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'town.db'}?synchronous=off"


def lived_twice(seed: int, months: int, url: str | None = None) -> Lived:
    """Live a life under faults and calmly; raises `BrokenError` where the two differ or one does not hold."""
    with empty(url) as place:
        wild = live(place, seed, months)
    with empty(url) as place:
        calm = live(place, seed, months, often=0)
    for number, (left, right) in enumerate(zip(wild.months, calm.months, strict=True), 1):
        if differing := ", ".join(table for table in left if left[table] != right[table]):
            again = f"make simulate SEED={seed} MONTHS={number}"
            what = f"seed {seed}: faults changed what month {number} came to, in {differing}"
            raise BrokenError(f"{what}\nRepeat it with: {again}")
    return wild


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- for a terminal


def _prepared() -> None:
    # What is compiled for one store serves all that follow, as in tests.
    connection.create_engine = opened


def _life(seed: int, months: int, url: str | None) -> tuple[int, int, Lived]:
    return seed, months, lived_twice(seed, months, url)


def main() -> int:
    """Live as many months as asked for."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=100)
    parser.add_argument(
        "--db", help="a PostgreSQL database at which scratch schemas are made; without it files of SQLite"
    )
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    begun, calls, faults = time.monotonic(), 0, dict[str, int]()
    spans = [min(LONGEST, asked.months - at) for at in range(0, asked.months, LONGEST)]
    with ProcessPoolExecutor(asked.jobs, initializer=_prepared) as pool:
        lives = [pool.submit(_life, asked.seed + at, span, asked.db) for at, span in enumerate(spans)]
        for life in lives:
            try:
                seed, months, lived = life.result()
            except BrokenError as broken:
                pool.shutdown(cancel_futures=True)
                traceback.print_exception(broken.__cause__)
                raise SystemExit(str(broken)) from broken
            calls += lived.calls
            faults = {kind: faults.get(kind, 0) + number for kind, number in lived.faults.items()}
            say(f"seed {seed}: {months} months, {lived.calls:,} calls, {sum(lived.faults.values())} faults")
    met = ", ".join(f"{number} {kind}" for kind, number in faults.items())
    say(f"{asked.months} months twice in {time.monotonic() - begun:.0f} s: {calls:,} calls, faults: {met}; all held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
