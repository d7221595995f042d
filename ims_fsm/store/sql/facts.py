"""The facts of records in SQL, and the declared guards and transitions of a trigger as a condition on them.

Imports the law, the scene and the tables; runs no statement. Beside each reading of `record.scene` stands the same fact
of a whole set: a fixed value, where all records of the set share it, or an expression over the record's columns; tests
prove the two equal. A guard that reads the same in several machines and editions is one condition, and a fact that all
records share decides here and not in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from sqlalchemy import ColumnElement, and_, case, false, func, literal, not_, or_, true

from ims_fsm.law.declaration import ENTRY, STATE
from ims_fsm.law.edition import EARLIEST, Edition
from ims_fsm.law.facts import FactSchema
from ims_fsm.law.routing import Condition, RouteDeclaration
from ims_fsm.store.sql.chains import CHAIN
from ims_fsm.store.sql.prepared import given, word, words
from ims_fsm.store.sql.scene import NEGATIVE, Shape, expected_period, in_turn, pending_window_passed
from ims_fsm.store.tables import AT, PAISE
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import SupplierStatus

# What only an amendment has otherwise than this, and what its chain's reading says of it.
OF_A_CHAIN: Mapping[str, str] = {"original": "none", "same_period": "yes", "direction": "original"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact in SQL: the value that all records of the set have, or the condition under which it has each value."""

    value: str | None = None
    when: Mapping[str, ColumnElement[bool]] | None = None
    column: ColumnElement[str] | None = None

    @property
    def possible(self) -> frozenset[str] | None:
        """The values that the fact can have at all in this set; None where it may have any."""
        if self.value is not None:
            return frozenset([self.value])
        return None if self.when is None else frozenset(self.when)

    def among(self, values: Collection[str]) -> ColumnElement[bool]:
        """Return the condition that the fact has one of the values."""
        if self.value is not None:
            return true() if self.value in values else false()
        if self.column is not None:
            return self.column.in_(words(values))
        return or_(false(), *(condition for value, condition in (self.when or {}).items() if value in values))

    @property
    def text(self) -> ColumnElement[str]:
        """The fact's value as text."""
        if self.value is not None:
            return literal(self.value)
        if self.column is not None:
            return self.column
        return case(*((condition, literal(value)) for value, condition in (self.when or {}).items()))


class FactsInSql:
    """Every fact of the records that a statement of this shape is about."""

    def __init__(self, shape: Shape) -> None:
        """Keep the shape; a reading is made when it is asked for."""
        self._shape, self._made = shape, dict[str, Reading]()

    def __getitem__(self, fact: str) -> Reading:
        """Return a fact's reading; raises `KeyError` for one that no record has."""
        if fact not in self._made:
            role = self._shape.book.law.role_facts.get(fact)
            self._made[fact] = READINGS[fact](self._shape) if role is None else _always(self._shape.holding(role))
        return self._made[fact]


def route(shape: Shape) -> ColumnElement[str]:
    """Return the route of a record: the one that filing it gave, or the one that filing it now would give."""
    taken: ColumnElement[str] = AT.route
    if shape.saved is None:
        return taken
    period = expected_period(shape)
    ways = []
    for declared in shape.book.routing.routes:
        met: list[ColumnElement[bool]] = [_condition(shape, name, values) for name, values in declared.when.items()]
        met += [period >= str(declared.since)] if declared.since else []
        met += [period <= str(declared.until)] if declared.until else []
        ways.append((and_(true(), *met), literal(str(declared.name))))
    return case((AT.supplier_status == str(SupplierStatus.FILED), taken), *ways)


def with_effect(shape: Shape, *effects: str) -> list[str]:
    """Return the names of the routes with one of these effects."""
    declared: Sequence[RouteDeclaration] = shape.book.routing.routes
    return sorted({str(route.name) for route in declared if route.effect in effects})


def credit(head: str) -> ColumnElement[int]:
    """Return what a record is worth under forward charge in a head, in paise; negative for a credit note."""
    return case((AT.reverse_charge, 0), (AT.kind.in_(words(NEGATIVE)), -AT[head]), else_=AT[head])


def full_reduction(head: str) -> ColumnElement[int]:
    """Return by how much accepting a record lowers the recipient's credit in a head, in paise; never negative."""
    return not_below_zero(AT[f"carried_{head}"] - credit(head))


def not_below_zero(amount: ColumnElement[int]) -> ColumnElement[int]:
    """Return an amount with a negative one set to zero."""
    return case((amount < 0, 0), else_=amount)


