"""One scheduler of several on a database: rings again and again by a clock in a file, and dies now and then.

Called with the database's URL, the clock's file, a seed, how often (in a thousand shards) it kills itself in the middle
of a shard, before or after its work, and who works for it. It is a program and no test: `test_year.py` starts it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

from ims_fsm import IMS
from ims_fsm.errors import ImsFsmError
from ims_fsm.scheduler import Scheduler
from ims_fsm.workflow.calendar import sweeps

CHUNK = 3


class FileClock:
    """A clock that stands at the moment which a file names; whoever sets it replaces the file."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text("utf-8"))


def deadly(seed: int, in_a_thousand: int) -> None:
    """Have a shard kill this process now and then: as a power cut would, in the middle of its transaction."""
    chance, swept = random.Random(seed), sweeps.sweep_many  # noqa: S311 -- which shard it is does not matter

    def die() -> None:
        if chance.randrange(2_000) < in_a_thousand:
            os.kill(os.getpid(), signal.SIGKILL)

    def sweep(unit, gstins):
        die()
        done = swept(unit, gstins)
        die()
        return done

    sweeps.sweep_many = sweep


def main() -> None:
    url, clock, seed, in_a_thousand, workers = sys.argv[1:]
    deadly(int(seed), int(in_a_thousand))
    ims = IMS(url, clock=FileClock(clock))
    scheduler = Scheduler(ims, chunk=CHUNK, workers=workers)
    while True:
        try:
            scheduler.run_once()
        except ImsFsmError as error:
            # Others hold the database too long, or stood in the way: the next ring does it.
            sys.stderr.write(f"{error}\n")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
