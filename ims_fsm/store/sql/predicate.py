"""The declared guards and transitions of a trigger as SQL: the condition under which it may fire, and where it leads.

Imports the law and the readings of facts; runs no statement. A guard that reads the same in several machines and
editions is one condition; a fact that all records of the set share decides here and not in the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from sqlalchemy import ColumnElement, and_, case, false, literal, not_, or_, true

from ims_fsm.law.declaration import ENTRY, STATE
from ims_fsm.law.edition import EARLIEST, Edition
from ims_fsm.law.facts import FactSchema
from ims_fsm.store.sql.facts import FactsInSql, Reading
from ims_fsm.store.sql.scene import Firing, expected_period
from ims_fsm.store.tables import AT

Conditions = tuple[tuple[str, frozenset[str]], ...]
Bar = tuple[frozenset[str] | None, Conditions]


@dataclass(frozen=True, slots=True)
class Predicate:
    """When a trigger may fire on a record, and then its dest and the rules that carry it, as they are logged."""

    allowed: ColumnElement[bool]
    dest: ColumnElement[str]
    rules: ColumnElement[str]


class Readings(Protocol):
    """What gives the reading of a fact by its name."""

    def __getitem__(self, fact: str, /) -> Reading:
        """Return the reading of a fact."""
        ...


def predicate_of(firing: Firing, readings: Readings | None = None) -> Predicate:
    """Return the condition, the dest and the rules of a trigger for every record machine, as the law declares them.

    `readings` gives the facts where they are not to be read from the records themselves.
    """
    compiled = _Compiled(firing, FactsInSql(firing) if readings is None else readings)
    dest, rules = (compiled.led_to(values) for values in (compiled.outline.dests, compiled.outline.rules))
    return Predicate(compiled.allowed(), dest, rules)


@dataclass(frozen=True, slots=True, eq=False)
class _Outline:
    """What the law says of a trigger, before any record is looked at; the same for every set, so made once."""

    #: The states from which the trigger leads anywhere, with the editions in which it does.
    sources: tuple[tuple[tuple[str, ...], Sequence[Edition]], ...]
    #: Each dest, and each text of rules, with the state that it is reached from and the editions.
    dests: tuple[tuple[str, Mapping[str, Sequence[Edition]]], ...]
    rules: tuple[tuple[str, Mapping[str, Sequence[Edition]]], ...]
    #: Each guard that may refuse: its states (None: all), its conditions on facts, the editions.
    guards: tuple[tuple[frozenset[str] | None, Conditions, Edition], ...]
    #: The facts that the guards read.
    facts: tuple[str, ...]


@lru_cache(maxsize=64)
def _outline(editions: tuple[Edition, ...], trigger: str) -> _Outline:
    by_states: dict[tuple[str, ...], list[Edition]] = {}
    dests: dict[str, dict[str, list[Edition]]] = {}
    rules: dict[str, dict[str, list[Edition]]] = {}
    for edition in editions:
        leads = {state: transition for state in edition.states if (transition := edition.transition(state, trigger))}
        by_states.setdefault(tuple(leads), []).append(edition)
        for state, transition in leads.items():
            dests.setdefault(transition.dest, {}).setdefault(state, []).append(edition)
            rules.setdefault(" ".join(transition.rules), {}).setdefault(state, []).append(edition)
    guards = tuple((*guard, edition) for edition in editions for guard in dict.fromkeys(_guards(edition, trigger)))
    facts = tuple(dict.fromkeys(fact for _, conditions, _ in guards for fact, _ in conditions))
    return _Outline(tuple(by_states.items()), tuple(dests.items()), tuple(rules.items()), guards, facts)


def _guards(edition: Edition, trigger: str) -> Iterator[tuple[frozenset[str] | None, Conditions]]:
    leaves = {state for state in edition.states if edition.transition(state, trigger) is not None}
    for guard in edition.guards:
        if trigger not in guard.triggers:
            continue
        states = frozenset(guard.refuse_when[STATE]) if STATE in guard.refuse_when else None
        # Where there is no transition there is none to bar.
        if states is None or states & leaves:
            yield states, _narrowed(edition.schema, guard.refuse_when)


@lru_cache(maxsize=256)
def _bars(outline: _Outline, possible: tuple[frozenset[str] | None, ...]) -> Mapping[Bar, Sequence[Edition]]:
    """Return the guards that can refuse where a fact has some values only; `possible` follows the outline's facts."""
    values_of = dict(zip(outline.facts, possible, strict=True))
    alike: dict[Bar, list[Edition]] = {}
    for states, conditions, edition in outline.guards:
        if all((met := values_of[fact]) is None or values & met for fact, values in conditions):
            alike.setdefault((states, conditions), []).append(edition)
    return _merged(alike)


