"""Reads a scenario's file, or says everything that is wrong with it, each fault with its entry and remedy.

First what an entry cannot be; then names, rules, codes and times that only several entries, or the law book, show.
The file is the only thing it reads, and it runs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ims_fsm.errors import ImsFsmError, InputError, Problem
from ims_fsm.files.reading import TomlError, text_of, toml_of
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.reading import faults, written
from ims_fsm.law.refusal import NO_TRANSITION
from ims_fsm.law.register import Law, carried
from ims_fsm.scenario.cases import CASE_VERBS, ExpectCase, case_problems
from ims_fsm.scenario.declaration import DocumentEntry, Expect, Expectation, Header, Scenario, Step, TaxpayerEntry
from ims_fsm.scenario.expectations import OF_A_DOCUMENT, OF_A_RECIPIENT, OF_A_SUPPLIER, OF_A_TRIGGER
from ims_fsm.scenario.signoffs import SIGNOFF_VERBS, ExpectSignoff, signoff_problems
from ims_fsm.scenario.values import Entry
from ims_fsm.scenario.verbs import VERBS, OnDocuments
from ims_fsm.terms.period import in_india
from ims_fsm.workflow.registration import calendar_problems
from ims_fsm.workflow.signoff.limits import read, shipped

TABLES = ("taxpayer", "document", "step")
# These are no guard's: a lost race, wrong input, a trigger that does not leave the state.
OTHER_CODES = ("stale_version", "conflict", "input_invalid", NO_TRANSITION)
E = TypeVar("E", bound=Entry)
_UNKNOWN = "is not a key"
_FAULTS = {
    "extra_forbidden": (_UNKNOWN, "remove it"),
    "model_attributes_type": ("is not a table", "write it as a table with its keys"),
    "string_type": ("is not text", "write it in quotes"),
    "date_type": ("is not a date", "write it without quotes, like 2023-11-20"),
    "datetime_type": ("is not a date and time", "write it without quotes, like 2024-11-09T11:00:00"),
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "int_type": ("is not a whole number", "write it without quotes and without a point"),
}


def read_scenario(path: Path, book: LawBook | None = None) -> Scenario:
    """Read a scenario's file; raises `InputError` with every problem at once, each naming the file's entry."""
    return scenario_of(_content(path), path, book)


def scenario_of(content: Mapping[str, Any], path: Path, book: LawBook | None = None) -> Scenario:
    """Return the scenario that a file's tables are; raises `InputError` with every problem at once."""
    problems: list[Problem] = []
    head = {key: value for key, value in content.items() if key not in TABLES}
    header = _entry(Header, head, "", problems)
    law = _with_machines(book or shipped_book(), path, header, problems)
    taxpayers = _listed(content, "taxpayer", TaxpayerEntry, problems)
    documents = _listed(content, "document", DocumentEntry, problems)
    steps = {number: step for number, row in _rows(content, "step", problems) if (step := _step(number, row, problems))}
    in_all = _with_signoff(law, path, header, problems)
    problems += _contradictions(content, header, taxpayers, documents, steps, in_all)
    problems += case_problems(steps, law)
    problems += signoff_problems(steps, documents, opened=header is None or header.signoff is not False)
    if problems or header is None:
        raise InputError(str(path), problems)
    return Scenario(
        path=path,
        title=header.title,
        rules=header.rules or (),
        taxpayers={entry.name: entry for entry in taxpayers.values()},
        documents={entry.name: entry for entry in documents.values()},
        steps=tuple(steps.values()),
        book=law,
        signoff=header.signoff_beside(path),
    )


def _with_machines(book: LawBook, path: Path, header: Header | None, problems: list[Problem]) -> LawBook:
    """Return the book with the laws of one's own that a scenario names, by paths beside its file."""
    for name in header.machines if header else ():
        try:
            book = book.beside([path.parent / name])
        except ImsFsmError as error:
            problems.append(Problem(f"machines {name}", str(error), "correct the path, or the file"))
    return book


def _with_signoff(book: LawBook, path: Path, header: Header | None, problems: list[Problem]) -> LawBook:
    """Return the book with the machine of sign-offs, which a store that is opened with them lays beside it itself."""
    where = header.signoff_beside(path) if header else False
    try:
        return book if where is False else book.beside([(shipped() if where is True else read(where))[0]])
    except ImsFsmError as error:
        problems.append(Problem("signoff", str(error), "correct the path, or the files of the folder"))
        return book


def _content(path: Path) -> dict[str, Any]:
    try:
        return toml_of(text_of(path))
    except TomlError as error:
        what, remedy = error.what, error.remedy
    except UnicodeDecodeError:
        what, remedy = "is not text in UTF-8", "save it as UTF-8"
    except OSError as error:
        what, remedy = f"cannot be read: {error.strerror}", "name a file that can be read"
    raise InputError(str(path), [Problem("the file", what, remedy)])