def _condition(shape: Shape, name: Condition, values: Collection[str]) -> ColumnElement[bool]:
    first = shape.book.calendar.first_period
    readings: dict[str, Callable[[], Reading]] = {
        "form": lambda: Reading(column=AT.form),
        "reverse_charge": lambda: _yes_or_no("yes", "no", AT.reverse_charge),
        "ineligible": lambda: Reading(column=func.coalesce(AT.ineligible, "no")),
        "era": lambda: _yes_or_no("before_ims", "ims", expected_period(shape) < str(first)),
        "time_limit": lambda: _time_limit(shape),
    }
    return readings[name]().among(values)


def _yes_or_no(yes: str, no: str, condition: ColumnElement[bool]) -> Reading:
    return Reading(when={yes: condition, no: not_(condition)})


def _always(value: str) -> Reading:
    return Reading(value=value)


def _of_chain(fact: str) -> Callable[[Shape], Reading]:
    def reading(shape: Shape) -> Reading:
        if not shape.amended:
            return _always(OF_A_CHAIN[fact])
        return Reading(column=func.coalesce(CHAIN.c[fact], word(OF_A_CHAIN[fact])))

    return reading


def _time_limit(_shape: Shape) -> Reading:
    return _yes_or_no("passed", "open", func.coalesce(AT.cutoff_at <= given("now", AT.cutoff_at.type), false()))


def _pending_window(shape: Shape) -> Reading:
    limited = [
        machine.name
        for machine in shape.book.law.record_machines
        if "passed" in machine.schema.values[machine.schema.names.index("pending_window")]
    ]
    return _yes_or_no("passed", "open", and_(AT.machine.in_(words(limited)), pending_window_passed(shape)))


def _seen(shape: Shape) -> Reading:
    columns = {"version": AT.version, "previous": AT.state}
    current = [columns[name] == given(name, columns[name].type) for name in shape.chosen_on]
    return _yes_or_no("current", "stale", and_(*current)) if current else _always("current")


def _reduction(shape: Shape) -> Reading:
    declared, blocked = shape.declared, func.coalesce(AT.reduction_blocked, false())
    if declared is None:
        return _yes_or_no("absent", "missing", blocked) if shape.mandatory else _always("absent")
    if declared in {"full", "none"}:
        return _yes_or_no("blocked", declared, blocked)
    exceeds, full = _more_than_full(shape), same_as_full()
    return Reading(
        when={
            "blocked": blocked,
            "exceeds": and_(not_(blocked), exceeds),
            "full": and_(not_(blocked), not_(exceeds), full),
            declared: and_(not_(blocked), not_(exceeds), not_(full)),
        }
    )


def declared_in(head: str) -> ColumnElement[int]:
    """Return the declared reduction in a head, in paise."""
    return given(f"declared_{head}", PAISE)


def same_as_full() -> ColumnElement[bool]:
    """Return the condition that the declared reduction is all that accepting a record takes back."""
    return and_(*(full_reduction(head) == declared_in(head) for head in HEADS))


def _more_than_full(shape: Shape) -> ColumnElement[bool]:
    return true() if shape.negative else or_(*(full_reduction(head) < declared_in(head) for head in HEADS))


READINGS: Mapping[str, Callable[[Shape], Reading]] = {
    "supplier_status": lambda _shape: Reading(column=AT.supplier_status),
    "direction": _of_chain("direction"),
    "original": _of_chain("original"),
    "same_period": _of_chain("same_period"),
    "superseded": lambda shape: (
        _yes_or_no("yes", "no", CHAIN.c.prevailed_from.is_not(None)) if shape.amended else _always("no")
    ),
    "route": lambda shape: Reading(column=route(shape)),
    "taxpayer": lambda shape: _always("eligible" if shape.eligible else "not_eligible"),
    "ims": lambda shape: _always("open" if shape.opened else "not_yet"),
    "time_limit": _time_limit,
    "pending_window": _pending_window,
    "portal_pending": lambda _shape: _yes_or_no("blocked", "open", func.coalesce(AT.pending_blocked, false())),
    "reduction": _reduction,
    "seen": _seen,
    "remarks": lambda shape: _always("too_long" if shape.too_long else "fit"),
}


