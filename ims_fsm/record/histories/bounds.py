"""The bounds within which histories are explored: which settings there are, and which kinds of document are one.

Imports the law book and the setting; explores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from ims_fsm.law.book import LawBook
from ims_fsm.law.edition import PROSE
from ims_fsm.record.histories.setting import IN_IMS, LESS, MORE, POS, RCM, SAME, Content, Setting
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind

#: The first of three 2B periods: before October 2025, over the cut, and where the declaration has become mandatory.
FIRST = {
    Filing.MONTHLY: {"before": TaxPeriod("2024-10"), "cut": TaxPeriod("2025-09"), "after": TaxPeriod("2026-03")},
    Filing.QUARTERLY: {"before": TaxPeriod("2024-12"), "cut": TaxPeriod("2025-09"), "after": TaxPeriod("2026-03")},
}
_LEAN = {"amendments": (Content(LESS), Content(MORE)), "acts_on_saved": False, "halves": False, "deletes": False}
_WIDE = {"amendments": (*IN_IMS, RCM, POS), "originals": (Content(SAME), RCM, POS)}
#: What a guard reads of the letter alone: two kinds that differ in nothing else have the same histories.
_OF_THE_LETTER = PROSE | {"name", "rule", "rules", "see", "code", "version", "extends"}


def settings(book: LawBook, *, whole: bool = True) -> Iterator[Setting]:
    """Give the settings: the default bounds, or the small ones that a test goes through in seconds."""
    for setting in (*_in_depth(book), *_in_breadth(book)):
        if whole or setting.name.endswith("small"):
            yield setting


def kinds_alike(book: LawBook) -> Mapping[Kind, tuple[Kind, ...]]:
    """Return each kind of document that is explored with those that are one with it: the law decides them alike."""
    classes: dict[object, list[Kind]] = {}
    for kind in Kind:
        classes.setdefault(_letter(book, kind), []).append(kind)
    return {first: (first, *others) for first, *others in classes.values()}


def _letter(book: LawBook, kind: Kind) -> object:
    machines = [book.law.machines[name] for name in (str(kind), f"{kind}_amendment") if name in book.law.machines]
    carried = tuple(form for form in (Form.GSTR_1, Form.ICEGATE) if book.routing.carries(form, kind))
    bound = kind in book.calendar.declared.time_limit.kinds
    return repr([kind.sign, carried, bound, [_bare(m.declaration.model_dump(mode="json")) for m in machines]])


def _bare(declared: object) -> object:
    if isinstance(declared, dict):
        return {key: _bare(value) for key, value in declared.items() if key not in _OF_THE_LETTER}
    return [_bare(part) for part in declared] if isinstance(declared, list) else declared


def setting(book: LawBook, kind: Kind, era: str, name: str = "", **bounds: object) -> Setting:
    """Return a setting of one kind of document in one era: "before", "cut" or "after" October 2025."""
    filing = Filing(str(bounds.pop("filing", Filing.MONTHLY)))
    first = FIRST[filing][era]
    day = date(first.year, first.month, 3)
    if bounds.pop("last_year", False):
        # 30 November after that financial year lies between the first two periods.
        day = date(2025 if era == "cut" else 2024, 2, 3)
    words = [str(kind).replace("_", " "), str(filing), f"from {first}", *([name] if name else [])]
    plain = Setting(name=", ".join(words), book=book, kind=kind, filing=filing, first=first, day=day)
    return replace(plain, **bounds)  # type: ignore[arg-type]  # the names and types are the setting's own


def _in_depth(book: LawBook) -> Iterator[Setting]:
    """Give what goes deep: three versions, all in IMS, or two on an original that is not known."""
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        for era in ("before", "cut"):
            yield setting(book, kind, era, "three versions", versions=3, **_LEAN)
            yield setting(book, kind, era, "original unknown", versions=2, unknown=True, **_LEAN)


def _in_breadth(book: LawBook) -> Iterator[Setting]:
    """Give what goes wide: two versions with every route, saved and deleted, halves, quarters and the time limit."""
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        for era in ("before", "cut", "after"):
            yield setting(book, kind, era, "every route", versions=2, halves=False, **_WIDE)
        yield setting(book, kind, "cut", "small", versions=2, amendments=IN_IMS, acts_on_saved=False)
        yield setting(book, kind, "cut", "quarterly", versions=2, filing=Filing.QUARTERLY, deletes=False)
    for era in ("before", "cut"):
        yield setting(book, Kind.INVOICE, era, "past 30 November, small", versions=2, last_year=True, **_WIDE)
    boe = {"form": Form.ICEGATE, "amendments": IN_IMS, "versions": 2}
    yield setting(book, Kind.BILL_OF_ENTRY, "cut", "small", **boe)
