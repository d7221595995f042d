"""Reads `machines/policy.toml`, a file of one's own laid over it, and says at once all that is wrong with them.

Must not import a database or a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import text_of
from ims_fsm.law.matching import Cascade
from ims_fsm.law.matching_reading import cascade_with
from ims_fsm.law.overlay import Laid, Overlay
from ims_fsm.law.policy import PolicyDeclaration, RecommendDeclaration
from ims_fsm.law.reading import declared, parsed
from ims_fsm.resources import machines_folder
from ims_fsm.terms.spelling import hinted

FILE = "policy.toml"


def policy_with(overlay: Overlay | None, classes: Collection[str]) -> PolicyDeclaration:
    """Return the shipped policy with TOML of one's own laid over it; `classes` are those of the rules.

    Raises `DeclarationError` with all problems at once.
    """
    shipped = text_of(machines_folder() / FILE)
    if overlay is None:
        return read_policy(shipped, classes)
    return read_policy(shipped, classes, overlay.text, overlay.where)


@dataclass(frozen=True, slots=True)
class Advice:
    """The rules and the policy by which is recommended, with what is laid over each of those that ship."""

    cascade: Cascade
    policy: PolicyDeclaration
    over_rules: Overlay | None = None
    over_policy: Overlay | None = None


@lru_cache(maxsize=64)
def advice_with(policy: Overlay | None, rules: Overlay | None) -> Advice:
    """Return the policy with the rules whose classes it names; raises `DeclarationError`."""
    cascade = cascade_with(rules)
    return Advice(cascade, policy_with(policy, cascade.classes), rules, policy)


def read_policy(
    text: str, classes: Collection[str], overlay: str | None = None, where: str = FILE
) -> PolicyDeclaration:
    """Read a policy and, laid over it, that of `overlay`; raises `DeclarationError` with all problems at once."""
    laid = Laid(where)
    problems = laid.problems
    table, rows = parsed(FILE, text, problems), []
    if overlay is not None:
        top = parsed(where, overlay, problems)
        rows = top.get("recommend", [])
        if {*top} - {"recommend"} or not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            problems.append(Problem(where, "has more than entries", "write each under [[recommend]]"))
    if problems:
        raise DeclarationError(where, problems)
    if overlay is not None:
        # What takes everything stays the last.
        last = table["recommend"][-1]["name"]
        ordered = laid.in_order(laid.over(table["recommend"], rows, RecommendDeclaration))
        table = {"recommend": sorted(ordered, key=lambda row: row.get("name") == last)}
    whole = declared(PolicyDeclaration, table, where, problems)
    named = {row.get("name") for row in (table["recommend"] if overlay is None else rows)}
    kept = PolicyDeclaration(recommend=tuple(entry for entry in whole.recommend if not entry.off))
    problems += _problems(kept, classes, where, named, is_placed=not problems)
    if problems:
        raise DeclarationError(where, problems)
    return kept


def _problems(
    policy: PolicyDeclaration, classes: Collection[str], where: str, named: Collection[str], *, is_placed: bool
) -> Iterator[Problem]:
    for name, times in Counter(entry.name for entry in policy.recommend).items():
        if times > 1:
            yield Problem(f"{where} recommend", f"has {name} twice", "keep one entry")
    if not (policy.recommend and policy.recommend[-1].takes_all):
        yield Problem(where, "has no last entry that takes every record", "end it with an entry without conditions")
    for at, entry in enumerate(policy.recommend):
        place = f"{where} recommend ({entry.name})"
        before = policy.recommend[:at]
        taking = [next((e.name for e in before if e.covers(entry, name)), "") for name in entry.classes or classes]
        # An entry of one's own may take all that one that ships would; a misspelt place says nothing of the order.
        if is_placed and all(taking) and (entry.name in named or any(earlier.takes_all for earlier in before)):
            names = ", ".join(dict.fromkeys(taking))
            yield Problem(place, f"is never reached: {names} takes all its records", "put it before that entry")
        yield from _conditions(entry, classes, place)


def _conditions(entry: RecommendDeclaration, classes: Collection[str], place: str) -> Iterator[Problem]:
    for unknown in (name for name in entry.classes if name not in classes):
        remedy = hinted(unknown, classes, f"use {', '.join(classes)}")
        yield Problem(f"{place} classes", f"{unknown!r} is not a class of matches", remedy)
    for key in ("tax_off", "tax_from", "tax_to", "older_than"):
        if (getattr(entry, key) or 0) < 0:
            yield Problem(f"{place} {key}", "is below zero", "write 0 or more")
