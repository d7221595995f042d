"""A log held against the law: what a case does, event by event, decided again, and what comes of all cases.

Imports the law and the case; reads no file. Where a log does not say a fact that a rule needs, the event is undecided:
neither taken nor refused. The case goes on as the log says; what is refused later is refused either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ims_fsm.law.declaration import ENTRY, OPENED
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.law.weighing import Undecided, Weighed, weighed
from ims_fsm.record.case import entry_of

#: So many examples of one deviation are kept, so many different ways of a case, and so many events of a way.
EXAMPLES, WAYS, LONGEST_WAY = 5, 10_000, 40
#: Of so many people it is kept what they fired on a case; of others it is not known.
ACTORS = 10_000
NOT_ENDED = "not_ended"


class Happened(NamedTuple):
    """An event of a case as a log has it: its number in the case, its line, its moment (UTC), who did it."""

    number: int
    line: int
    at: datetime | None
    activity: str
    trigger: str
    actor: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """An event that the law does not take: refused, with its reasons, or undecided for want of facts."""

    case: str
    machine: str
    rule_set: str
    state: str
    trigger: str
    activity: str
    event: int
    line: int
    at: datetime | None
    refusals: tuple[Refusal, ...] = ()
    facts: tuple[str, ...] = ()
    #: Whether the case left the law here: what was before it is the prefix that conforms.
    is_first: bool = False
    #: The sentence, and what mends it.
    says: str
    remedy: str
    code: str
    rule: str

    @property
    def is_refused(self) -> bool:
        """Whether the law refuses it, and does not only lack facts."""
        return bool(self.refusals)


@dataclass(slots=True)
class DeviationGroup:
    """Deviations that are alike: the rule, the state and the trigger, how many, and examples."""

    like: Deviation
    events: int = 0
    cases: int = 0
    #: How many cases first left the law by it.
    first: int = 0
    examples: list[Deviation] = field(default_factory=list)
    _last: str | None = None

    @property
    def says(self) -> str:
        """The sentence on any of them."""
        return self.like.refusals[0].sentence() if self.like.refusals else self.like.says

    @property
    def remedy(self) -> str:
        """What mends any of them."""
        return self.like.refusals[0].advice() if self.like.refusals else self.like.remedy

    def take(self, deviation: Deviation) -> None:
        """Count one more."""
        self.events += 1
        self.first += deviation.is_first
        if deviation.case != self._last:
            self.cases += 1
            self._last = deviation.case
            if len(self.examples) < EXAMPLES:
                self.examples.append(deviation)


@dataclass(slots=True)
class Way:
    """Cases that do the same: how many conform, leave the law, are undecided, and an example."""

    activities: tuple[str, ...]
    more: int
    example: str
    cases: int = 0
    conforming: int = 0
    left: int = 0
    undecided: int = 0


@dataclass(slots=True)
class Traffic:
    """What was done on a machine under one edition: how often each transition was taken, each pair refused."""

    edition: Edition
    cases: int = 0
    taken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    undecided: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[tuple[str, str], str] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def edges(self) -> list[Mapping[str, object]]:
        """The transitions that were taken, the most frequent first."""
        names = ("source", "trigger", "dest")
        return [dict(zip(names, edge, strict=True), count=count) for edge, count in self.taken.most_common()]

    @property
    def barred(self) -> list[Mapping[str, object]]:
        """What was refused, the most frequent first."""
        pairs = self.refused.most_common()
        return [{"state": s, "trigger": t, "rule": self.rules[s, t], "count": count} for (s, t), count in pairs]


@dataclass(slots=True, kw_only=True)
class Conformance:
    """What comes of a log: how many cases conform, how many leave the law, how many are undecided; and of events.

    A case conforms if the law takes every event of it, and its end is one that is allowed.
    """

    log: str
    cases: int = 0
    conforming: int = 0
    left: int = 0
    undecided: int = 0
    events: int = 0
    taken: int = 0
    refused: int = 0
    undecided_events: int = 0
    #: Events passed over: such as move nothing, and such that were not complete; those that stood out of order.
    ignored: int = 0
    not_complete: int = 0
    out_of_order: int = 0
    #: What chose the edition of the law, by how many cases.
    periods: Counter[str] = field(default_factory=Counter)
    assumed: dict[str, str] = field(default_factory=dict)
    traffic: dict[tuple[str, str], Traffic] = field(default_factory=dict)
    groups: dict[tuple[str, ...], DeviationGroup] = field(default_factory=dict)
    _ways: dict[tuple[str, ...], Way] = field(default_factory=dict)
    other_ways: int = 0
    _fitness: float = 0.0
    _weighed: dict[tuple[object, ...], Weighed] = field(default_factory=dict)

    @property
    def fitness_by_case(self) -> float:
        """The share of cases that conform; 1 of none."""
        return self.conforming / self.cases if self.cases else 1.0

    @property
    def fitness_by_event(self) -> float:
        """The share of events that the law takes; 1 of none."""
        return self.taken / self.events if self.events else 1.0

    @property
    def mean_fitness(self) -> float:
        """The mean over cases of the share of events that the law takes; 1 of none."""
        return self._fitness / self.cases if self.cases else 1.0

    @property
    def laws(self) -> list[Traffic]:
        """The machines and rule sets that cases were replayed under, the most frequent first."""
        return sorted(self.traffic.values(), key=lambda traffic: -traffic.cases)

    @property
    def deviations(self) -> list[DeviationGroup]:
        """What the law refuses, the most frequent first."""
        return sorted((group for group in self.groups.values() if group.like.is_refused), key=lambda g: -g.events)

    @property
    def waiting(self) -> list[DeviationGroup]:
        """What is undecided for want of facts, the most frequent first."""
        return sorted((group for group in self.groups.values() if not group.like.is_refused), key=lambda g: -g.events)

    @property
    def ways(self) -> list[Way]:
        """What cases do, the most frequent first."""
        return sorted(self._ways.values(), key=lambda way: -way.cases)

    def weigh(
        self, edition: Edition, state: str, trigger: str, facts: Mapping[str, str], silent: Collection[str]
    ) -> Weighed:
        """Do what `weighed` does, once for what is alike: a log comes back to few situations."""
        key = (edition, state, trigger, *facts.items())
        if key not in self._weighed:
            if len(self._weighed) >= WAYS:
                self._weighed.clear()
            self._weighed[key] = weighed(edition, state, trigger, facts, silent)
        return self._weighed[key]

    def _way(self, activities: tuple[str, ...], more: int, case: str) -> Way | None:
        key = (*activities, str(more))
        if key not in self._ways and len(self._ways) >= WAYS:
            self.other_ways += 1
            return None
        return self._ways.setdefault(key, Way(activities, more, case))

    def finish(self, case: CaseReplay) -> None:
        """Count a case that has ended."""
        case.end()
        self.cases += 1
        self.events += case.events
        self.taken += case.taken
        self.refused += case.refused
        self.undecided_events += case.events - case.taken - case.refused
        self._fitness += case.taken / case.events
        way = self._way(tuple(case.activities), case.events - len(case.activities), case.case)
        word = "left" if case.has_left else "undecided" if case.is_undecided else "conforming"
        for counted in (self, *([way] if way else ())):
            setattr(counted, word, getattr(counted, word) + 1)
        if way:
            way.cases += 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What a case is replayed by: where it starts, if that is said, where it may end, what the log need not say."""

    start: str | None = None
    ends: Collection[str] = ()
    silent: Collection[str] = ()
    note: Callable[[Deviation], object] | None = None


