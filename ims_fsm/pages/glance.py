"""Answers at a glance: a question put to every machine for every case, decided by the law itself, as one table.

Imports the law; each answer is what `decide` says, under every rule set.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import Declared
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.reading import validated
from ims_fsm.law.refusal import Refused
from ims_fsm.pages.material import Material

UNKNOWN = "unknown"
FILE = Path(__file__).with_name("questions.toml")
# One case of a machine: the values of the first fact, those of the second, and an answer for each rule set.
Case = tuple[tuple[str, ...], tuple[str, ...], "Answers"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided: whether it is allowed, by which rules it is refused now and, where it is not, later."""

    allowed: bool
    rules: tuple[str, ...]
    later: tuple[str, ...] = ()


Answers = tuple[Answer, ...]


class Question(Declared):
    """A question about a trigger, asked for every value of two facts; what its fields mean stands in the file."""

    rules: tuple[str, ...]
    asks: str
    trigger: str
    facts: tuple[str, str]
    note: str
    given: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    once: str = ""


QUESTIONS = tuple(validated(Question, row) for row in tomllib.loads(FILE.read_text("utf-8"))["question"])


def answers(machine: Machine, question: Question) -> dict[tuple[str, str], Answers]:
    """Return, for every known value of the two facts, the answer under each rule set of a machine."""
    values = ([value for value in machine.schema.values_of[fact] if value != UNKNOWN] for fact in question.facts)
    return {
        (first, second): tuple(_answer(edition, question, first, second) for edition in machine.editions.values())
        for first, second in product(*values)
    }


def cases(asked: Mapping[tuple[str, str], Answers]) -> tuple[Case, ...]:
    """Return the cases of a machine put together where they have one answer, each in as few rows as can be."""
    rows: dict[str, dict[Answers, list[str]]] = {}
    for (first, second), answer in asked.items():
        rows.setdefault(first, {}).setdefault(answer, []).append(second)
    alike: list[tuple[list[str], dict[Answers, list[str]]]] = []
    for first, by_answer in rows.items():
        same = next((firsts for firsts, other in alike if other == by_answer), None)
        if same is None:
            alike.append(([first], by_answer))
        else:
            same.append(first)
    return tuple(
        (tuple(firsts), tuple(seconds), answer) for firsts, by_answer in alike for answer, seconds in by_answer.items()
    )


def _answer(edition: Edition, question: Question, first: str, second: str) -> Answer:
    given = {**question.given, question.facts[0]: first, question.facts[1]: second}
    facts = edition.facts(**given)
    now = decide(edition, edition.initial, question.trigger, facts)
    if isinstance(now, Refused):
        return Answer(False, tuple(dict.fromkeys(refusal.rule for refusal in now.refusals)))  # noqa: FBT003 - its field
    later: dict[str, None] = {}
    for value in _other_values(edition, question.until):
        then = decide(edition, edition.initial, question.trigger, edition.facts(**given, **{question.until: value}))
        later |= dict.fromkeys(refusal.rule for refusal in then.refusals) if isinstance(then, Refused) else {}
    return Answer(True, (), tuple(later))  # noqa: FBT003 - its field


def _other_values(edition: Edition, fact: str) -> tuple[str, ...]:
    return tuple(value for value in edition.schema.values_of.get(fact, ()) if value != edition.facts()[fact])


def asked(question: Question, material: Material) -> tuple[tuple[tuple[str, ...], tuple[Case, ...]], ...]:
    """Return the cases of a question, with the machines that answer alike; those that refuse anything come first."""
    machines: dict[tuple[Case, ...], list[str]] = {}
    for machine in material.record_machines:
        machines.setdefault(cases(answers(machine, question)), []).append(machine.name)
    strict = sorted(machines, key=lambda rows: all(verdict.allowed for _, _, answer in rows for verdict in answer))
    return tuple((tuple(machines[rows]), rows) for rows in strict)


def is_any(values: tuple[str, ...], rows: tuple[Case, ...], place: int) -> bool:
    """Say whether values of the fact at a place are all those that the rows of a machine have, and more than one."""
    every = {value for row in rows for value in (row[1] if place else row[0])}
    return len(every) > 1 and {*values} == every
