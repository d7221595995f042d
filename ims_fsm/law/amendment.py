"""What an amended law changes against the one before it: every declared part, and every situation decided otherwise.

Imports the register, the decision and the space; pure, it reads no file and knows no live case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from ims_fsm.law.comparison import Change
from ims_fsm.law.decision import judge
from ims_fsm.law.declaration import ENTRY, Declared
from ims_fsm.law.edition import EARLIEST, PROSE, Edition, Machine
from ims_fsm.law.facts import Facts, FactSchema
from ims_fsm.law.refusal import Allowed
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace, Space
from ims_fsm.terms.period import TaxPeriod

SENTENCE = "reworded"
# States, each with a set of combinations.
_Where = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a law that one alone of two laws has, or a key of it that differs.

    `part` is a kind of entry ("state"), `name` names it, and `key` is what differs where both have it. A part of the
    law as a whole has no machine. `change` is "reworded" where nothing is decided by what differs.
    """

    machine: str
    part: str
    name: str
    key: str
    change: str
    before: str
    after: str


class Outcome(StrEnum):
    """How a situation that both laws have is decided otherwise."""

    OPENED = "allowed now"
    CLOSED = "refused now"
    REDIRECTED = "leads elsewhere"
    REASONED = "refused for other reasons"


@dataclass(frozen=True, slots=True)
class Shift:
    """The situations of a trigger that two editions decide otherwise in one way: how many, and the plainest of them.

    `since` is the first period for which both editions hold, None where that is the first of all; `facts` are those of
    the example that are not defaults.
    """

    machine: str
    before: str
    after: str
    since: TaxPeriod | None
    outcome: Outcome
    trigger: str
    states: tuple[str, ...]
    situations: int
    state: str
    facts: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """Two laws side by side; `compared` is the number of situations that both have."""

    differences: tuple[Difference, ...]
    shifts: tuple[Shift, ...]
    compared: int

    @property
    def decides(self) -> tuple[Difference, ...]:
        """The differences that may decide something."""
        return tuple(difference for difference in self.differences if difference.change != SENTENCE)

    @property
    def sentences(self) -> tuple[Difference, ...]:
        """The differences that are words alone."""
        return tuple(difference for difference in self.differences if difference.change == SENTENCE)

    @property
    def strands(self) -> tuple[Difference, ...]:
        """What is gone and a live case may be in or hold: a machine, a state, a value. A fact that is gone is left."""
        parts = {"machine", "state", "value"}
        return tuple(gone for gone in self.decides if gone.part in parts and gone.change == Change.GONE)


def amendment(before: Law, after: Law) -> Amendment:
    """Compare two laws, by the declared parts and over the whole space of every machine that both have.

    Raises `DeclarationError` for a machine whose space is too large to enumerate.
    """
    differences = [*_differences("", "machine", before.machines, after.machines, lambda _: {})]
    was, now = ({edition.id: edition for edition in law.rule_sets} for law in (before, after))
    differences += _differences("", "edition", was, now, vars)
    differences += _differences("", "rule", before.rules, after.rules, vars)
    shifts: list[Shift] = []
    compared = 0
    for name in (name for name in after.machines if name in before.machines):
        old_machine, new_machine = before.machines[name], after.machines[name]
        differences += _machine_differences(old_machine, new_machine)
        pair = _Pair(old_machine, new_machine)
        if pair.space is not None and old_machine != new_machine:
            shifts += pair.shifts()
            compared += pair.situations
    return Amendment(tuple(differences), tuple(shifts), compared)


# --- what is declared ------------------------------------------------------------------------------------------------


def _machine_differences(before: Machine, after: Machine) -> Iterator[Difference]:
    name = after.name
    heads = (
        {key: vars(machine.declaration)[key] for key in ("version", "initial", "title", "says")}
        for machine in (before, after)
    )
    yield from _changed(name, "machine", name, *heads)
    old, new = _parts(before), _parts(after)
    for part in new:
        yield from _differences(name, part, old[part], new[part], vars)
    was, now = _values(before), _values(after)
    for fact in (fact for fact in now if fact in was):
        yield from _differences(name, "value", was[fact], now[fact], dict)