Conditions = tuple[tuple[str, frozenset[str]], ...]
Bar = tuple[frozenset[str] | None, Conditions]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a trigger leads and the rules that carry it, as they are logged, and when it leads there."""

    dest: str
    rules: str
    when: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Predicate:
    """When a trigger may fire on a record, and the ways that it then takes: one, unless machines or editions differ."""

    allowed: ColumnElement[bool]
    ways: tuple[Way, ...]

    @property
    def dest(self) -> ColumnElement[str]:
        """The state to which the trigger leads."""
        dests = {way.dest for way in self.ways}
        return case(*((way.when, way.dest) for way in self.ways)) if len(dests) > 1 else literal("".join(dests))


class Readings(Protocol):
    """What gives the reading of a fact by its name."""

    def __getitem__(self, fact: str, /) -> Reading:
        """Return the reading of a fact."""
        ...


def predicate_of(shape: Shape, readings: Readings | None = None) -> Predicate:
    """Return the condition and the ways of a trigger for every record machine, as the law declares them.

    `readings` gives the facts where they are not to be read from the records; from those also whether it is in turn.
    """
    compiled = _Compiled(shape, FactsInSql(shape) if readings is None else readings)
    return Predicate(and_(compiled.allowed(), in_turn(shape) if readings is None else true()), tuple(compiled.ways()))


@dataclass(frozen=True, slots=True, eq=False)
class _Outline:
    """What the law says of a trigger, before any record is looked at; the same for every set, so made once."""

    #: The states from which the trigger leads anywhere, with the editions in which it does.
    sources: tuple[tuple[tuple[str, ...], Sequence[Edition]], ...]
    #: Each dest with the text of its rules, the states that it is reached from and the editions.
    ways: tuple[tuple[tuple[str, str], Mapping[str, Sequence[Edition]]], ...]
    #: Each guard that may refuse: its states (None: all), its conditions on facts, the editions.
    guards: tuple[tuple[frozenset[str] | None, Conditions, Edition], ...]
    #: The facts that the guards read.
    facts: tuple[str, ...]


@lru_cache(maxsize=64)
def _outline(editions: tuple[Edition, ...], trigger: str) -> _Outline:
    by_states: dict[tuple[str, ...], list[Edition]] = {}
    ways: dict[tuple[str, str], dict[str, list[Edition]]] = {}
    for edition in editions:
        leads = {state: transition for state in edition.states if (transition := edition.transition(state, trigger))}
        by_states.setdefault(tuple(leads), []).append(edition)
        for state, transition in leads.items():
            way = (transition.dest, " ".join(transition.rules))
            ways.setdefault(way, {}).setdefault(state, []).append(edition)
    guards = tuple((*guard, edition) for edition in editions for guard in dict.fromkeys(_guards(edition, trigger)))
    facts = tuple(dict.fromkeys(fact for _, conditions, _ in guards for fact, _ in conditions))
    return _Outline(tuple(by_states.items()), tuple(ways.items()), guards, facts)


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
    def __init__(self, shape: Shape, readings: Readings) -> None:
        self.shape = shape
        self.facts = readings
        self.machines = shape.book.law.record_machines
        trigger = str(shape.trigger)
        editions = (edition for machine in self.machines for edition in machine.editions.values())
        self.outline = _outline(tuple(edition for edition in editions if trigger in edition.triggers), trigger)

    def allowed(self) -> ColumnElement[bool]:
        return and_(self._leads(), *(not_(barred) for barred in self._barred()))

    def ways(self) -> Iterator[Way]:
        """Give the ways that the trigger takes, by machine, edition and source where there are several."""
        for (dest, rules), by_source in self.outline.ways:
            taken = [and_(AT.state == source, *self._governed(editions)) for source, editions in by_source.items()]
            yield Way(dest, rules, true() if len(self.outline.ways) == 1 else or_(*taken))

    def _leads(self) -> ColumnElement[bool]:
        """Return the condition that a transition leads anywhere from the state."""
        sources = self.outline.sources
        return or_(
            false(), *(and_(AT.state.in_(words(states)), *self._governed(editions)) for states, editions in sources)
        )

    def _barred(self) -> Iterator[ColumnElement[bool]]:
        """Give the condition under which each guard refuses; what refuses on one fact alone is one condition."""
        possible = tuple(self.facts[fact].possible for fact in self.outline.facts)
        for (states, conditions), editions in _bars(self.outline, possible).items():
            facts = [self.facts[fact].among(values) for fact, values in conditions]
            state = [] if states is None else [AT.state.in_(words(states))]
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
        yield or_(*(and_(AT.machine.in_(words(names)), *self._in_force(sets)) for sets, names in by_sets.items()))

    def _in_force(self, rule_sets: frozenset[str]) -> Iterator[ColumnElement[bool]]:
        """Give the condition that a record's 2B period chooses one of these rule sets, as `Machine.at` does."""
        machine = self.machines[0]
        sets = machine.rule_sets
        turns = {rule_set.since for rule_set in sets} | {rule_set.until.plus(1) for rule_set in sets if rule_set.until}
        starts = sorted({EARLIEST, *(turn for turn in turns if turn is not None)})
        chosen = [machine.at(start).rule_set.id in rule_sets for start in starts]
        if all(chosen):
            return
        period = expected_period(self.shape)
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
