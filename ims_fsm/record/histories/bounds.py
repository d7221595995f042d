"""The bounds within which histories are explored: which settings there are, and which kinds of document are one.

Imports the law book and the setting; explores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from ims_fsm.law.book import LawBook
from ims_fsm.law.declaration import Declared
from ims_fsm.law.edition import PROSE
from ims_fsm.record.histories.setting import IN_IMS, LESS, MORE, POS, RCM, SAME, Bounds, Content, Setting
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind

#: The first of three 2B periods: before October 2025, over the cut, and where the declaration has become mandatory.
FIRST = {
    Filing.MONTHLY: {"before": TaxPeriod("2024-10"), "cut": TaxPeriod("2025-09"), "after": TaxPeriod("2026-03")},
    Filing.QUARTERLY: {"before": TaxPeriod("2024-12"), "cut": TaxPeriod("2025-09"), "after": TaxPeriod("2026-03")},
}
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
    return repr([kind.sign, carried, bound, [_bare(m.declaration) for m in machines]])


def _bare(declared: object) -> object:
    parts = vars(declared) if isinstance(declared, Declared) else declared
    if isinstance(parts, dict):
        return {key: _bare(value) for key, value in parts.items() if key not in _OF_THE_LETTER}
    return [_bare(part) for part in parts] if isinstance(parts, tuple) else parts


def setting(
    book: LawBook, kind: Kind, era: str, bounds: Bounds, name: str = "", filing: Filing = Filing.MONTHLY
) -> Setting:
    """Return a setting of one kind of document in one era: "before", "cut" or "after" October 2025."""
    first = FIRST[filing][era]
    day = date(2025 if era == "cut" else 2024, 2, 3) if bounds.last_year else date(first.year, first.month, 3)
    words = [str(kind).replace("_", " "), str(filing), f"from {first}", *([name] if name else [])]
    return Setting(**vars(bounds), name=", ".join(words), book=book, kind=kind, filing=filing, first=first, day=day)


_LEAN = Bounds(amendments=(Content(LESS), Content(MORE)), acts_on_saved=False, halves=False, deletes=False)
_WIDE = Bounds(amendments=(*IN_IMS, RCM, POS), originals=(Content(SAME), RCM, POS), versions=2)


def _in_depth(book: LawBook) -> Iterator[Setting]:
    """Give what goes deep: three versions, all in IMS, or two on an original that is not known."""
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        for era in ("before", "cut"):
            yield setting(book, kind, era, _LEAN, "three versions")
            yield setting(book, kind, era, replace(_LEAN, versions=2, unknown=True), "original unknown")


def _in_breadth(book: LawBook) -> Iterator[Setting]:
    """Give what goes wide: two versions with every route, saved and deleted, halves, quarters and the time limit."""
    plain = Bounds(versions=2, amendments=IN_IMS)
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        for era in ("before", "cut", "after"):
            yield setting(book, kind, era, replace(_WIDE, halves=False), "every route")
        yield setting(book, kind, "cut", replace(plain, acts_on_saved=False), "small")
        yield setting(book, kind, "cut", replace(plain, deletes=False), "quarterly", Filing.QUARTERLY)
    for era in ("before", "cut"):
        yield setting(book, Kind.INVOICE, era, replace(_WIDE, last_year=True), "past 30 November, small")
    yield setting(book, Kind.BILL_OF_ENTRY, "cut", replace(plain, form=Form.ICEGATE), "small")