def _values(machine: Machine) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what the values of each fact say, by the fact."""
    says = {fact.name: fact.values for fact in machine.every_fact}
    values = machine.schema.values_of.items()
    return {fact: {f"{fact} = {value}": {"says": says[fact][value]} for value in of} for fact, of in values}


def _parts(machine: Machine) -> Mapping[str, Mapping[str, Declared]]:
    declared = machine.declaration
    moves = {
        f"{move.trigger} from {source}{f' since {move.since}' if move.since else ''}": replace(move, source=(source,))
        for move in declared.transition
        for source in move.source
    }
    facts = {fact.name: replace(fact, values={}) for fact in machine.facts}
    named = {part: {entry.name: entry for entry in getattr(declared, part)} for part in ("state", "trigger", "guard")}
    return {
        "state": named["state"],
        "trigger": named["trigger"],
        "transition": moves,
        "guard": named["guard"],
        "fact": facts,
    }


def _differences(
    machine: str,
    part: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    keys: Callable[[Any], Mapping[str, object]],
) -> Iterator[Difference]:
    for name in dict.fromkeys((*after, *before)):
        if name in before and name in after:
            yield from _changed(machine, part, name, keys(before[name]), keys(after[name]))
        else:
            yield Difference(machine, part, name, "", Change.ADDED if name in after else Change.GONE, "", "")


def _changed(
    machine: str, part: str, name: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Difference]:
    for key, now in after.items():
        if before[key] != now:
            change = SENTENCE if key in PROSE or key == "quote" else Change.CHANGED
            yield Difference(machine, part, name, key, change, _text(before[key]), _text(now))


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} = {_text(part)}" for key, part in value.items()) or "always"
    if isinstance(value, tuple):
        return " or ".join(map(str, value))
    return "open" if value is None else str(value)


# --- what is decided ------------------------------------------------------------------------------------------------


class _Pair:
    """A machine of two laws, over the situations that both have."""

    def __init__(self, before: Machine, after: Machine) -> None:
        self._machines = before, after
        both = [state for state in after.edition.states if state in before.edition.states]
        self._states = (ENTRY, *both)
        self._triggers = tuple(name for name in after.edition.triggers if name in before.edition.triggers)

    @cached_property
    def space(self) -> Space | None:
        """The combinations of facts that both laws have; a fact of one alone has its values. None where none is."""
        old, new = (machine.schema for machine in self._machines)
        values: dict[str, tuple[str, ...]] = {}
        for name, of in {**old.values_of, **new.values_of}.items():
            shared = tuple(value for value in of if value in old.values_of.get(name, of))
            values[name] = shared
        if not all(values.values()):
            return None
        defaults = dict(zip((*old.names, *new.names), (*old.defaults, *new.defaults), strict=True))
        usual = (defaults[name] if defaults[name] in of else of[0] for name, of in values.items())
        return Space(FactSchema(tuple(values), tuple(values.values()), tuple(usual)))

    @cached_property
    def editions(self) -> Mapping[tuple[str, str], tuple[Edition, Edition, TaxPeriod | None]]:
        """The editions that govern the same periods, with the first of these periods, by their rule sets."""
        old, new = self._machines
        starts = sorted({rule_set.since or EARLIEST for rule_set in (*old.rule_sets, *new.rule_sets)})
        pairs: dict[tuple[str, str], tuple[Edition, Edition, TaxPeriod | None]] = {}
        for start in starts:
            was, now = old.at(start), new.at(start)
            pairs.setdefault((was.rule_set.id, now.rule_set.id), (was, now, None if start == EARLIEST else start))
        return pairs

    @property
    def situations(self) -> int:
        """How many situations both have."""
        size = self.space.size if self.space else 0
        return len(self.editions) * len(self._states) * len(self._triggers) * size

    def shifts(self) -> Iterator[Shift]:
        """Give what is decided otherwise, by trigger and way, the states of each together."""
        for was, now, since in self.editions.values():
            old, new = EditionSpace(was, self.space), EditionSpace(now, self.space)
            for trigger in self._triggers:
                ways: dict[Outcome, _Where] = {outcome: [] for outcome in Outcome}
                for state in self._states:
                    for outcome, members in _ways(old, new, state, trigger):
                        ways[outcome].append((state, members))
                yield from (_shift(old, new, since, trigger, way) for way in ways.items() if way[1])


def _shift(
    old: EditionSpace, new: EditionSpace, since: TaxPeriod | None, trigger: str, alike: tuple[Outcome, _Where]
) -> Shift:
    outcome, where = alike
    state, members = where[0]
    facts = new.space.witness(members)
    return Shift(
        machine=new.edition.name,
        before=old.edition.rule_set.id,
        after=new.edition.rule_set.id,
        since=since,
        outcome=outcome,
        trigger=trigger,
        states=tuple(state for state, _ in where),
        situations=sum(new.space.count(members) for _, members in where),
        state=state,
        facts=facts.schema.differing(facts.row),
        was=_decided(old.edition, state, trigger, facts),
        now=_decided(new.edition, state, trigger, facts),
    )


def _ways(old: EditionSpace, new: EditionSpace, state: str, trigger: str) -> Iterator[tuple[Outcome, int]]:
    """Give the combinations that are decided otherwise, by way; none that is empty."""
    was, now = old.allowed(state, trigger), new.allowed(state, trigger)
    dests = {move and move.dest for move in (space.edition.transition(state, trigger) for space in (old, new))}
    if dests == {None}:
        return
    everything = new.space.everything
    by_code = [_codes(space, state, trigger) for space in (old, new)]
    reasons = 0
    for code in {*by_code[0], *by_code[1]}:
        reasons |= by_code[0].get(code, 0) ^ by_code[1].get(code, 0)
    ways = {
        Outcome.OPENED: now & ~was,
        Outcome.CLOSED: was & ~now,
        Outcome.REDIRECTED: was & now if len(dests) > 1 else 0,
        Outcome.REASONED: reasons & (everything ^ was) & (everything ^ now),
    }
    yield from ((way, members) for way, members in ways.items() if members)


def _codes(space: EditionSpace, state: str, trigger: str) -> Mapping[str, int]:
    """Return the combinations in which a trigger is refused in a state, by the code of each refusal."""
    code_of = {guard.name: guard.code for guard in space.edition.guards}
    codes: dict[str, int] = {}
    for guard, combinations in space.refusing(state, trigger):
        codes[code_of[guard]] = codes.get(code_of[guard], 0) | combinations
    return codes


def _decided(edition: Edition, state: str, trigger: str, facts: Facts) -> str:
    row = edition.facts(**{name: value for name, value in facts.items() if name in edition.schema.names}).row
    decision = judge(edition, state, trigger, row)
    if isinstance(decision, Allowed):
        return f"leads to {decision.dest}"
    return f"refused: {'; '.join(refusal.sentence() for refusal in decision.refusals)}"
