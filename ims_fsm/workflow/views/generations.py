"""The lines of a GSTR-2B with their records, in its newest generation or an older one, and what two have otherwise.

Imports the store; reads only. A page of what is given is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ims_fsm.errors import MissingError, Problem
from ims_fsm.record.generations import Generation, Page, Pair, TwoBChange, why
from ims_fsm.record.record import Record
from ims_fsm.record.returns import TwoBLine
from ims_fsm.store import calendars, generations, log, records
from ims_fsm.store.generations import WHOLE
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.unit import UnitOfWork

PAGE = 500


def lines(
    unit: UnitOfWork, recipient: str, period: TaxPeriod, generation: int | None = None, page: Page = WHOLE
) -> Iterator[tuple[TwoBLine, Record]]:
    """Give the lines of a generation (None: the newest) with their records as they stand now, by record."""
    unit.taxpayer(recipient)
    if generation is not None:
        chosen(generations.of_period(unit.connection, recipient, period), period, generation)
    of = generations.lines(unit.connection, recipient, period, generation, page)
    while part := list(islice(of, PAGE)):
        by_id = records.find_many(unit.connection, recipient, {line.record_id for line in part})
        yield from ((line, by_id[line.record_id]) for line in part)


def chosen(of_period: Sequence[Generation], period: TaxPeriod, number: int) -> Generation:
    """Return a generation by its number; raises `MissingError` where it was never generated."""
    if type(number) is int and 0 < number <= len(of_period):
        return of_period[number - 1]
    remedy = f"take one from 1 to {len(of_period)}" if of_period else f'generate it first: generate_2b("{period}")'
    raise MissingError("GSTR-2B", [Problem(f"generation {number!r} of {period}", "was never generated", remedy)])


def changes(
    unit: UnitOfWork, recipient: str, period: TaxPeriod, between: tuple[int, int | None], page: Page = WHOLE
) -> Iterator[TwoBChange]:
    """Give the lines that two generations (None: the newest) have otherwise, by record, each with why it changed.

    Raises `MissingError` for a generation that is not there.
    """
    unit.taxpayer(recipient)
    every = generations.of_period(unit.connection, recipient, period)
    pair = [chosen(every, period, len(every) if number is None else number) for number in between]
    first, last = sorted(pair, key=lambda generation: generation.number)
    pairs = generations.differences(unit.connection, recipient, period, (first.number, last.number), page)
    while part := list(islice(pairs, PAGE)):
        yield from _explained(unit, recipient, period, part, (first, last))


def _explained(
    unit: UnitOfWork, recipient: str, period: TaxPeriod, page: Iterable[Pair], between: tuple[Generation, Generation]
) -> Iterator[TwoBChange]:
    pairs = [(line.record_id, pair) for pair in page if (line := pair[1] or pair[0]) is not None]
    by_id = records.find_many(unit.connection, recipient, {record_id for record_id, _ in pairs})
    chains = unit.chains_of(by_id.values())
    first, last = between
    members = sorted({member.id for chain in chains.values() for member in chain})
    steps = log.between(unit.connection, recipient, members, first.place, last.place)
    moved = calendars.moved_between(unit.connection, recipient, sorted(by_id), first.at, last.at)
    for record_id, (before, after) in pairs:
        record = by_id[record_id]
        because = why(record, (before, after), chains[record_id], steps, moved, period)
        yield TwoBChange(record=record, before=before, after=after, why=because)
