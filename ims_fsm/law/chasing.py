"""What suppliers are chased for: declared reasons, the first that holds, and the bands of age.

Plain values, and the reading of `chasing.toml`; must not import a database or a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Literal

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import text_of
from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import Declared, Name, RuleId, Sentence
from ims_fsm.law.matching_reading import shipped_cascade
from ims_fsm.law.overlay import Laid, Overlay, strays
from ims_fsm.law.reading import declared, parsed
from ims_fsm.resources import machines_folder

FILE = "chasing.toml"
#: What a sentence to a supplier may name.
FIELDS = ("form", "reported", "next", "due", "quarterly", "quarterly_due", "until", "supplier", "reported_by")
# What a document in the books alone does not have, and so its sentence cannot name.
_REPORTED = {"form", "reported", "until", "reported_by"}
# A letter that is no table is seen when all is read.
_TABLES, _SINGLE = ("reason", "band", "letter"), {"letter": ""}


class ReasonDeclaration(Declared):
    """A reason: its conditions, what is at stake, what is said to the recipient and asked of the supplier.

    `asks_late` and `rule_late` take the place of `asks` and `rule` where no return that is still to come can amend.
    """

    name: Name
    says: Sentence
    asks: Sentence
    release: Sentence
    rule: RuleId
    asks_late: Sentence | None = None
    rule_late: RuleId | None = None
    over: bool = False
    stake: Literal["whole", "booked", "lacking"] | None = None
    classes: tuple[Name, ...] = ()
    record: Literal["rejected", "pending"] | None = None
    status: Literal["saved", "filed"] | None = None
    differs: bool = False
    other_gstin: bool = False
    ends_within: int | None = None
    off: bool = False


class BandDeclaration(Declared):
    """A band of age, in days since the document's date; the last has no end."""

    name: Sentence
    up_to: int | None = None


class LetterDeclaration(Declared):
    """How many documents a letter lists."""

    most: int


class ChasingDeclaration(Declared):
    """The file `chasing.toml`."""

    reason: tuple[ReasonDeclaration, ...]
    band: tuple[BandDeclaration, ...]
    letter: LetterDeclaration

    @cached_property
    def reasons(self) -> Mapping[str, ReasonDeclaration]:
        """The reasons by name, in their order."""
        return {reason.name: reason for reason in self.reason if not reason.off}

    def band_of(self, days: int) -> str:
        """Return the band of an age."""
        return next(band.name for band in self.band if band.up_to is None or days <= band.up_to)


@cache
def shipped_chasing() -> ChasingDeclaration:
    """Return the shipped reasons."""
    return read_chasing(text_of(machines_folder() / FILE))


def chasing_with(path: Path | None) -> ChasingDeclaration:
    """Return the shipped reasons with a file of one's own laid over them; raises `DeclarationError`."""
    if path is None:
        return shipped_chasing()
    return read_chasing(text_of(machines_folder() / FILE), Overlay.of(path).text, str(path))


def read_chasing(text: str, overlay: str | None = None, where: str = FILE) -> ChasingDeclaration:
    """Read the reasons and, laid over them, those of `overlay`; raises `DeclarationError` with all problems at once.

    Reasons are laid over by name; bands replace those that ship.
    """
    laid = Laid(where)
    problems = laid.problems
    table = parsed(FILE, text, problems)
    top = {} if overlay is None else parsed(where, overlay, problems)
    problems += strays(top, where, _TABLES, _SINGLE)
    if problems:
        raise DeclarationError(where, problems)
    if overlay is not None:
        table = {**table, **top, "reason": laid.over(table["reason"], top.get("reason", ()), ReasonDeclaration)}
    chasing = declared(ChasingDeclaration, table, where, problems)
    problems += _problems(chasing, where)
    if problems:
        raise DeclarationError(where, problems)
    return chasing


def _problems(chasing: ChasingDeclaration, where: str) -> Iterator[Problem]:
    for name, times in Counter(reason.name for reason in chasing.reason).items():
        if times > 1:
            yield Problem(f"{where} reason", f"has {name} twice", "keep one entry")
    for reason in chasing.reasons.values():
        yield from _faults(reason, f"{where} reason ({reason.name})")
    ends = [band.up_to for band in chasing.band]
    bounds = [end for end in ends if end is not None]
    if ends[-1:] != [None] or len(bounds) != len(ends) - 1 or bounds != sorted({*bounds}) or min(bounds, default=1) < 0:
        yield Problem(f"{where} band", "are not bands of age", "give each a larger up_to, and the last none")
    if chasing.letter.most < 1:
        yield Problem(f"{where} letter", "lists no document", "write 1 or more")


def _faults(reason: ReasonDeclaration, place: str) -> Iterator[Problem]:
    classes, rules = shipped_cascade().classes, shipped_law().rules
    for unknown in (name for name in reason.classes if name not in classes):
        yield Problem(f"{place} classes", f"{unknown!r} is not a class of matches", f"use {', '.join(classes)}")
    for rule in (reason.rule, reason.rule_late):
        if rule is not None and rule not in rules:
            yield Problem(f"{place} rule", f"{rule!r} is not in the register of rules", "cite one that is")
    if (reason.ends_within or 0) < 0:
        yield Problem(f"{place} ends_within", "is below zero", "write 0 or more")
    yield from _unheld(reason, place)
    for asks in filter(None, (reason.asks, reason.asks_late)):
        yield from _misnamed(reason, asks, place)


def _unheld(reason: ReasonDeclaration, place: str) -> Iterator[Problem]:
    """Give what is wrong with a reason's conditions and its stake."""
    has_own = bool(reason.classes or reason.record or reason.status)
    if reason.over == has_own:
        what = "stands for what others hold of, and has a condition of its own" if has_own else "has no condition"
        yield Problem(place, what, "name classes, what the record is, or its status; or over alone")
    if reason.over == (reason.stake is not None):
        yield Problem(f"{place} stake", "is that of another reason" if reason.over else "is not said",
                      "leave it out" if reason.over else "write whole, booked or lacking")  # fmt: skip


def _misnamed(reason: ReasonDeclaration, asks: str, place: str) -> Iterator[Problem]:
    try:
        named = {name for _, name, *_ in Formatter().parse(asks) if name is not None}
    except ValueError:
        named = {"{"}
    if unknown_fields := sorted(named - {*FIELDS}):
        yield Problem(f"{place} asks", f"names {unknown_fields[0]!r}", f"name {', '.join(FIELDS)}")
    elif named & _REPORTED and (reason.over or reason.classes == ("books_only",)):
        yield Problem(f"{place} asks", "names what nobody reported", "name next, due, quarterly or quarterly_due")