class CaseReplay:
    """One case, event by event: what is refused is noted and skipped, and the state stays as it was."""

    def __init__(self, case: str, edition: Edition, whole: Conformance, terms: Terms = Terms()) -> None:
        """Begin where the terms say; else where the machine begins, or from nowhere by a trigger that leads from it."""
        self.case, self.events, self.taken, self.refused = case, 0, 0, 0
        self.activities: list[str] = []
        self.has_left = self.is_undecided = False
        self._edition, self._whole, self._terms = edition, whole, terms
        self._state = terms.start or ENTRY
        self._asked = {trigger for fact in edition.machine.about_firing for trigger in fact.same_actor_as}
        self._fired: dict[str, set[str]] = {}
        self._forgot = False
        self._last: Happened | None = None
        key = (edition.name, edition.rule_set.id)
        self._traffic = whole.traffic.setdefault(key, Traffic(edition))
        self._traffic.cases += 1

    def take(self, event: Happened) -> None:
        """Replay the next event."""
        self.events += 1
        self._last = event
        if len(self.activities) < LONGEST_WAY:
            self.activities.append(event.activity)
        if self.events == 1 and self._terms.start is None and self._opens(event):
            return
        self._decide(event)

    def _opens(self, event: Happened) -> bool:
        """Begin where the machine begins; say whether the event did no more than that."""
        edition = self._edition
        if edition.transition(ENTRY, event.trigger) is not None:
            return False
        trigger, dest, _ = entry_of(edition)
        self._state = edition.initial
        if event.trigger != OPENED:
            return False
        self._state = dest
        self.taken += 1
        self._traffic.taken[ENTRY, trigger, dest] += 1
        return True

    def _decide(self, event: Happened) -> None:
        edition, state = self._edition, self._state
        facts = {**self._about_firing(event), **event.facts}
        decision = self._whole.weigh(edition, state, event.trigger, facts, self._terms.silent)
        if isinstance(decision, Refused):
            self._refuse(event, decision.refusals)
            return
        move = edition.transition(state, event.trigger)
        if isinstance(decision, Undecided):
            self._wait(event, decision)
        elif move is not None:
            self.taken += 1
            self._traffic.taken[state, event.trigger, move.dest] += 1
        if move is not None:
            self._state = move.dest
        if event.actor and event.trigger in self._asked:
            self._keep(event)

    def _keep(self, event: Happened) -> None:
        if event.actor in self._fired or len(self._fired) < ACTORS:
            self._fired.setdefault(event.actor, set()).add(event.trigger)
        else:
            self._forgot = True

    def _about_firing(self, event: Happened) -> Mapping[str, str]:
        about = self._edition.machine.about_firing
        if not about or not event.actor or (self._forgot and event.actor not in self._fired):
            return {}
        facts = self._edition.machine.actor_facts((), self._fired.get(event.actor, ()))
        return {fact.name: facts[fact.name] for fact in about}

    def _refuse(self, event: Happened, refusals: tuple[Refusal, ...]) -> None:
        self.refused += 1
        self._traffic.refused[self._state, event.trigger] += 1
        self._traffic.rules.setdefault((self._state, event.trigger), refusals[0].rule)
        fields = {"document": f"case {self.case}"}
        first = refusals[0]
        self._tell(event, refusals, (), (first.sentence(fields), first.advice(fields), first.code, first.rule))
        self.has_left = True

    def _wait(self, event: Happened, undecided: Undecided) -> None:
        self.is_undecided = True
        self._traffic.undecided[self._state, event.trigger] += 1
        facts = ", ".join(undecided.facts)
        says = f"whether {event.trigger} is taken depends on {facts}, which the log does not say"
        remedy = "name the column that says it (--fact COLUMN=FACT), or say what to assume (--assume FACT=VALUE)"
        self._tell(event, (), undecided.facts, (says, remedy, "undecided", ""))

    def _tell(
        self, event: Happened, refusals: tuple[Refusal, ...], facts: tuple[str, ...], words: tuple[str, str, str, str]
    ) -> None:
        says, remedy, code, rule = words
        deviation = Deviation(
            case=self.case, machine=self._edition.name, rule_set=self._edition.rule_set.id, state=self._state,
            trigger=event.trigger, activity=event.activity, event=event.number, line=event.line, at=event.at,
            refusals=refusals, facts=facts,
            is_first=bool(refusals) and not self.has_left, says=says, remedy=remedy, code=code, rule=rule,
        )  # fmt: skip
        state = self._state if refusals else ""
        key = (deviation.machine, deviation.rule_set, state, deviation.trigger, code, rule, *facts)
        self._whole.groups.setdefault(key, DeviationGroup(deviation)).take(deviation)
        if self._terms.note is not None:
            self._terms.note(deviation)

    def end(self) -> None:
        """Hold the end of the case against the ends that are allowed, where some are named."""
        self._traffic.ends[self._state] += 1
        if self._terms.ends and self._state not in self._terms.ends and self._last is not None:
            state = self._edition.states.get(self._state) or self._edition.states[self._edition.initial]
            says = (
                f"{{document}} ends in {state.title.lower()}, and a case is to end in {' or '.join(self._terms.ends)}"
            )
            refusal = Refusal("end", NOT_ENDED, state.rules[0], state.rules[1:], says, "see what it still waits for")
            fields = {"document": f"case {self.case}"}
            words = (refusal.sentence(fields), refusal.advice(fields), refusal.code, refusal.rule)
            self._tell(self._last, (refusal,), (), words)
            self.has_left = True
