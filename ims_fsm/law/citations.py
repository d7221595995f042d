"""Who cites which rule, and what can be wrong with that: every problem, with its place and remedy.

Imports the declaration and the errors; reads no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.errors import Problem
from ims_fsm.law.declaration import RuleDeclaration, SourceDeclaration

CITING = frozenset({"rule", "rules", "see"})


def citations(tables: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return every rule id that the tables of any file cite, with the files that cite it."""
    by_rule: dict[str, dict[str, None]] = {}
    for file, table in tables.items():
        for cited in _cited(table):
            by_rule.setdefault(cited, {})[file] = None
    return {cited: tuple(files) for cited, files in sorted(by_rule.items())}


def carried(rule: str, by: Mapping[str, object]) -> bool:
    """Say whether a rule, or one below it ("faq.11.a" carries "faq.11"), is among those named."""
    return rule in by or any(name.startswith(f"{rule}.") for name in by)


def citation_problems(
    file: str,
    rules: Mapping[str, RuleDeclaration],
    sources: Mapping[str, SourceDeclaration],
    cited_by: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    """Give every citation that is not in the register `file`, and every rule in it that says too little of itself."""
    for cited, files in cited_by.items():
        for place in files:
            if cited not in rules:
                yield Problem(
                    place, f"cites {cited!r}, which is not in the register", f"add it to {file} or mend the id"
                )
            elif rules[cited].status == "not_modelled":
                what = f"cites {cited!r}, which the register calls not modelled"
                yield Problem(place, what, f"mend its status in {file}")
    for rule in rules.values():
        yield from _rule_problems(f"{file} {rule.id}", rule, sources, cited_by)


def _rule_problems(
    place: str,
    rule: RuleDeclaration,
    sources: Mapping[str, SourceDeclaration],
    cited_by: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    if rule.status == "modelled" and not carried(rule.id, cited_by):
        what = "is marked modelled, and nothing cites it"
        yield Problem(place, what, "cite it where it acts, or say not_modelled and why")
    if rule.status == "not_modelled" and not rule.reason:
        yield Problem(place, "is not modelled without a reason", "say why in `reason`")
    if rule.source not in sources:
        yield Problem(place, f"names the unknown source {rule.source!r}", "add a [[source]] for it")


def _cited(here: object) -> Iterator[str]:
    if isinstance(here, list):
        for value in here:
            yield from _cited(value)
    if not isinstance(here, dict):
        return
    for key, value in here.items():
        if key in CITING:
            yield from (rule for rule in (value if isinstance(value, list) else [value]) if isinstance(rule, str))
        yield from _cited(value)
