"""What the columns and words of an event log mean: those that are known (`mapping.toml`), and one's own laid over them.

Knows names and words only, and no file of a log; whether a word names something of a machine is asked elsewhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Self

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import TomlError, text_of, toml_of
from ims_fsm.formats.columns import word_of
from ims_fsm.formats.event_log.source import Row
from ims_fsm.terms.period import indian
from ims_fsm.terms.spelling import hinted

COLUMNS = ("case", "activity", "time", "resource", "lifecycle", "period", "machine", "start")
_WORDS = ("activities", "machines", "states")
_OF_FACT = ("columns", "values", "stays")
_TABLES = ("columns", *_WORDS, "facts", "assume", "silent", "ignored")
_LISTS = {"silent": "facts", "ignored": "activities"}
#: The longest name of a case or an activity, and the longest word.
LONGEST = 1000
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """An event of a log as it is understood: the text of its columns, "" where they say nothing; facts by name.

    `at` is the microsecond of its moment since 1970 in UTC, None where the log has none. `number` counts the events.
    """

    case: str
    at: int | None
    number: int
    line: int
    activity: str
    resource: str
    machine: str
    period: str
    start: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Where a fact is said: names of columns as words, words for its values, and whether it stays as it is said."""

    columns: tuple[str, ...]
    values: Mapping[str, str]
    stays: bool = False


@dataclass(frozen=True)
class LogMapping:
    """The meaning of columns and words; `silent` are the facts that a log need not say."""

    columns: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, FactColumns]
    assume: Mapping[str, str]
    silent: frozenset[str]
    ignored: frozenset[str]

    @classmethod
    def of(cls, declared: Mapping[str, Any]) -> Self:
        """Return the mapping that a table declares."""
        return cls(
            columns={name: _as_words(declared["columns"].get(name, ())) for name in COLUMNS},
            words={table: {word_of(word): str(name) for word, name in declared[table].items()} for table in _WORDS},
            facts={name: _fact(name, said) for name, said in declared["facts"].items()},
            assume=dict(declared["assume"]),
            silent=frozenset(declared["silent"]["facts"]),
            ignored=frozenset(_as_words(declared["ignored"]["activities"])),
        )

    def with_columns(self, columns: Mapping[str, str | None], facts: Mapping[str, str]) -> LogMapping:
        """Return the mapping with columns named besides: what is read by its meaning, and facts by their column."""
        named = {name: (word_of(title), *self.columns[name]) for name, title in columns.items() if title is not None}
        said = {fact: replace(self.about(fact), columns=(word_of(column),)) for column, fact in facts.items()}
        return replace(self, columns={**self.columns, **named}, facts={**self.facts, **said})

    def about(self, fact: str) -> FactColumns:
        """Return where a fact is said: under its own name where nothing else is declared."""
        return self.facts.get(fact) or FactColumns((word_of(fact), word_of(f"case {fact}")), {})

    def meant(self, table: str, word: str, names: Collection[str]) -> str | None:
        """Return the name that a word stands for: declared in a table, or one of the names however it is written."""
        return _meant(self.words[table].get(word_of(word), ""), word_of(word), tuple(names))

    def valued(self, fact: str, word: str, values: tuple[str, ...]) -> str | None:
        """Return the value of a fact that a word stands for; None for none of them."""
        return _meant(self.about(fact).values.get(word_of(word), ""), word_of(word), values)


@lru_cache(maxsize=4096)
def _meant(declared: str, word: str, names: tuple[str, ...]) -> str | None:
    return declared if declared in names else next((name for name in names if word_of(name) == word), None)


def _fact(name: str, said: Mapping[str, Any]) -> FactColumns:
    columns = _as_words(said.get("columns", ())) or (word_of(name), word_of(f"case {name}"))
    values = {word_of(word): value for word, value in said.get("values", {}).items()}
    return FactColumns(columns, values, stays=said.get("stays", False))


def _as_words(names: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(map(word_of, [names] if isinstance(names, str) else names))


@cache
def _shipped() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("mapping.toml").read_text("utf-8"))


