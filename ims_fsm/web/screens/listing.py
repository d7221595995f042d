"""What the list of inward supplies asks: a filter in the words of the API, an order, a page; and what its counts are.

Imports pydantic and the face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import IMS, InputError, Kind, Problem, State, Summary, TaxPeriod, Totals, Where
from ims_fsm.law.policy import Recommended
from ims_fsm.terms.period import in_india
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import ACTIVE
from ims_fsm.web.asked import Page
from ims_fsm.web.screens.search import Search, Text

SIZES = (25, 50, 100, 250)
SMALLEST = 5
#: How many answers to "how many" are kept: each is asked again once anything has happened.
KEPT = 64
#: The sections of the portal: a kind, and whether it amends. A bill of entry is in one section with its amendments.
SECTIONS = (
    *((kind, amended) for kind in Kind if kind is not Kind.BILL_OF_ENTRY for amended in (False, True)),
    (Kind.BILL_OF_ENTRY, None),
)


def _size(limit: int) -> int:
    return max(SMALLEST, min(limit, SIZES[-1]))


class Listing(Search, Page):
    """A page of the list. What a form leaves empty is not asked for; what cannot be read is said by the face."""

    supplier: Text | SkipJsonSchema[None] = None
    number: Text | SkipJsonSchema[None] = None
    period: Text | SkipJsonSchema[None] = None
    return_period: Text | SkipJsonSchema[None] = None
    limit: Annotated[int, AfterValidator(_size)] = 50
    #: Only what this is recommended for.
    recommended: Recommended | SkipJsonSchema[None] = None
    #: Whether the radio buttons stand as is recommended; nothing is done until they are saved.
    take: bool = False

    @property
    def where(self) -> Where:
        """The filter as the face takes it: without a state what is not decided, and what is in IMS unless all is."""
        for name in ("period", "return_period"):
            _period(name, getattr(self, name))
        whole, usual = super().where, None if self.all else True
        return replace(
            whole,
            states=tuple(self.state) or (() if self.all else ACTIVE),
            in_ims=usual if self.in_ims is None else self.in_ims,
            supplier=self.supplier and self.supplier.upper(),
        )

    @property
    def beside(self) -> Where:
        """The filter without its section and its states: what the counts beside them are of."""
        return self.model_copy(update={"state": tuple(State), "kind": (), "amended": None}).where


def _period(name: str, text: str | None) -> None:
    """Raise `InputError` for what is not a tax period."""
    try:
        if text is not None:
            TaxPeriod(text)
    except ValueError as error:
        raise InputError(name, [Problem(repr(text), "is not a tax period", "write it like 2024-11")]) from error


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records there are beside a list: by section, by state, and in the list itself."""

    sections: Mapping[tuple[Kind, bool | None], int]
    states: Mapping[State, int]
    #: All of what the filter means, whatever the section.
    every: int
    total: Totals
    #: Their newest event when it was counted: what comes after it is news to the page.
    cursor: str | None


def counts_of(ims: IMS, gstin: str, listing: Listing, actor: Principal) -> Counts:
    """Return the counts beside a list; added up anew once anything has happened, or a record has come."""
    desk = ims.recipient(gstin, actor=actor)
    newest = next(desk.listed(limit=1, sort="-id"), None)
    # What others do changes none of their counts.
    events = ims.latest_events(limit=1, gstin=gstin)
    cursor = events[0].cursor if events else None
    stamp = (cursor, newest and newest.record.id, in_india(ims.clock()).date())
    # A matching, or a pair by hand, is no event: what hangs on it is added up each time.
    summary = _summary.__wrapped__ if listing.match else _summary
    groups = summary(ims, gstin, listing.beside, stamp).groups
    states = listing.where.states or tuple(State)
    kinds, amended = listing.kind or tuple(Kind), listing.amended
    sections: dict[tuple[Kind, bool | None], int] = {}
    by_state: dict[State, int] = {}
    total, every = Totals(), 0
    for group in groups:
        section = (group.kind, None if group.kind is Kind.BILL_OF_ENTRY else group.amended)
        is_in_section = group.kind in kinds and amended in (None, group.amended)
        if group.state in states:
            every += group.totals.records
            sections[section] = sections.get(section, 0) + group.totals.records
        if is_in_section:
            by_state[group.state] = by_state.get(group.state, 0) + group.totals.records
        if is_in_section and group.state in states:
            total += group.totals
    return Counts(sections, by_state, every, total, cursor)


@lru_cache(maxsize=KEPT)
def _summary(ims: IMS, gstin: str, where: Where, stamp: object) -> Summary:
    del stamp  # what it was asked at
    return ims.recipient(gstin, actor="dashboard").summary(where)