def _rows(content: Mapping[str, Any], key: str, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    rows = content.get(key, [])
    if not isinstance(rows, list):
        problems.append(Problem(key, "is not a list of tables", f"write each entry under [[{key}]]"))
        return
    yield from enumerate(rows, start=1)


def _listed(content: Mapping[str, Any], key: str, model: type[E], problems: list[Problem]) -> dict[int, E]:
    rows = _rows(content, key, problems)
    return {n: entry for n, row in rows if (entry := _entry(model, row, f"{key}[{n}]", problems)) is not None}


def _step(number: int, row: Any, problems: list[Problem]) -> Step | None:
    place = f"step[{number}]"
    if not isinstance(row, dict):
        problems.append(Problem(place, "is not a table", "write it under [[step]]"))
        return None
    if ("do" in row) == ("expect" in row):
        what = "has both `do` and `expect`" if "do" in row else "has neither `do` nor `expect`"
        problems.append(Problem(place, what, "let a step either do something or expect something"))
        return None
    if "expect" in row:
        keys = row["expect"] if isinstance(row["expect"], dict) else ()
        expected = ExpectCase if "case" in keys else ExpectSignoff if "signoff" in keys else Expect
        return _entry(expected, row, place, problems)
    verbs = {**VERBS, **CASE_VERBS, **SIGNOFF_VERBS}
    model = verbs.get(row["do"]) if isinstance(row["do"], str) else None
    if model is None:
        what = f"{written(row['do'])} is not a verb"
        problems.append(Problem(f"{place} do", what, f"the verbs are {', '.join(verbs)}"))
        return None
    return _entry(model, row, place, problems)


def _entry(model: type[E], row: Any, place: str, problems: list[Problem]) -> E | None:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        problems.extend(_problems(model, row, place, error))
        return None


def _problems(model: type[Entry], row: Any, place: str, error: ValidationError) -> Iterator[Problem]:
    name = row.get("name") if isinstance(row, dict) else None
    named = f" ({name})" if isinstance(name, str) and name.strip() else ""
    for problem in faults(error, _FAULTS):
        where = f"{place} {problem.where}".strip() + named
        unknown = _unknown_key(model, row, problem.where) if problem.what == _UNKNOWN else {}
        yield replace(problem, where=where or "the file", **unknown)


def _unknown_key(model: type[Entry], row: Mapping[str, Any], path: str) -> dict[str, str]:
    if model is Header:
        return {
            "what": "is not a key of a scenario",
            "remedy": f"its keys are title, rules, machines, signoff, {', '.join(TABLES)}",
        }
    outer, _, rest = path.partition(".")
    inner = model.model_fields[outer].annotation if rest and outer in model.model_fields else model
    owner = f"`{row['do']}`" if "do" in row and inner is model else "this table"
    return {
        "what": f"is not a key of {owner}",
        "remedy": f"its keys are {', '.join(getattr(inner, 'model_fields', {}))}",
    }


def _contradictions(
    content: Mapping[str, Any],
    header: Header | None,
    taxpayers: Mapping[int, TaxpayerEntry],
    documents: Mapping[int, DocumentEntry],
    steps: Mapping[int, Step],
    book: LawBook,
) -> Iterator[Problem]:
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


def _codes(law: Law) -> list[str]:
    """Return every code of refusal that a step may expect."""
    declared = {guard.code for machine in law.machines.values() for guard in machine.guards}
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
        for problem in calendar_problems(calendar, entry.gstin, entry.filing, entry.extensions):
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
    named = step.subjects if isinstance(step, OnDocuments) else [getattr(step, "document", None)]
    for name in named:
        key = "documents" if len(named) > 1 else "document"
        yield from _unknown(f"{place} {key}", name, "document", handles)
    yield from _unknown(f"{place} original", getattr(step, "original", None), "document", handles)
    for key in ("supplier", "recipient"):
        yield from _unknown(f"{place} {key}", getattr(step, key, None), "taxpayer", handles)
    if isinstance(step, Expect):
        yield from _expectation_problems(f"{place} expect", step, handles, law)


def _refusal_problems(place: str, refusal: Step | Expectation, law: Law) -> Iterator[Problem]:
    if refusal.refused is not None and refusal.refused not in _codes(law):
        what = f"{refusal.refused!r} is not a code of refusal"
        yield Problem(f"{place}refused", what, f"the codes are {', '.join(_codes(law))}")
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
    used = {subjects: [key for key in keys if key in expect.model_fields_set] for subjects, keys in wanted.items()}
    for subjects, keys in used.items():
        for subject in subjects if keys else ():
            if subject not in expect.model_fields_set:
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