def mapping_with(path: Path | None) -> LogMapping:
    """Return what is known of logs, with a file of one's own laid over it; raises `DeclarationError`."""
    if path is None:
        return LogMapping.of(_shipped())
    where = str(path)
    try:
        overlay = toml_of(text_of(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(where, [Problem(where, "cannot be read", "name a file of TOML in UTF-8")]) from error
    except TomlError as error:
        raise DeclarationError(where, [Problem(where, error.what, error.remedy)]) from error
    if problems := [Problem(f"{where} {place}", what, remedy) for place, what, remedy in _problems(overlay)]:
        raise DeclarationError(where, problems)
    laid: dict[str, Any] = {}
    for table, base in _shipped().items():
        over = overlay.get(table, {})
        if table == "columns":
            laid[table] = {name: [*_listed(over.get(name, ())), *names] for name, names in base.items()}
        elif table in _LISTS:
            laid[table] = {_LISTS[table]: [*base[_LISTS[table]], *over.get(_LISTS[table], ())]}
        else:
            # A word of one's own goes before the same word written otherwise.
            replaced = {*map(word_of, over)}
            laid[table] = {**{word: name for word, name in base.items() if word_of(word) not in replaced}, **over}
    return LogMapping.of(laid)


def _listed(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else [*names]


def _problems(overlay: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for table, entries in overlay.items():
        if table not in _TABLES or not isinstance(entries, dict):
            yield table, "is not a table of a map", hinted(table, _TABLES, f"its tables are {', '.join(_TABLES)}")
            continue
        for name, entry in entries.items():
            yield from _wrong(table, name, entry)


def _wrong(table: str, name: str, entry: object) -> Iterator[tuple[str, str, str]]:
    place, names = f"{table}.{name}", {"columns": COLUMNS, **{table: (key,) for table, key in _LISTS.items()}}
    if table in names and name not in names[table]:
        yield place, "is not a key of a map", hinted(name, names[table], f"use {', '.join(names[table])}")
    elif table in names and not _is_texts(entry):
        yield place, "is neither a text nor a list of texts", 'write it like ["Viewed", "Printed"]'
    elif table == "facts":
        yield from _wrong_fact(place, entry)
    elif table not in names and not isinstance(entry, str):
        yield place, "is not a text", 'write it like "accept"'


def _wrong_fact(place: str, entry: object) -> Iterator[tuple[str, str, str]]:
    if not isinstance(entry, dict):
        yield place, "is not a table", 'write it like { columns = ["Direction"], values = { up = "upward" } }'
        return
    kinds: Mapping[str, Callable[[object], bool]] = {
        "columns": _is_texts,
        "values": _is_words,
        "stays": lambda value: isinstance(value, bool),
    }
    for key, value in entry.items():
        if key not in kinds:
            yield f"{place}.{key}", "is not a key of a fact", hinted(key, _OF_FACT, f"use {', '.join(_OF_FACT)}")
        elif not kinds[key](value):
            yield (
                f"{place}.{key}",
                "has another form",
                "columns is a list, values a table of texts, stays true or false",
            )


def _is_texts(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(entry, str) for entry in value))


def _is_words(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values())


def microsecond(text: str) -> int:
    """Return the microsecond since 1970 in UTC of a moment in ISO 8601; without an offset it is Indian time.

    Raises `ValueError` for anything else.

    >>> microsecond("1970-01-01T05:30:01"), microsecond("1970-01-01T00:00:01Z")
    (1000000, 1000000)
    """
    at = datetime.fromisoformat(text.strip())
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError("out of range")
    return ((at if at.tzinfo else indian(at)) - _EPOCH) // timedelta.resolution


def cells_by_word(row: Row) -> dict[str, str]:
    """Return the cells of a row by the words of their titles; of two that are alike the first."""
    cells: dict[str, str] = {}
    for title, cell in row.cells.items():
        cells.setdefault(word_of(title), cell)
    return cells
