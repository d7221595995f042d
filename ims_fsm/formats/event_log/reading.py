"""Reads an event log into its events, case by case and in the order of their moments, within bounded memory.

Knows columns and no machine. What does not fit into memory is sorted on disk, in temporary files.
"""

from __future__ import annotations

import heapq
import marshal
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.columns import word_of
from ims_fsm.formats.event_log.mapping import LONGEST, Entry, LogMapping, cells_by_word, microsecond
from ims_fsm.formats.event_log.source import rows_of

# So many events, or characters of them, are sorted in memory.
RUN, RUN_SIZE = 50_000, 32 << 20
# So many wrong lines are named.
MOST = 50
_COMPLETE = "complete"


class Reading:
    """The reading of one log: its events in order, and what was passed over on the way."""

    def __init__(self, path: Path, mapping: LogMapping, facts: Iterable[str]) -> None:
        """Begin; `facts` are the names of those that any machine reads."""
        self.name = path.name
        self.ignored = self.not_complete = 0
        self._path, self._mapping = path, mapping
        self._facts = {column: fact for fact in facts for column in reversed(mapping.about(fact).columns)}
        self._problems: list[Problem] = []
        self._without_time = self._with_time = 0
        # What no event has said yet: in XES each has columns of its own.
        self._unsaid = {"case": "--case", "activity": "--activity"}
        self._titles: list[str] = []

    def events(self) -> Iterator[Entry]:
        """Give the events by case, those of a case by their moments, ties as in the file.

        Raises `InputError` with every line that cannot be read, and where a log has no case or no activity.
        """
        yield from in_order(self._entries())

    def _entries(self) -> Iterator[Entry]:
        number = 0
        for row in rows_of(self._path):
            cells = cells_by_word(row)
            if self._unsaid:
                self._look_for_columns(cells, row.cells)
            number += 1
            if (entry := self._entry(number, row.line, cells)) is not None:
                yield entry
        if number == 0:
            raise self._refused("the file", "has no event", "give a log with events")
        if self._without_time and self._with_time:
            what = f"{self._without_time:,} events have no moment, and others have"
            self._problems.append(Problem("the file", what, "give each event its moment, or none"))
        if self._problems or self._unsaid:
            raise self._refusal()

    def _look_for_columns(self, cells: Mapping[str, str], titles: Iterable[str]) -> None:
        self._titles = self._titles or [*titles]
        said = [name for name in self._unsaid if any(column in cells for column in self._mapping.columns[name])]
        for name in said:
            del self._unsaid[name]

    def _refusal(self) -> InputError:
        for name, option in self._unsaid.items():
            what = f"no column says the {name}; its columns are {', '.join(self._titles)[:LONGEST]}"
            return self._refused("the file", what, f"name it with {option}")
        return InputError(self.name, self._problems)

    def _entry(self, number: int, line: int, cells: Mapping[str, str]) -> Entry | None:
        said = partial(self._column, cells)
        if (lifecycle := said("lifecycle")) and word_of(lifecycle) != _COMPLETE:
            self.not_complete += 1
            return None
        case, activity, at = said("case"), said("activity"), self._moment(said("time"), line)
        if word_of(activity) in self._mapping.ignored:
            self.ignored += 1
            return None
        facts = self._said(cells)
        rest = said("resource"), said("machine"), said("period"), said("start")
        for what, text in (("case", case), ("activity", activity)):
            if not text:
                self._wrong(line, f"says no {what}", "give each event its case and its activity")
        if any(len(text) > LONGEST for text in (case, activity, *rest, *facts.values())):
            self._wrong(line, f"has a name of more than {LONGEST:,} characters", "name columns of names")
            return None
        return Entry(case, at, number, line, activity, *rest, facts)

    def _column(self, cells: Mapping[str, str], name: str) -> str:
        for column in self._mapping.columns[name]:
            if column in cells:
                return cells[column].strip()
        return ""

    def _said(self, cells: Mapping[str, str]) -> dict[str, str]:
        facts: dict[str, str] = {}
        for column, cell in cells.items():
            if (fact := self._facts.get(column)) is not None and (text := cell.strip()):
                facts.setdefault(fact, text)
        return facts

    def _moment(self, text: str, line: int) -> int | None:
        if not text:
            self._without_time += 1
            return None
        self._with_time += 1
        try:
            return microsecond(text)
        except (ValueError, OverflowError):
            self._wrong(line, f"{text[:50]!r} is not a moment", "write it in ISO 8601, like 2024-11-14T10:00:00+05:30")
            return None

    def _wrong(self, line: int, what: str, remedy: str) -> None:
        self._problems.append(Problem(f"line {line}", what, remedy))
        if len(self._problems) >= MOST:
            raise self._refusal()

    def _refused(self, place: str, what: str, remedy: str) -> InputError:
        return InputError(self.name, [Problem(place, what, remedy)])


def in_order(entries: Iterable[Entry], run: int = RUN) -> Iterator[Entry]:
    """Give entries by case, then moment, then number; of more than `run` all but one run is on disk."""
    with ExitStack() as stack:
        runs: list[Iterator[Entry]] = []
        held: list[Entry] = []
        size = 0
        for entry in entries:
            held.append(entry)
            size += sum(map(len, (entry.case, entry.activity, *entry.facts.values())))
            if len(held) >= run or size > RUN_SIZE:
                file = stack.enter_context(tempfile.TemporaryFile())
                runs.append(_kept(sorted(held, key=_place), file))
                held, size = [], 0
        yield from heapq.merge(*runs, iter(sorted(held, key=_place)), key=_place)


def _place(entry: Entry) -> tuple[str, int, int]:
    return entry.case, entry.at or 0, entry.number


def _kept(entries: Iterable[Entry], file: IO[bytes]) -> Iterator[Entry]:
    """Write entries to a file of our own, and return what gives them again."""
    for entry in entries:
        marshal.dump(tuple(entry), file)
    file.seek(0)

    def again() -> Iterator[Entry]:
        # It is our own file, which nobody else can open.
        while values := _next(file):
            yield Entry(*values)

    return again()


def _next(file: IO[bytes]) -> Any:
    try:
        return marshal.load(file)  # noqa: S302 -- written a moment ago, by this process
    except EOFError:
        return None
