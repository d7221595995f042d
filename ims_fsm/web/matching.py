"""The purchase register over HTTP: taken in and matched, its matches by the page, pairs by hand, recommendations.

Imports the face and what a request may ask; nothing here acts on a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import Form, Query
from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import MatchDecision, Matching, TaxPeriod
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import (
    LARGEST_ID,
    MOST_ROWS,
    NAME,
    Asked,
    Key,
    Line,
    NoQuery,
    OneFile,
    PeriodText,
    Whole,
    key_of,
    sent,
)
from ims_fsm.web.portal import OfPeriod
from ims_fsm.web.routes import Routes

ROUTES = Routes("the purchase register")
_AT = "/recipients/{gstin}"
DocumentId = Annotated[int, Field(ge=1, le=LARGEST_ID, description="A document of the register.", examples=[3])]
RecordNumber = Annotated[int, Field(ge=1, le=LARGEST_ID, description="A record.", examples=[7])]
#: The key of a match: the ids of its document and its record, 0 for the one that it lacks.
MATCH_KEY = r"^(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,14})$"


class MatchPage(OfPeriod):
    """A page of what stands by matches: of one period or of all."""

    limit: int = Field(100, ge=1, le=MOST_ROWS)
    after: Annotated[str, StringConstraints(pattern=MATCH_KEY)] | SkipJsonSchema[None] = Field(
        None, description="The `next` of the page before."
    )

    @property
    def meant(self) -> dict[str, Any]:
        """The period and the place behind which the page begins, as the face takes them."""
        document, _, record = (self.after or "0-0").partition("-")
        period = None if self.period is None else TaxPeriod(self.period)
        return {"period": period, "after": (int(document), int(record))}


class MatchesPage(MatchPage):
    """A page of matches, of some classes or all."""

    match: Annotated[tuple[Annotated[str, Field(pattern=NAME)], ...], Field(max_length=50)] = Field(
        (), description="Classes of machines/matching.toml, like books_only."
    )


class Sought(Asked):
    """What is to be paired by hand: a document or a record; and a part of the number that is looked for."""

    document_id: DocumentId | SkipJsonSchema[None] = None
    record_id: RecordNumber | SkipJsonSchema[None] = None
    number: Line | SkipJsonSchema[None] = None


class Deciding(Asked):
    """A document and a record, and why somebody decides of the two."""

    document_id: Whole = Field(ge=1, le=LARGEST_ID)
    record_id: Whole = Field(ge=1, le=LARGEST_ID)
    reason: Line


class Again(Asked):
    """Of which period the matching comes back; all are matched."""

    period: PeriodText | None = None


_PAIR = {"document_id": 3, "record_id": 7, "reason": "the supplier has confirmed it"}


@ROUTES.change("POST", f"{_AT}/matching")
def match_register(
    buyer: Buyer,
    file: OneFile,
    _query: NoQuery,
    period: Annotated[PeriodText | SkipJsonSchema[None], Form(description="Whose period the register is.")] = None,
) -> Matching:
    """Take in a purchase register, CSV or a workbook, and match all that is in it with the records.

    The register of a period replaces the one that was given for it before; the same again changes nothing.
    """
    return buyer.match(sent([file])[0], period=None if period is None else TaxPeriod(period))


@ROUTES.change("POST", f"{_AT}/matching/again", example={"period": "2024-10"})
def match_again(buyer: Buyer, again: Again, _query: NoQuery) -> Matching:
    """Match the registers that are here once more: records have come, or people have decided."""
    return buyer.match(period=None if again.period is None else TaxPeriod(again.period))


@ROUTES.get(f"{_AT}/matching")
def show_matching(buyer: Buyer, asked: Annotated[OfPeriod, Query()]) -> Matching:
    """Show what the last matching adds up to by class; nothing is matched anew."""
    return buyer.matched(period=None if asked.period is None else TaxPeriod(asked.period))


@ROUTES.get(f"{_AT}/matches")
def list_matches(buyer: Buyer, page: Annotated[MatchesPage, Query()]) -> object:
    """List the pairs of the last matching, then documents that are only in the books, then records without one."""
    rows = buyer.matches(classes=page.match, limit=page.limit + 1, **page.meant)
    return {"recipient": buyer.gstin, **_page("matches", rows, page.limit)}


@ROUTES.get(f"{_AT}/matches/candidates")
def list_candidates(buyer: Buyer, sought: Annotated[Sought, Query()]) -> object:
    """List what a document or a record may be paired with by hand, the nearest first: give one of the two."""
    return {"recipient": buyer.gstin, "matches": buyer.candidates(**sought.model_dump())}


@ROUTES.change("POST", f"{_AT}/matches/pair", example=_PAIR)
def pair_match(buyer: Buyer, deciding: Deciding, _query: NoQuery, key: Key = None) -> MatchDecision:
    """Pair a document with a record, whatever the rules say; it is logged, and survives the next register."""
    return buyer.pair(**deciding.model_dump(), key=key_of(key))


@ROUTES.change("POST", f"{_AT}/matches/split", example=_PAIR)
def split_match(buyer: Buyer, deciding: Deciding, _query: NoQuery, key: Key = None) -> MatchDecision:
    """Take a document and a record apart; no rule pairs the two again."""
    return buyer.split(**deciding.model_dump(), key=key_of(key))


@ROUTES.change("POST", f"{_AT}/matches/free", example=_PAIR)
def free_match(buyer: Buyer, deciding: Deciding, _query: NoQuery, key: Key = None) -> MatchDecision:
    """Take back that a document and a record were paired or parted: the next matching decides."""
    return buyer.leave_to_rules(**deciding.model_dump(), key=key_of(key))


@ROUTES.get(f"{_AT}/match-decisions")
def list_match_decisions(buyer: Buyer, _query: NoQuery) -> object:
    """List what people decided of documents and records, with who, when and why, the oldest first."""
    return {"recipient": buyer.gstin, "decisions": buyer.match_decisions()}


@ROUTES.get(f"{_AT}/recommendations")
def list_recommendations(buyer: Buyer, page: Annotated[MatchPage, Query()]) -> object:
    """List what is recommended for each record that is in IMS and not decided, with the refusal where the law has one.

    Nothing is done: `actions/by-id` or a sign-off does what you choose.
    """
    rows = islice(buyer.recommend(**page.meant), page.limit + 1)
    return {"recipient": buyer.gstin, **_page("recommendations", rows, page.limit)}


def _page(name: str, rows: Iterator[Any], limit: int) -> dict[str, Any]:
    """Return a page of what has the key of a match, and what goes on behind it."""
    taken = list(rows)
    shown_rows, following = taken[:limit], None
    if len(taken) > limit:
        last = shown_rows[-1]
        document, record = getattr(last, "match", last).key
        following = f"{document}-{record}"
    return {name: shown_rows, "next": following}
