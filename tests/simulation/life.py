"""A life of the town: month after month of its doings, the clock's bell, and what must hold at each month's end."""

from __future__ import annotations

import subprocess
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ims_fsm import TaxPeriod
from ims_fsm.law.instants import instants
from ims_fsm.scheduler import Scheduler
from ims_fsm.terms.period import midnight

from . import cases, checks, recipients, suppliers
from .faults import Faults
from .town import Town

# Where lives begin: with the IMS, at a turn of the year, before the rules of October 2025 and after them.
STARTS = tuple(map(TaxPeriod, ("2024-10", "2025-01", "2025-07", "2025-10", "2026-02")))
DOINGS = (*suppliers.DOINGS, *recipients.DOINGS, *cases.DOINGS)
STEPS = 30
OFTEN = 0.12


class BrokenError(AssertionError):
    """What must hold does not: where in which life, and the command that repeats it."""


@dataclass
class Lived:
    """What a life came to: a digest of each table at the end of each month, and how much happened."""

    months: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    faults: dict[str, int] = field(default_factory=dict)


def live(url: str, seed: int, months: int, often: float = OFTEN) -> Lived:
    """Live so many months on an empty store; raises `BrokenError` for what does not hold."""
    start = STARTS[seed % len(STARTS)]
    lived, place = Lived(), "the beginning"
    faults = Faults(seed, often)
    number = 0
    try:
        town = Town(url, seed, start, faults)
        for number in range(1, months + 1):
            for step in month(town, start.plus(number)):
                place = step
            place = f"the end of {start.plus(number)}"
            checks.hold(town)
            lived.months.append(town.world.content())
        town.world.ims.close()
    except Exception as error:
        again = f"make simulate SEED={seed} MONTHS={number or 1}"
        what = f"seed {seed}, {place}, commit {commit()}: {type(error).__name__}: {said(error)[:2000]}"
        raise BrokenError(f"{what}\nRepeat it with: {again}") from error
    lived.calls, lived.faults = town.world.calls, faults.met
    return lived


def month(town: Town, period: TaxPeriod) -> Iterator[str]:
    """Live one month, step by step: what people do at drawn moments, and the bell at each instant of the calendar."""
    first = midnight(datetime.fromisoformat(f"{period}-01").date())
    end = midnight(datetime.fromisoformat(f"{period.plus(1)}-01").date()) - timedelta(hours=8)
    minutes = int((end - first).total_seconds() // 60)
    moments = {first + timedelta(minutes=town.chance.randrange(minutes)): False for _ in range(STEPS)}
    moments |= {instant.at: True for instant in instants(town.ims.book, first, end)}
    functions, weights = zip(*DOINGS, strict=True)
    for number, (moment, is_instant) in enumerate(sorted(moments.items())):
        town.world.clock.set(max(moment, town.world.clock()))
        if is_instant:
            yield f"{period}, step {number}, the bell of {moment}"
            bell(town)
        else:
            (doing,) = town.chance.choices(functions, weights)
            yield f"{period}, step {number}, {doing.__name__} at {moment}"
            doing(town)
    town.world.clock.set(max(end, town.world.clock()))
    yield f"{period}, the bell at its end"
    bell(town)


def bell(town: Town) -> None:
    """Wake the scheduler; what it could not do under a fault it does when it is woken again."""
    met = sum(town.world.faults.met.values())
    town.world.call(lambda ims: Scheduler(ims, chunk=2).run_once(), parts=True)
    town.world.clock.set(town.world.clock() + timedelta(minutes=5))
    if sum(town.world.faults.met.values()) > met:
        Scheduler(town.ims, chunk=2).run_once()


def said(error: Exception) -> str:
    """Return what an error says, or where it says nothing the line that raised it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return str(error) or f"{last.line} ({Path(last.filename).name}:{last.lineno})"


def commit() -> str:
    """Return the commit of the checkout, and whether it is changed."""
    asked = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
