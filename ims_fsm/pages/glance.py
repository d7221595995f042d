"""Answers at a glance: a question put to every machine for every case, decided by the law itself, as one table.

Imports the law and the blocks; each answer is what `decide` says, under every rule set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from ims_fsm.charts.sequence.sequence import tale_of
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import RuleSetDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.refusal import Refused
from ims_fsm.pages.anchors import PERIODS
from ims_fsm.pages.blocks import Badge, Block, Break, Figure, Line, Link, Paragraph, Strong, Table
from ims_fsm.pages.citing import rule_links
from ims_fsm.pages.effects import route_condition, route_line
from ims_fsm.pages.material import Material
from ims_fsm.pages.pictures import tale_stem
from ims_fsm.pages.refusing import where
from ims_fsm.pages.wording import capital, held, listed, month, plural, worded

UNKNOWN = "unknown"
# The rules that a tale tells best, and those that are about the days of a tax period.
_TALES = {"faq.13": "amendment", "faq.34": "rejected-credit-note"}
_OF_THE_MONTH = ("faq.15", "faq.23", "faq.24", "faq.27")
# One case of a machine: the values of the first fact, those of the second, and an answer for each rule set.
Case = tuple[tuple[str, ...], tuple[str, ...], "Answers"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided: whether it is allowed, by which rules it is refused now and, where it is not, later."""

    allowed: bool
    rules: tuple[str, ...]
    later: tuple[str, ...] = ()


Answers = tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a trigger, asked for every value of two facts; every other fact has its plain value.

    `given` sets further facts; `until` names one whose passing may turn the answer, and `once` says so in words.
    """

    asks: str
    trigger: str
    facts: tuple[str, str]
    note: str
    given: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    once: str = ""


PENDING = Question(
    asks="May it be kept pending?",
    trigger="keep_pending",
    facts=("direction", "original"),
    note="An original that no GSTR-3B has decided is one of the same 2B period here; of another, FAQ 13 comes "
    "first. Everything else is in order.",
    until="pending_window",
    once="until its deadline",
)
QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    "faq.11": (PENDING,),
    "faq.13": (
        Question(
            asks="May it be acted on?",
            trigger="accept",
            facts=("original", "same_period"),
            note="Asked of accept; reject and keep pending are refused for the same reason, and GSTR-3B freezes no "
            "amendment that waits. Everything else is in order.",
        ),
    ),
    "advisory.2025-10.pending": (PENDING,),
    "advisory.2025-10.reduction": (
        Question(
            asks="May a reduction of ITC be declared with its acceptance?",
            trigger="accept",
            facts=("direction", "original"),
            note="Asked of a reduction in full. An original that no GSTR-3B has decided is one of the same 2B period.",
            given={"reduction": "full"},
        ),
    ),
}


def glance(rule: str, material: Material) -> tuple[Block, ...]:
    """Return the tables and pictures that answer a rule's question at a glance; none for most."""
    blocks = [block for question in QUESTIONS.get(rule, ()) for block in _asked(question, material)]
    if rule == "faq.8":
        blocks += _routes(material)
    if rule == "faq.1":
        blocks += _carriers(material)
    if rule in _TALES:
        blocks.append(_tale(_TALES[rule], material))
    if rule in _OF_THE_MONTH:
        blocks.append(Paragraph(("See also: ", Link("a tax period in one picture", PERIODS), ".")))
    return tuple(blocks)


def answers(machine: Machine, question: Question) -> dict[tuple[str, str], Answers]:
    """Return, for every known value of the two facts, the answer under each rule set of a machine."""
    known = dict(zip(machine.schema.names, machine.schema.values, strict=True))
    values = ([value for value in known[fact] if value != UNKNOWN] for fact in question.facts)
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
    for first, own in rows.items():
        same = next((firsts for firsts, other in alike if other == own), None)
        if same is None:
            alike.append(([first], own))
        else:
            same.append(first)
    return tuple((tuple(firsts), tuple(seconds), answer) for firsts, own in alike for answer, seconds in own.items())


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
    known = dict(zip(edition.schema.names, edition.schema.values, strict=True)).get(fact, ())
    plain = dict(zip(edition.schema.names, edition.schema.defaults, strict=True)).get(fact)
    return tuple(value for value in known if value != plain)


