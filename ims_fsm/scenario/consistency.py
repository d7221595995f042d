"""What can be wrong with a scenario whose tables are well-formed: names, rules, codes, time, what is expected of what.

Imports the declaration, the steps, the law book and what it asks of a registration; reads no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.refusal import NO_TRANSITION
from ims_fsm.law.register import Law, carried
from ims_fsm.scenario.declaration import (
    OF_A_DOCUMENT,
    OF_A_RECIPIENT,
    OF_A_SUPPLIER,
    OF_A_TRIGGER,
    DocumentEntry,
    Expect,
    Expectation,
    Header,
    OnDocuments,
    Step,
    TaxpayerEntry,
)
from ims_fsm.terms.period import in_india
from ims_fsm.workflow.reception.registration import calendar_problems

# These are no guard's: a lost race, wrong input, a trigger that does not leave the state.
OTHER_CODES = ("stale_version", "conflict", "input_invalid", NO_TRANSITION)


def contradictions(
    content: Mapping[str, Any],
    header: Header | None,
    taxpayers: Mapping[int, TaxpayerEntry],
    documents: Mapping[int, DocumentEntry],
    steps: Mapping[int, Step],
    book: LawBook,
) -> Iterator[Problem]:
    """Give every problem that only several entries together, or what is declared, show."""
    law = book.law
    handles = {key: _names(content.get(key)) for key in ("taxpayer", "document")}
    yield from _repeated("taxpayer", "name", [(number, entry.name) for number, entry in taxpayers.items()])
    yield from _repeated("taxpayer", "gstin", [(number, entry.gstin) for number, entry in taxpayers.items()])
    yield from _without_due_day(taxpayers, book.calendar)
    yield from _repeated("document", "name", [(number, entry.name) for number, entry in documents.items()])
    yield from _rules("rules", header.rules or () if header else (), law)
    for number, document in documents.items():
        place = f"document[{number}]"
        for key in ("supplier", "recipient"):
            yield from _unknown(f"{place} {key} ({document.name})", getattr(document, key), "taxpayer", handles)
        yield from _unknown(f"{place} amends ({document.name})", document.amends, "document", handles)
    yield from _circles(documents)
    for number, step in steps.items():
        yield from _step_problems(f"step[{number}]", step, handles, law)
    yield from _out_of_order(steps)
    if "step" not in content:
        yield Problem("step", "is missing", "write each step under [[step]]")


def codes(law: Law) -> list[str]:
    """Return every code of refusal that a step may expect."""
    declared = {guard.code for machine in law.machines.values() for guard in machine.declaration.guard}
    return sorted(declared | {*OTHER_CODES})


def _names(rows: object) -> list[str]:
    tables = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [name for row in tables if isinstance(name := row.get("name"), str)]


def _repeated(key: str, field: str, named: Iterable[tuple[int, str]]) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for number, name in named:
        if seen[name]:
            yield Problem(f"{key}[{number}] {field}", f"{name!r} is there already", f"give each {key} its own")
        seen[name] += 1


def _without_due_day(taxpayers: Mapping[int, TaxpayerEntry], calendar: Calendar) -> Iterator[Problem]:
    for number, entry in taxpayers.items():
        for problem in calendar_problems(calendar, entry.gstin, entry.filing):
            yield replace(problem, where=f"taxpayer[{number}] filing ({entry.name})")


def _rules(place: str, rules: Iterable[str], law: Law) -> Iterator[Problem]:
    for rule in rules:
        if not carried(rule, law.rules):
            yield Problem(place, f"{rule!r} is not in the register of rules", "use an id of machines/rules.toml")


def _unknown(place: str, name: str | None, key: str, handles: Mapping[str, list[str]]) -> Iterator[Problem]:
    if name is not None and name not in handles[key]:
        remedy = f"use one of {', '.join(handles[key])}" if handles[key] else f"add it under [[{key}]]"
        yield Problem(place, f"{name!r} is not a {key} of this scenario", remedy)


def _circles(documents: Mapping[int, DocumentEntry]) -> Iterator[Problem]:
    amends = {entry.name: entry.amends for entry in documents.values()}
    reported: set[str] = set()
    for number, entry in documents.items():
        chain, name = [entry.name], entry.amends
        while name is not None and name not in chain:
            chain.append(name)
            name = amends.get(name)
        if name == entry.name and name not in reported:
            reported.update(chain)
            what = f"leads back to itself: {' amends '.join([*chain, name])}"
            yield Problem(f"document[{number}] amends ({name})", what, "let the chain begin with an original")


def _out_of_order(steps: Mapping[int, Step]) -> Iterator[Problem]:
    for (_, before), (number, step) in pairwise(steps.items()):
        if step.at < before.at:
            at, earlier = (in_india(moment).replace(tzinfo=None).isoformat() for moment in (step.at, before.at))
            what = f"{at} is before the step above it ({earlier})"
            yield Problem(f"step[{number}] at", what, "put the steps in the order of time")


def _step_problems(place: str, step: Step, handles: Mapping[str, list[str]], law: Law) -> Iterator[Problem]:
    yield from _refusal_problems(f"{place} ", step, law)
    named = step.names if isinstance(step, OnDocuments) else [getattr(step, "document", None)]
    for name in named:
        key = "documents" if len(named) > 1 else "document"
        yield from _unknown(f"{place} {key}", name, "document", handles)
    for key in ("supplier", "recipient"):
        yield from _unknown(f"{place} {key}", getattr(step, key, None), "taxpayer", handles)
    if isinstance(step, Expect):
        yield from _expectation_problems(f"{place} expect", step, handles, law)


def _refusal_problems(place: str, refusal: Step | Expectation, law: Law) -> Iterator[Problem]:
    if refusal.refused is not None and refusal.refused not in codes(law):
        what = f"{refusal.refused!r} is not a code of refusal"
        yield Problem(f"{place}refused", what, f"the codes are {', '.join(codes(law))}")
    if refusal.rule is not None:
        yield from _rules(f"{place}rule", [refusal.rule], law)


def _expectation_problems(place: str, step: Expect, handles: Mapping[str, list[str]], law: Law) -> Iterator[Problem]:
    expect = step.expect
    yield from _refusal_problems(f"{place}.", expect, law)
    yield from _unknown(f"{place}.document", expect.document, "document", handles)
    yield from _unknown(f"{place}.recipient", expect.recipient, "taxpayer", handles)
    yield from _unknown(f"{place}.supplier", expect.supplier, "taxpayer", handles)
    yield from _subject_problems(place, expect)
    yield from _trigger_problems(place, step)


def _subject_problems(place: str, expect: Expectation) -> Iterator[Problem]:
    wanted = {
        ("document",): (*OF_A_DOCUMENT, *OF_A_TRIGGER),
        ("recipient", "period"): OF_A_RECIPIENT,
        ("supplier", "period"): OF_A_SUPPLIER,
    }
    used = {subjects: [key for key in keys if key in expect.written] for subjects, keys in wanted.items()}
    for subjects, keys in used.items():
        for subject in subjects if keys else ():
            if subject not in expect.written:
                yield Problem(
                    place, f"has `{keys[0]}` without `{subject}`", f"say with `{subject}` of what it is expected"
                )
    if not any(used.values()):
        yield Problem(place, "expects nothing", "add what the document, or the period, should be")


def _trigger_problems(place: str, step: Expect) -> Iterator[Problem]:
    expect = step.expect
    refusal = next((word for word in (expect.refused, expect.rule, step.refused, step.rule) if word is not None), None)
    if expect.trigger is None:
        if expect.allowed is not None or refusal is not None:
            yield Problem(place, "says what is allowed without `trigger`", "add the trigger that is asked for")
    elif expect.allowed is None and refusal is None:
        yield Problem(place, "has `trigger` without `allowed`", "add allowed = true or allowed = false")
    elif expect.allowed and refusal is not None:
        yield Problem(place, "expects that it is allowed and that it is refused", "keep one of both")
