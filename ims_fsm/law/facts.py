"""Facts: what a guard may know, a closed set of values for each.

Imports the declaration and the errors; where facts come from is the store's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod

from ims_fsm.errors import InputError, Problem
from ims_fsm.terms.spelling import hinted


@dataclass(frozen=True, slots=True)
class FactSchema:
    """The facts a machine's guards may read, in order, with the values each can take and its default."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    defaults: tuple[str, ...]
    _known: frozenset[tuple[str, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note every fact with each of its values, so that reading facts asks but once for each."""
        pairs = ((name, value) for name, values in zip(self.names, self.values, strict=True) for value in values)
        object.__setattr__(self, "_known", frozenset(pairs))

    def facts(self, given: Mapping[str, str]) -> Facts:
        """Return facts with the given values; what is left out takes its default.

        Raises `InputError` naming every unknown fact and value.
        """
        by_name = self._known
        problems = [self._problem(*pair) for pair in given.items() if pair not in by_name]
        if problems:
            raise InputError("facts", problems)
        return Facts(self, tuple(map(given.get, self.names, self.defaults)))

    @property
    def size(self) -> int:
        """The number of combinations of all facts."""
        return prod(map(len, self.values))

    @property
    def values_of(self) -> Mapping[str, tuple[str, ...]]:
        """The values that each fact can take, by its name."""
        return dict(zip(self.names, self.values, strict=True))

    def differing(self, row: tuple[str, ...]) -> str:
        """Return the facts of a row that differ from their defaults, like "seen=stale, route=ims"."""
        pairs = zip(self.names, row, self.defaults, strict=True)
        return ", ".join(f"{name}={value}" for name, value, default in pairs if value != default)

    def _problem(self, name: str, value: str) -> Problem:
        if name not in self.names:
            remedy = hinted(name, self.names, f"its facts are {', '.join(self.names)}")
            return Problem(name, "is not a fact of this machine", remedy)
        values = self.values[self.names.index(name)]
        return Problem(name, f"cannot be {value!r} here", hinted(value, values, f"its values are {', '.join(values)}"))


class Facts(Mapping[str, str]):
    """One value for each fact of a schema; immutable. `row` holds them in the schema's order."""

    __slots__ = ("row", "schema")

    def __init__(self, schema: FactSchema, row: tuple[str, ...]) -> None:
        """Keep the row as it is; `FactSchema.facts` is the checked way in."""
        self.schema = schema
        self.row = row

    def __getitem__(self, name: str) -> str:
        """Return the value of a fact; raises `KeyError` for one the schema does not have."""
        try:
            return self.row[self.schema.names.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        """Give the names in order."""
        return iter(self.schema.names)

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self.row)

    def __hash__(self) -> int:
        """Hash by the values."""
        return hash(self.row)

    def __eq__(self, other: object) -> bool:
        """Two facts are equal when they say the same."""
        return dict(self) == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __repr__(self) -> str:
        """Show the facts that differ from their defaults."""
        return f"Facts({self.schema.differing(self.row)})"