def _asked(question: Question, material: Material) -> Iterator[Block]:
    found: dict[tuple[Case, ...], list[str]] = {}
    for machine in material.record_machines:
        found.setdefault(cases(answers(machine, question)), []).append(machine.name)
    rule_sets = material.law.rule_sets
    same = all(len({*answer}) == 1 for own in found for _, _, answer in own)
    heads = ["Answer"] if same else [capital(_span(rule_set)) for rule_set in rule_sets]
    facts = [capital(_FACTS.get(fact, worded(fact))) for fact in question.facts]
    strict = sorted(found, key=lambda own: all(each.allowed for _, _, answer in own for each in answer))
    rows = [row for own in strict for row in _rows(question, material, own, where(found[own], material), same=same)]
    yield Paragraph((Strong(question.asks),))
    yield Table(("Record", *facts, *heads), tuple(rows), question.asks)
    yield Paragraph((question.note,))


_FACTS = {"direction": "how it moves the tax", "original": "its original", "same_period": "both of one 2B period"}


def _span(rule_set: RuleSetDeclaration) -> str:
    return f"2B period until {month(rule_set.until)}" if rule_set.until else f"2B period {_since(rule_set)}"


def _since(rule_set: RuleSetDeclaration) -> str:
    return f"from {month(rule_set.since)}" if rule_set.since else rule_set.id


def _rows(
    question: Question, material: Material, own: tuple[Case, ...], names: Line, *, same: bool
) -> Iterator[tuple[Line, ...]]:
    for firsts, seconds, answer in own:
        first = _values(question.facts[0], firsts, {value for case in own for value in case[0]}, material)
        second = _values(question.facts[1], seconds, {value for case in own for value in case[1]}, material)
        yield (names, first, second, *(_told(question, each) for each in (answer[:1] if same else answer)))


def _values(fact: str, values: tuple[str, ...], every: set[str], material: Material) -> Line:
    if len(every) > 1 and {*values} == every:
        return ("any",)
    says = [capital(material.law.facts[fact].values[value]) for value in values]
    return tuple(part for number, said in enumerate(says) for part in ((Break(), said) if number else (said,)))


def _told(question: Question, answer: Answer) -> Line:
    if not answer.allowed:
        return (Badge("no", "no"), " ", *rule_links(answer.rules))
    if answer.later:
        return (Badge("yes", "yes"), f" {question.once}, ", *rule_links(answer.later))
    return (Badge("yes", "yes"),)


def _routes(material: Material) -> Iterable[Block]:
    rows = tuple(
        (route_condition(route), (*route_line(route), "."), (held(route) or "always",), rule_links([route.rule]))
        for route in material.book.routing.routes
    )
    yield Paragraph((Strong("Where does a document go?"), " The first line that fits is taken."))
    yield Table(("Document", "Goes", "2B periods", "Rule"), rows, "Where does a document go?")


def _carriers(material: Material) -> Iterable[Block]:
    rows = tuple(
        ((str(form),), (listed(plural(kind) for kind in kinds),))
        for form, kinds in ((form, sorted(kinds)) for form, kinds in material.book.routing.carriers.items())
    )
    yield Paragraph((Strong("Which form carries what?"),))
    yield Table(("Form", "Carries"), rows, "Which form carries what?")


def _tale(name: str, material: Material) -> Figure:
    tale = tale_of(material.book, name)
    caption = f"{tale.title}: {tale.says}. Days and amounts are worked out from the calendar and the ledger."
    return Figure(tale_stem(name), f"{tale.title}: {tale.says}", (caption,))
