"""The whole space of a machine: every combination of its facts, each one bit of a whole number.

Imports the edition and the facts; a set of combinations is an int, so that union, intersection and count are exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.declaration import ENTRY, STATE
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts, FactSchema

# So many combinations are enumerated: a set of them is 4 MB, and a machine of this size takes some 100 MB.
LARGEST = 1 << 25


class Space:
    """Every combination of the facts of a schema, numbered; a set of them is an int with one bit for each.

    The first facts of the schema weigh most, and a fact's default comes before its other values: the lowest
    bit of a set is its plainest member.
    """

    def __init__(self, schema: FactSchema) -> None:
        """Number the combinations; the masks are made when they are asked for.

        Raises `DeclarationError` where there are more than can be enumerated; a set of them is as many bits.
        """
        self.schema = schema
        self.size = schema.size
        if self.size > LARGEST:
            what = f"the {len(schema.names):,} facts of a machine make more than {LARGEST:,} combinations"
            raise DeclarationError("verify", [Problem("facts", what, "declare fewer facts, or fewer values of them")])
        self.everything = (1 << self.size) - 1
        self._orders: dict[str, tuple[str, ...]] = {}
        self._strides: dict[str, int] = {}
        self._masks: dict[tuple[str, frozenset[str]], int] = {}
        self._meets: dict[frozenset[tuple[str, frozenset[str]]], int] = {}
        self._counted = (0, 0)
        stride = self.size
        for name, values, default in zip(schema.names, schema.values, schema.defaults, strict=True):
            self._orders[name] = (default, *(value for value in values if value != default))
            stride //= len(values)
            self._strides[name] = stride

    def values(self, fact: str) -> tuple[str, ...]:
        """Return the values that a fact takes here, its default first; none for a fact that there is not."""
        return self._orders.get(fact, ())

    def mask(self, fact: str, *values: str) -> int:
        """Return the combinations in which a fact has one of the values; a value that it cannot take adds none."""
        key = (fact, frozenset(values) & frozenset(self.values(fact)))
        if key not in self._masks:
            self._masks[key] = self._mask(*key)
        return self._masks[key]

    def where(self, conditions: Mapping[str, Collection[str]]) -> int:
        """Return the combinations in which every fact named has one of its values."""
        key = frozenset((fact, frozenset(values)) for fact, values in conditions.items())
        if key not in self._meets:
            met = self.everything
            for fact, values in conditions.items():
                met &= self.mask(fact, *values)
            self._meets[key] = met
        return self._meets[key]

    def count(self, members: int) -> int:
        """Return the number of combinations in a set; a set asked for again at once is not counted again."""
        last, count = self._counted
        if last is not members:
            count = members.bit_count()
            self._counted = (members, count)
        return count

    def index(self, row: tuple[str, ...]) -> int:
        """Return the number of a combination, given in the schema's order; raises `ValueError` for a value unknown."""
        return sum(
            self._orders[name].index(value) * self._strides[name]
            for name, value in zip(self.schema.names, row, strict=True)
        )

    def facts(self, index: int) -> Facts:
        """Return the combination of a number."""
        rest, row = index, []
        for name in self.schema.names:
            digit, rest = divmod(rest, self._strides[name])
            row.append(self._orders[name][digit])
        return Facts(self.schema, tuple(row))

    def witness(self, members: int) -> Facts:
        """Return the plainest member of a set: as many facts as can be have their defaults, the first ones before all.

        Raises `ValueError` for the empty set.
        """
        if not members:
            raise ValueError("an empty set of facts has no witness; ask only for one of a set that has members")
        return self.facts((members & -members).bit_length() - 1)

    def members(self, members: int) -> Iterator[Facts]:
        """Give every combination of a set, the plainest first."""
        for at, byte in enumerate(members.to_bytes((self.size + 7) // 8, "little")):
            for bit in range(8):
                if byte >> bit & 1:
                    yield self.facts(8 * at + bit)

    def _mask(self, fact: str, values: frozenset[str]) -> int:
        order = self._orders.get(fact, ())
        if not values:
            return 0
        stride = self._strides[fact]
        block = (1 << stride) - 1
        pattern = sum(block << digit * stride for digit, value in enumerate(order) if value in values)
        width = stride * len(order)
        return _repeated(pattern, width, self.size // width)


class EditionSpace:
    """What an edition refuses and allows, over the whole space of its facts.

    Reads the declared guards and transitions; a situation is a state, a trigger and a combination of facts.
    """

    def __init__(self, edition: Edition, space: Space | None = None) -> None:
        """Lay the edition over a space, which machines of one schema may share."""
        self.edition = edition
        self.space = space or Space(edition.schema)
        self._barred: dict[tuple[str, ...], int] = {}
        self._unbarred: dict[tuple[str, ...], int] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """The states, and the entry: everything that a transition may leave."""
        return (ENTRY, *self.edition.states)

    @property
    def active(self) -> tuple[str, ...]:
        """The states that are not terminal."""
        return tuple(name for name, state in self.edition.states.items() if not state.terminal)

    @property
    def situations(self) -> int:
        """The number of situations: sources times triggers times combinations of facts."""
        return len(self.sources) * len(self.edition.triggers) * self.space.size

    def refusing(self, state: str, trigger: str) -> tuple[tuple[str, int], ...]:
        """Return the guards on a trigger that speak in a state, by name, each with the combinations that it refuses."""
        return tuple(
            (guard.name, self.space.where({fact: v for fact, v in guard.refuse_when.items() if fact != STATE}))
            for guard in self.edition.guards
            if guard.watches(state, trigger)
        )

    def barred(self, state: str, trigger: str) -> int:
        """Return the combinations that a guard refuses, whether or not there is a transition."""
        return self._barred[self._laid_out(state, trigger)]

    def allowed(self, state: str, trigger: str) -> int:
        """Return the combinations under which a trigger may fire in a state."""
        if self.edition.transition(state, trigger) is None:
            return 0
        return self._unbarred[self._laid_out(state, trigger)]

    def refused(self, state: str, trigger: str) -> int:
        """Return the combinations under which a trigger may not fire in a state, with or without a transition."""
        leads = self.edition.transition(state, trigger) is not None
        return self.barred(state, trigger) if leads else self.space.everything

    def told(self, state: str, trigger: str, members: int, what: str) -> str:
        """Return a sentence on the plainest member of a set of situations: what is so, where, under which facts."""
        given = self.space.schema.differing(self.space.witness(members).row) or "every fact at its default"
        return f"{self.edition}: {trigger} in {state} {what}, with {given}"

    def _laid_out(self, state: str, trigger: str) -> tuple[str, ...]:
        """Work out once what the guards that speak bar together, and return their names, the key to it."""
        guards = self.refusing(state, trigger)
        key = tuple(name for name, _ in guards)
        if key not in self._barred:
            barred = 0
            for _, combinations in guards:
                barred |= combinations
            self._barred[key] = barred
            self._unbarred[key] = self.space.everything ^ barred
        return key


def _repeated(pattern: int, width: int, times: int) -> int:
    """Return a pattern of `width` bits so many times in a row, by doubling."""
    whole, done = pattern, 1
    while done < times:
        step = min(done, times - done)
        whole |= (whole & ((1 << step * width) - 1)) << done * width
        done += step
    return whole
