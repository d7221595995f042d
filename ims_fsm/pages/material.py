"""What pages are made of: the law book, Annexure-A, the stories; and which story is worked out for a machine.

Imports the law and the drawings; makes no page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ims_fsm.draw.diagrams import Drawing
from ims_fsm.draw.picture import Arrow, Picture
from ims_fsm.law.annexure import Annexure, Row
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import ONE_DAY, month_number
from ims_fsm.law.declaration import GuardDeclaration, RuleSetDeclaration
from ims_fsm.law.edition import EARLIEST, Edition, Machine
from ims_fsm.law.register import Law
from ims_fsm.pages.pictures import Pictures
from ims_fsm.pages.story import Story
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind

# A plain taxpayer has a name and a GSTIN, and nothing else that a reader must keep in mind.
_PLAIN = 2
_YEAR = 12
# An arrow in each picture of a machine that has it.
Alike = list[tuple[Picture, Arrow]]
_WORD = re.compile(r"[a-z0-9][a-z0-9-]+")


@dataclass(frozen=True)
class Material:
    """The law, its calendar and routes, Annexure-A and the stories."""

    book: LawBook
    annexure: Annexure
    stories: tuple[Story, ...]

    @property
    def law(self) -> Law:
        """The declared law."""
        return self.book.law

    @cached_property
    def machines(self) -> Mapping[str, Machine]:
        """The machines in the order in which they are read: by kind, an amendment behind its original, others last."""
        return dict(sorted(self.law.machines.items(), key=lambda item: _reading_order(item[1])))

    @property
    def record_machines(self) -> tuple[Machine, ...]:
        """The machines of records, in that order."""
        return tuple(machine for machine in self.machines.values() if machine.declaration.extends == "record")

    @cached_property
    def pictures(self) -> Pictures:
        """Every picture of the pages."""
        return Pictures(self.book)

    @cached_property
    def drawings(self) -> Mapping[str, tuple[Drawing, ...]]:
        """What there is to be drawn of each machine: the newest first, then each older one that differs."""
        drawings: dict[str, list[Drawing]] = {name: [] for name in self.law.machines}
        for drawing in self.pictures.drawings.values():
            drawings[drawing.picture.machine].append(drawing)
        return {name: tuple(of_machine) for name, of_machine in drawings.items()}

    def arrows(self, machine: Machine) -> list[Alike]:
        """Return the arrows of a machine's pictures, in the order of triggers; what several show stands together."""
        places: dict[object, Alike] = {}
        for picture in (drawing.picture for drawing in self.drawings[machine.name]):
            for arrow in picture.arrows:
                places.setdefault(_drawn(picture, arrow), []).append((picture, arrow))
        order = ["", *(trigger.name for trigger in machine.declaration.trigger)]
        first = (alike[0][1].labels for alike in places.values())
        begins = [order.index(labels[0].trigger if labels else "") for labels in first]
        return [alike for _, alike in sorted(zip(begins, places.values(), strict=True), key=lambda pair: pair[0])]

    def own_arrows(self, machine: Machine) -> tuple[list[Alike], list[Alike]]:
        """Return the arrows of a machine that the first machine of records has not, and those that it has too."""
        first = self.record_machines[0]
        theirs = [] if machine is first else [(_drawn(*alike[0]), len(alike)) for alike in self.arrows(first)]
        particular: list[Alike] = []
        shared: list[Alike] = []
        for alike in self.arrows(machine):
            (shared if (_drawn(*alike[0]), len(alike)) in theirs else particular).append(alike)
        return particular, shared

    @cached_property
    def rows(self) -> Mapping[tuple[str, ...], Sequence[Row]]:
        """The rows of Annexure-A for each group of documents, in the order of the table."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in self.annexure.row:
            groups.setdefault(tuple(row.document), []).append(row)
        return groups

    @cached_property
    def of_every_record(self) -> frozenset[str]:
        """The names of the guards that every machine of records has."""
        names = [_guard_names(machine) for machine in self.record_machines]
        return frozenset[str]().union(*names[:1]).intersection(*names) if names else frozenset()

    @cached_property
    def guard_places(self) -> Mapping[str, str]:
        """The anchor of every guard by what it is: its name, numbered where machines call different guards alike."""
        places: dict[str, str] = {}
        for guard in (guard for machine in self.machines.values() for guard in machine.guards):
            number = 1 + sum(place.partition(".")[0] == f"guard-{guard.name}" for place in places.values())
            places.setdefault(unnamed(guard), f"guard-{guard.name}{f'.{number}' if number > 1 else ''}")
        return places

    @property
    def years(self) -> Iterator[tuple[list[TaxPeriod], bool]]:
        """The twelve 2B periods from the first of IMS and of each later rule set, and whether pending ends in them."""
        begins = [rule_set.since for rule_set in self.law.rule_sets if rule_set.since]
        for first in dict.fromkeys([self.book.calendar.first_period, *begins]):
            editions = (machine.at(first) for machine in self.record_machines)
            pending = any(move.trigger == "lapse" for edition in editions for move in edition.transitions)
            yield [first.plus(number) for number in range(_YEAR)], pending

    def filed(self, period: TaxPeriod) -> tuple[dt.date, dt.date]:
        """Return the first and last day on which a monthly GSTR-1 is filed that is in the GSTR-2B of a period."""
        window, number = self.book.calendar.windows[Form.GSTR_1, Filing.MONTHLY], month_number(period)
        return window.last_day(number - 1) + ONE_DAY, window.last_day(number)

    def own_guards(self, machine: Machine) -> tuple[GuardDeclaration, ...]:
        """Return the guards that a machine does not share with every record, of all rule sets, as they are declared."""
        shared = self.of_every_record if machine.declaration.extends == "record" else frozenset[str]()
        return tuple(guard for guard in machine.guards if guard.name not in shared and self.has(machine, guard))

    def has(self, machine: Machine, guard: GuardDeclaration) -> bool:
        """Say whether a guard can refuse anything in a machine, under any rule set."""
        return any(guard in edition.guards for edition in machine.editions.values())

    def proving(self, rule: str, *, itself: bool = False) -> tuple[Story, ...]:
        """Return the stories that prove a rule or one below it; those titled most like the rule come first.

        With `itself` those of the rules below it are left out.
        """
        words = _words(self.law.rules[rule].title) if rule in self.law.rules else frozenset[str]()
        stories = (story for story in self.stories if (rule in story.rules if itself else story.cites(rule)))
        return tuple(
            sorted(stories, key=lambda story: (-_likeness(words, _words(story.title)), length(story), story.path))
        )


def _drawn(picture: Picture, arrow: Arrow) -> tuple[object, ...]:
    """Return what an arrow says, wherever it is drawn."""
    return arrow.tail, arrow.head, arrow.never, picture.keys_of(arrow)


def unnamed(guard: GuardDeclaration) -> str:
    """Return what a guard is, whatever a machine calls it."""
    return repr(replace(guard, name=""))


def _reading_order(machine: Machine) -> tuple[int, bool]:
    kinds = [str(kind) for kind in Kind]
    kind = machine.name.removesuffix("_amendment")
    return (kinds.index(kind) if kind in kinds else len(kinds), kind != machine.name)


def length(story: Story) -> int:
    """Return how much there is to follow in a story: its steps, and three for each document and each odd taxpayer."""
    odd = sum(len(row) > _PLAIN for row in story.entries("taxpayer"))
    return len(story.entries("step")) + 3 * (len(story.entries("document")) + odd)


def older(machine: Machine) -> tuple[Edition, ...]:
    """Return the editions of a machine before the newest, in order."""
    return tuple(edition for edition in machine.editions.values() if edition is not machine.edition)


def _guard_names(machine: Machine) -> set[str]:
    return {guard.name for edition in machine.editions.values() for guard in edition.guards}


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.lower()))


def _likeness(words: frozenset[str], others: frozenset[str]) -> float:
    return round(len(words & others) / (len(words | others) or 1), 2)


def worked_stories(machine: Machine, material: Material) -> Iterator[tuple[RuleSetDeclaration, Story]]:
    """Give the story that suits a machine best under each rule set, the newest last; none where none fits."""
    fitting = [story for story in material.stories if fits(story, machine)]
    differs = len(material.drawings[machine.name]) > 1
    for edition in (*older(machine), machine.edition) if differs else (machine.edition,):
        stories = [story for story in fitting if not differs or _rule_set(story, material) == edition.rule_set]
        if stories:
            yield edition.rule_set, min(stories, key=lambda story: (*_rank(story, machine, material), story.path))


def fits(story: Story, machine: Machine) -> bool:
    """Say whether a story is about a machine: its last document is governed by it, or it is about the return."""
    documents = story.entries("document")
    if machine.declaration.extends is None:
        verbs = [step.get("do") for step in story.entries("step")]
        return {"generate_2b", "file_3b"} <= {*verbs}
    if not documents:
        return False
    last = documents[-1]
    kinds = {row.get("kind") for row in documents}
    amended = f"{last.get('kind')}_amendment" if "amends" in last else str(last.get("kind"))
    return len(kinds) == 1 and machine.name in {amended, _unamended(last, machine)}


def _unamended(last: dict[str, object], machine: Machine) -> str:
    """Return the kind itself where its amendments have no machine of their own."""
    kind = str(last.get("kind"))
    return kind if machine.declaration.values.get("direction", ("upward",)) != ("original",) else ""


def _rank(story: Story, machine: Machine, material: Material) -> tuple[int, int, int]:
    if machine.declaration.extends is None:
        seen = {step["expect"].get("two_b") for step in story.entries("step") if "expect" in step} - {None}
        return (-len(seen), len(story.entries("document")), length(story))
    guards = material.own_guards(machine)
    rules = {guard.rule for guard in guards} | {rule for guard in guards for rule in guard.see}
    acts = {"accept", "reject", "keep_pending"} & {step.get("do") for step in story.entries("step")}
    return (int(not rules & {*story.rules}), int(not acts), length(story))


def _rule_set(story: Story, material: Material) -> RuleSetDeclaration | None:
    """Return the rule set that a story is under: that of the dated rules which it cites, else the first.

    A story that cites rules of two tells of the change from one to the other.
    """
    cited = [material.law.rules[rule] for rule in story.rules if rule in material.law.rules]
    dated = [rule for rule in cited if rule.since or rule.until]
    under = [
        rule_set
        for rule_set in material.law.rule_sets
        if any(rule.holds_at(rule_set.since or EARLIEST) for rule in dated)
    ]
    return under[0] if len(under) == 1 else None if under else material.law.rule_sets[0]
