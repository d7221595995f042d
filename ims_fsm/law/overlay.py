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


def laid_over(base: Iterable[Mapping[str, Any]], top: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return entries with those of the same name changed by the keys that they name, and new ones behind them."""
    rows = {row["name"]: dict(row) for row in base}
    for row in top:
        rows.setdefault(str(row.get("name")), {}).update(row)
    return [*rows.values()]


def in_order(rows: list[dict[str, Any]], where: str, problems: list[Problem]) -> list[dict[str, Any]]:
    """Return entries with each that says `before` which one it comes in that place."""
    ordered = [row for row in rows if "before" not in row]
    for row in (row for row in rows if "before" in row):
        at = next((at for at, other in enumerate(ordered) if other.get("name") == row["before"]), None)
        if at is None:
            what = f"comes before {row['before']!r}, which is not here"
            problems.append(Problem(f"{where} ({row.get('name')})", what, "name an entry of the shipped file"))
        else:
            ordered.insert(at, row)
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
