"""Reads `machines/matching.toml`, a file of one's own laid over it, and says at once all that is wrong with them.

Must not import a database or a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import text_of
from ims_fsm.law.matching import BUILT_IN, Cascade, ClassDeclaration, MatchDeclaration, MatchingDeclaration
from ims_fsm.law.overlay import Laid, Overlay, strays
from ims_fsm.law.reading import declared, parsed
from ims_fsm.resources import machines_folder

FILE = "matching.toml"
_TABLES, _SINGLE = ("match", "class", "limits"), {"limits": "write candidates under [limits]"}
# A year of days; a crore of rupees.
MOST_DAYS, MOST_PAISE = 366, 10**9
# Fewer meet no neighbour on either side in both orders; more make a crowd's time that of its square again.
FEWEST_CANDIDATES, MOST_CANDIDATES = 4, 400
_NUMBERS, _AMOUNTS = ("written", "canonical"), ("heads", "total", "any")
# Three heads are in the sum of heads, and each may differ.
_SUMMED = 3


@cache
def shipped_cascade() -> Cascade:
    """Return the shipped rules."""
    return read_cascade(text_of(machines_folder() / FILE))


@lru_cache(maxsize=64)
def cascade_with(overlay: Overlay | None) -> Cascade:
    """Return the shipped rules with TOML of one's own laid over them; raises `DeclarationError`."""
    if overlay is None:
        return shipped_cascade()
    return read_cascade(text_of(machines_folder() / FILE), overlay.text, overlay.where)


def read_cascade(text: str, overlay: str | None = None, where: str = FILE) -> Cascade:
    """Read the rules and, laid over them, those of `overlay`; raises `DeclarationError` with all problems at once."""
    laid = Laid(where)
    problems = laid.problems
    table = parsed(FILE, text, problems)
    top = table if overlay is None else parsed(where, overlay, problems)
    problems += strays(top, where, _TABLES, _SINGLE)
    if problems:
        raise DeclarationError(where, problems)
    if overlay is not None:
        table = {
            "match": laid.in_order(laid.over(table["match"], top.get("match", ()), MatchDeclaration)),
            "class": laid.over(table["class"], top.get("class", ()), ClassDeclaration),
            "limits": {**table["limits"], **top.get("limits", {})},
        }
    named = {"match": table["match"], "classes": table["class"], "limits": table["limits"]}
    rules = declared(MatchingDeclaration, named, where, problems)
    problems += _problems(rules, where, is_placed=not problems)
    if problems:
        raise DeclarationError(where, problems)
    return Cascade.of(rules)


def _problems(rules: MatchingDeclaration, where: str, *, is_placed: bool) -> Iterator[Problem]:
    kept = [rule for rule in rules.match if not rule.off]
    if not FEWEST_CANDIDATES <= rules.limits.candidates <= MOST_CANDIDATES:
        what = f"{rules.limits.candidates} is not from {FEWEST_CANDIDATES} to {MOST_CANDIDATES}"
        yield Problem(f"{where} limits candidates", what, "write a number that is")
    classes = Counter(kind.name for kind in rules.classes)
    for what, counts in (("match", Counter(rule.name for rule in rules.match)), ("class", classes)):
        for twice in (name for name, times in counts.items() if times > 1):
            yield Problem(f"{where} {what}", f"has {twice} twice", "keep one entry")
    for lacking in (name for name in BUILT_IN if name not in classes):
        yield Problem(f"{where} class", f"lacks {lacking}", "say its sentence")
    for at, rule in enumerate(kept):
        place = f"{where} match ({rule.name})"
        if rule.gives not in classes or rule.gives in BUILT_IN:
            yield Problem(f"{place} gives", f"{rule.gives!r} is not a class of pairs", "declare it under [[class]]")
        yield from _limits(rule, place)
        # Where a place is misspelt, what comes before what is not known.
        if is_placed and (covering := next((earlier for earlier in kept[:at] if _covers(earlier, rule)), None)):
            yield Problem(place, f"is never reached: {covering.name} takes all its pairs", "put it before that rule")


def _limits(rule: MatchDeclaration, place: str) -> Iterator[Problem]:
    for key, most in (("days", MOST_DAYS), ("paise", MOST_PAISE)):
        if not 0 <= getattr(rule, key) <= most:
            yield Problem(f"{place} {key}", f"{getattr(rule, key)} is not from 0 to {most}", "write a number that is")
    if rule.number == "alike" and not (rule.similarity is not None and 0 < rule.similarity <= 1):
        yield Problem(
            f"{place} similarity", "is not above 0 and at most 1", "write how alike numbers must be, like 0.75"
        )
    if rule.number != "alike" and rule.similarity is not None:
        yield Problem(
            f"{place} similarity", "stands with a number that is compared whole", 'remove it, or write "alike"'
        )
    if rule.number == "alike" and rule.amounts == "any":
        what = "compares neither the whole number nor the amounts"
        yield Problem(place, what, 'write amounts = "heads" or "total"')


def _covers(earlier: MatchDeclaration, later: MatchDeclaration) -> bool:
    """Say whether an earlier rule takes every pair that a later one would."""
    if "alike" in {earlier.number, later.number}:
        as_alike = (earlier.similarity or 0) <= (later.similarity or 0)
        return earlier.number == later.number and as_alike and _is_wider(earlier, later)
    return _NUMBERS.index(earlier.number) >= _NUMBERS.index(later.number) and _is_wider(earlier, later)


def _is_wider(earlier: MatchDeclaration, later: MatchDeclaration) -> bool:
    if earlier.supplier != later.supplier or earlier.days < later.days:
        return False
    looser = _AMOUNTS.index(earlier.amounts) - _AMOUNTS.index(later.amounts)
    if earlier.amounts == "any" or looser < 0:
        return looser >= 0
    return earlier.paise >= later.paise * (_SUMMED if looser else 1)
