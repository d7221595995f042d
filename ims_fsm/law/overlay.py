"""TOML of one's own that is laid over a file that ships: where it is from, its text, and how entries are laid over.

Reads a file where one is named; must not import a database or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import text_of
from ims_fsm.law.declaration import Declared
from ims_fsm.terms.spelling import hinted, nearest


@dataclass(frozen=True, slots=True)
class Overlay:
    """TOML that is laid over a file that ships; `where` names it, in errors too."""

    where: str
    text: str = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return what a file holds; raises `DeclarationError` for one that cannot be read."""
        try:
            return cls(str(path), text_of(path))
        except (OSError, UnicodeDecodeError) as error:
            problem = Problem(str(path), "cannot be read", "name a file of TOML in UTF-8")
            raise DeclarationError(str(path), [problem]) from error

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the text, in hex: two that are alike have the same."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Laid:
    """Lays lists of entries over those that ship; what is misspelt is told in `problems`, and read as it was meant."""

    where: str
    problems: list[Problem] = field(default_factory=list)

    def over(
        self, base: Iterable[Mapping[str, Any]], top: Iterable[Mapping[str, Any]], kind: type[Declared]
    ) -> list[dict[str, Any]]:
        """Return entries with those of the same name changed by the keys that they name, and new ones behind them."""
        rows = {row["name"]: dict(row) for row in base}
        shipped = [*rows]
        for row in top:
            name = str(row.get("name"))
            near = nearest(name, shipped)
            # What has all that an entry needs is a new one, however much its name is like another's.
            if name not in shipped and near is not None and not kind.needed() <= row.keys():
                remedy = f"did you mean {near}? A new entry has {', '.join(sorted(kind.needed()))}"
                self.problems.append(Problem(f"{self.where} ({name})", "is not an entry of the shipped file", remedy))
                name = near
            rows.setdefault(name, {}).update({**row, "name": name} if "name" in row else row)
        return [*rows.values()]

    def in_order(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return entries with each that says `before` which one it comes in that place."""
        ordered = [row for row in rows if "before" not in row]
        for row in (row for row in rows if "before" in row):
            names = [other.get("name") for other in ordered]
            if row["before"] not in names:
                what = f"comes before {row['before']!r}, which is not here"
                entries = [name for name in names if isinstance(name, str)]
                remedy = hinted(row["before"], entries, "name an entry of the shipped file")
                self.problems.append(Problem(f"{self.where} ({row.get('name')})", what, remedy))
                ordered.append(row)
            else:
                ordered.insert(names.index(row["before"]), row)
        return ordered


def strays(
    table: Mapping[str, Any], where: str, names: Collection[str], single: Mapping[str, str]
) -> Iterator[Problem]:
    """Give what a file has beside lists of tables under these names.

    `single` has those that are one table, each with its remedy where it is none; without one that is not looked at.
    """
    for key, rows in table.items():
        if key not in names:
            yield Problem(f"{where} {key}", "is not a table of this file", f"its tables are {', '.join(names)}")
        elif key in single:
            if single[key] and not isinstance(rows, dict):
                yield Problem(f"{where} {key}", "is not a table", single[key])
        elif not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            yield Problem(f"{where} {key}", "is not a list of tables", f"write each entry under [[{key}]]")
