"""The declared guards and transitions of a trigger as SQL: the condition under which it may fire, and where it leads.

Imports the law and the readings of facts; runs no statement. A guard that reads the same in several machines and
editions is one condition; a fact that all records of the set share decides here and not in the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    return Predicate(compiled.allowed(), compiled.led_to("dest"), compiled.led_to("rules"))


class _Compiled:
    def __init__(self, firing: Firing, readings: Readings) -> None:
        self.saved = firing.scope.saved
        self.trigger = str(firing.trigger)
        self.facts = readings
        self.machines = firing.scope.scene.book.law.record_machines
        self.editions = [edition for machine in self.machines for edition in machine.editions.values()]
        self.leading = [edition for edition in self.editions if self.trigger in edition.triggers]

    def allowed(self) -> ColumnElement[bool]:
        return and_(*self._sources(), *(not_(barred) for barred in self._bars()))

    def led_to(self, what: str) -> ColumnElement[str]:
        """Return what the transition gives, by machine, edition and source where it differs."""
        given: dict[str, list[tuple[Edition, str]]] = {}
        for edition in self.leading:
            for source in edition.states:
                move = edition.transition(source, self.trigger)
                if move is not None:
                    value = move.dest if what == "dest" else " ".join(move.rules)
                    given.setdefault(value, []).append((edition, source))
        if len(given) <= 1:
            return literal(next(iter(given), ""))
        branches = []
        for value, pairs in given.items():
            by_source: dict[str, list[Edition]] = {}
            for edition, source in pairs:
                by_source.setdefault(source, []).append(edition)
            met = [and_(AT.state == source, *self._governed(some)) for source, some in by_source.items()]
            branches.append((or_(*met), literal(value)))
        return case(*branches)

    def _sources(self) -> Iterator[ColumnElement[bool]]:
        """Give the conditions that a transition leads anywhere from the state."""
        by_states: dict[tuple[str, ...], list[Edition]] = {}
        for edition in self.leading:
            states = tuple(state for state in edition.states if edition.transition(state, self.trigger) is not None)
            by_states.setdefault(states, []).append(edition)
        yield or_(false(), *(and_(AT.state.in_(states), *self._governed(some)) for states, some in by_states.items()))

    def _bars(self) -> Iterator[ColumnElement[bool]]:
        """Give the condition under which each guard refuses; what refuses on one fact alone is one condition."""
        alike: dict[tuple[frozenset[str] | None, Conditions], list[Edition]] = {}
        for edition in self.leading:
            for key in dict.fromkeys(self._guards(edition)):
                alike.setdefault(key, []).append(edition)
        for (states, conditions), editions in _merged(alike).items():
            facts = [self.facts[fact].among(values) for fact, values in conditions]
            state = [] if states is None else [AT.state.in_(sorted(states))]
            yield and_(true(), *state, *self._governed(editions), *facts)

    def _guards(self, edition: Edition) -> Iterator[tuple[frozenset[str] | None, Conditions]]:
        leaves = {state for state in edition.states if edition.transition(state, self.trigger) is not None}
        for guard in edition.guards:
            if self.trigger not in guard.triggers:
                continue
            states = frozenset(guard.refuse_when[STATE]) if STATE in guard.refuse_when else None
            if states is not None and not states & leaves:
                # There is no transition to bar.
                continue
            conditions = _narrowed(edition.schema, guard.refuse_when)
            if all(self._possible(fact, values) for fact, values in conditions):
                yield states, conditions

    def _possible(self, fact: str, values: frozenset[str]) -> bool:
        return self.facts[fact].possible(values)

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
        turns = {one.since for one in machine.rule_sets} | {one.until.plus(1) for one in machine.rule_sets if one.until}
        starts = sorted({EARLIEST, *(turn for turn in turns if turn is not None)})
        chosen = [machine.at(start).rule_set.id in rule_sets for start in starts]
        if all(chosen):
            return
        period = expected_period(self.saved)
        ranges = []
        for wanted, some in groupby(zip(starts, [*starts[1:], None], chosen, strict=True), key=itemgetter(2)):
            parts = list(some)
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


def _merged(
    alike: Mapping[tuple[frozenset[str] | None, Conditions], list[Edition]],
) -> dict[tuple[frozenset[str] | None, Conditions], list[Edition]]:
    """Join the guards that read one and the same fact, in the same states and editions."""
    joined: dict[tuple[frozenset[str] | None, str, tuple[Edition, ...]], frozenset[str]] = {}
    kept: dict[tuple[frozenset[str] | None, Conditions], list[Edition]] = {}
    for (states, conditions), editions in alike.items():
        if len(conditions) == 1:
            fact, values = conditions[0]
            key = (states, fact, tuple(editions))
            joined[key] = joined.get(key, frozenset()) | values
        else:
            kept[states, conditions] = editions
    for (states, fact, some), values in joined.items():
        kept.setdefault((states, ((fact, values),)), []).extend(some)
    return kept
