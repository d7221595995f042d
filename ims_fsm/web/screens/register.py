"""The purchase register for people: taken in and matched, its classes and their lists, pairs made and parted by hand.

Imports the face and the shell; nothing here acts on a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import InputError, Match, Matching, Problem, RecipientDesk, TaxPeriod
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import LARGEST_ID, NAME, NoQuery, sent
from ims_fsm.web.languages import N_
from ims_fsm.web.matching import MATCH_KEY
from ims_fsm.web.screens.chosen import Fields, key_of, text_of
from ims_fsm.web.screens.files import Form, files_of
from ims_fsm.web.screens.search import Search, Text
from ims_fsm.web.screens.shell import Screens, Visit, Visiting, local

SCREENS = Screens()
_AT = "/recipients/{gstin}/register"
PAGE, DECISIONS = 50, 50
#: Classes of which one side alone has anything.
BOOKS_ALONE, PORTAL_ALONE = ("books_only", "booked_twice"), ("portal_only", "reported_twice", "no_register")
Number = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class OfPeriod(Search):
    """Of which period the register is shown."""

    period: Text | SkipJsonSchema[None] = None

    @property
    def chosen(self) -> TaxPeriod | None:
        """The period; raises `InputError` for what is not one."""
        return period_of(self.period or "")


class MatchList(OfPeriod):
    """A page of the matches of a class, or of all."""

    match: Annotated[tuple[Annotated[str, Field(pattern=NAME)], ...], Field(max_length=50)] = ()
    after: Annotated[str, StringConstraints(pattern=MATCH_KEY)] | SkipJsonSchema[None] = None


class Pairing(Search):
    """What is to be paired: a document or a record; a part of the number looked for; where its reader came from."""

    document_id: Number | SkipJsonSchema[None] = None
    record_id: Number | SkipJsonSchema[None] = None
    number: Text | SkipJsonSchema[None] = None
    back: Annotated[str, Field(max_length=2000)] = ""


def period_of(text: str) -> TaxPeriod | None:
    """Return a period as a form has it, None for none; raises `InputError` for what is not one."""
    try:
        return TaxPeriod(text) if text else None
    except ValueError as error:
        raise InputError("period", [Problem(repr(text), "is not a tax period", "write it like 2024-11")]) from error


@SCREENS.get(_AT, title=N_("Purchase register"))
def show_register(buyer: Buyer, visit: Visiting, asked: Annotated[OfPeriod, Query()]) -> Response:
    """Show how the purchase register stands to the records, by class, and what people decided."""
    return _page(buyer, visit, asked.chosen)


def _page(buyer: RecipientDesk, visit: Visit, period: TaxPeriod | None, made: Matching | None = None) -> Response:
    decided = buyer.match_decisions()
    return visit.show(
        "register.html.j2",
        registers=buyer.registers(),
        period=period,
        matching=made or buyer.matched(period=period),
        made=made,
        decided=decided[: -DECISIONS - 1 : -1],
        more=max(0, len(decided) - DECISIONS),
        books_alone=BOOKS_ALONE,
        portal_alone=PORTAL_ALONE,
        may={name: visit.may(name) for name in ("take_register", "decide_pair")},
    )


@SCREENS.post(_AT)
def take_register(buyer: Buyer, visit: Visiting, _query: NoQuery, form: Form) -> Response:
    """Take in a purchase register and match it, or match what is here once more; the same again changes nothing."""
    period = period_of(text_of(form, "period"))
    if text_of(form, "do") == "again":
        return _page(buyer, visit, period, buyer.match(period=period))
    files: Sequence[Any] = files_of(form)
    return _page(buyer, visit, period, buyer.match(sent(files[:1])[0], period=period))


@SCREENS.get(f"{_AT}/matches")
def show_matches(buyer: Buyer, visit: Visiting, asked: Annotated[MatchList, Query()]) -> Response:
    """Show the matches of a class, page by page, each with what differs."""
    document, _, record = (asked.after or "0-0").partition("-")
    after = (int(document), int(record))
    rows = [*buyer.matches(classes=asked.match, period=asked.chosen, limit=PAGE + 1, after=after)]
    last = "-".join(map(str, rows[PAGE - 1].key)) if len(rows) > PAGE else ""
    says = {of.name: of for of in buyer.matched(period=asked.chosen).classes}
    return visit.show(
        "matches.html.j2",
        rows=rows[:PAGE],
        asked=asked,
        classes=says,
        following=asked.query(after=last) if last else "",
        may_pair=visit.may("decide_pair"),
    )


@SCREENS.get(f"{_AT}/pair")
def show_pair(buyer: Buyer, visit: Visiting, asked: Annotated[Pairing, Query()]) -> Response:
    """Show a record or a document, what it is paired with, and what it may be paired with, the nearest first."""
    asking = {"document_id": asked.document_id, "record_id": asked.record_id}
    near = buyer.candidates(**asking, number=asked.number)
    stands = _stands(buyer, asked)
    return visit.show(
        "pair.html.j2",
        asked=asked,
        stands=stands,
        near=[of for of in near if stands is None or of.key != stands.key],
        decided=[of for of in buyer.match_decisions() if _is_about(of, asked, stands)],
        may_pair=visit.may("decide_pair"),
        back=local(asked.back) if asked.back else visit.at("show_register"),
    )


def _stands(buyer: RecipientDesk, asked: Pairing) -> Match | None:
    """Return how a record or a document stands in the last matching."""
    if asked.record_id is not None:
        return next(islice(buyer.matches(records=[asked.record_id]), 1), None)
    return next(islice(buyer.matches(documents=[asked.document_id or 0]), 1), None)


def _is_about(decided: Any, asked: Pairing, stands: Match | None) -> bool:
    if asked.record_id is not None:
        return bool(decided.record_id == asked.record_id)
    document = None if stands is None else stands.document
    of = (decided.supplier, decided.kind, decided.document, decided.date)
    return document is not None and of == (document.supplier, document.kind, document.number, document.date)


@SCREENS.post(f"{_AT}/pair")
def decide_pair(buyer: Buyer, visit: Visiting, fields: Fields, _query: NoQuery) -> Response:
    """Pair a document with a record, part the two, or leave both to the rules again; each with a reason."""
    document, _, record = text_of(fields, "pair").partition("-")
    if not (document.isdecimal() and record.isdecimal()):
        raise InputError("form", [Problem("pair", "names no document and record", "choose one of the list")])
    decide = {"pair": buyer.pair, "split": buyer.split, "free": buyer.leave_to_rules}.get(text_of(fields, "do"))
    if decide is None:
        raise InputError("form", [Problem("do", "names no decision", "choose one of the buttons")])
    decide(int(document), int(record), reason=text_of(fields, "reason"), key=key_of(fields))
    return visit.go(text_of(fields, "back") or visit.at("show_register"))