class _Compiled:
    def __init__(self, firing: Firing, readings: Readings) -> None:
        self.saved = firing.scope.saved
        self.facts = readings
        self.machines = firing.scope.scene.book.law.record_machines
        trigger = str(firing.trigger)
        editions = (edition for machine in self.machines for edition in machine.editions.values())
        self.outline = _outline(tuple(edition for edition in editions if trigger in edition.triggers), trigger)

    def allowed(self) -> ColumnElement[bool]:
        return and_(self._leads(), *(not_(barred) for barred in self._barred()))

    def led_to(self, values: Sequence[tuple[str, Mapping[str, Sequence[Edition]]]]) -> ColumnElement[str]:
        """Return what the transition gives, by machine, edition and source where it differs."""
        if len(values) <= 1:
            return literal(next((value for value, _ in values), ""))
        branches = []
        for value, by_source in values:
            met = [and_(AT.state == source, *self._governed(editions)) for source, editions in by_source.items()]
            branches.append((or_(*met), literal(value)))
        return case(*branches)

    def _leads(self) -> ColumnElement[bool]:
        """Return the condition that a transition leads anywhere from the state."""
        sources = self.outline.sources
        return or_(false(), *(and_(AT.state.in_(states), *self._governed(editions)) for states, editions in sources))

    def _barred(self) -> Iterator[ColumnElement[bool]]:
        """Give the condition under which each guard refuses; what refuses on one fact alone is one condition."""
        possible = tuple(self.facts[fact].possible for fact in self.outline.facts)
        for (states, conditions), editions in _bars(self.outline, possible).items():
            facts = [self.facts[fact].among(values) for fact, values in conditions]
            state = [] if states is None else [AT.state.in_(sorted(states))]
            yield and_(true(), *state, *self._governed(editions), *facts)

    def _governed(self, editions: Sequence[Edition]) -> Iterator[ColumnElement[bool]]:
        """Give the condition that one of these editions governs a record; none where all that can fire do."""
        wanted: dict[str, frozenset[str]] = {}
        for edition in editions:
            wanted[edition.name] = wanted.get(edition.name, frozenset()) | {edition.rule_set.id}
        if wanted == {machine.name: frozenset(machine.editions) for machine in self.machines}:
            return
        by_sets: dict[frozenset[str], list[str]] = {}
        for name, sets in wanted.items():
            by_sets.setdefault(sets, []).append(name)
        yield or_(*(and_(AT.machine.in_(sorted(names)), *self._in_force(sets)) for sets, names in by_sets.items()))

    def _in_force(self, rule_sets: frozenset[str]) -> Iterator[ColumnElement[bool]]:
        """Give the condition that a record's 2B period chooses one of these rule sets, as `Machine.at` does."""
        machine = self.machines[0]
        sets = machine.rule_sets
        turns = {rule_set.since for rule_set in sets} | {rule_set.until.plus(1) for rule_set in sets if rule_set.until}
        starts = sorted({EARLIEST, *(turn for turn in turns if turn is not None)})
        chosen = [machine.at(start).rule_set.id in rule_sets for start in starts]
        if all(chosen):
            return
        period = expected_period(self.saved)
        ranges = []
        for wanted, group in groupby(zip(starts, [*starts[1:], None], chosen, strict=True), key=itemgetter(2)):
            parts = list(group)
            start, end = parts[0][0], parts[-1][1]
            if wanted:
                lower = [period >= str(start)] if start != EARLIEST else []
                ranges.append(and_(true(), *lower, *([period < str(end)] if end else [])))
        yield or_(false(), *ranges)


def _narrowed(schema: FactSchema, refuse_when: Mapping[str, Sequence[str]]) -> Conditions:
    """Return a guard's conditions on facts; one that holds for every value the machine has is left out."""
    return tuple(
        (fact, frozenset(values))
        for fact, values in refuse_when.items()
        if fact not in (STATE, ENTRY) and not set(schema.values[schema.names.index(fact)]) <= set(values)
    )


def _merged(alike: Mapping[Bar, list[Edition]]) -> dict[Bar, list[Edition]]:
    """Join the guards that read one and the same fact, in the same states and editions."""
    joined: dict[tuple[frozenset[str] | None, str, tuple[Edition, ...]], frozenset[str]] = {}
    kept: dict[Bar, list[Edition]] = {}
    for (states, conditions), editions in alike.items():
        if len(conditions) == 1:
            fact, values = conditions[0]
            key = (states, fact, tuple(editions))
            joined[key] = joined.get(key, frozenset()) | values
        else:
            kept[states, conditions] = editions
    for (states, fact, shared), values in joined.items():
        kept.setdefault((states, ((fact, values),)), []).extend(shared)
    return kept
