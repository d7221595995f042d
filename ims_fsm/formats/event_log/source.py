"""An event log as a stream of rows, read within bounds: CSV or XES, packed with gzip or not.

Knows neither a machine nor what a column means: a row is its line and its cells by name. What a trace of XES says
stands in each of its events, under the name with "case:" before it, as pm4py lays a log out.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.formats.event_log.xes import elements

# A log of ten million events has two gigabytes; one packs to a thirtieth, and a bomb to a thousandth.
LARGEST, LARGEST_RATIO, SPARED = 4 << 30, 200, 16 << 20
LONGEST_LINE, WIDEST = 1_000_000, 1000
_GZIP = b"\x1f\x8b"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",;\t|"


class Row(NamedTuple):
    """An event as it stands in a file: its line, and its cells by name; a cell that is not there says nothing."""

    line: int
    cells: Mapping[str, str]


def rows_of(path: Path) -> Iterator[Row]:
    """Give the events of a log in the order of the file; raises `InputError` where it cannot be read, in one sentence.

    What makes a file hostile is refused before it costs anything: a document type, entities, depth, a cell or an
    element without an end, and an archive that unpacks to far more than its size.
    """
    with _opened(path) as stream:
        head = stream.peek(256)[:256] if isinstance(stream, io.BufferedReader) else b""
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or head[:4].replace(b"\0", b"")[2:3] == b"<":
            yield from (Row(*event) for event in elements(stream, path.name))
        else:
            yield from _csv(stream, head, path.name)


class _Bounded(io.RawIOBase):
    """The bytes of a log, as many as a log may have; of packed ones only so many as their size makes likely."""

    def __init__(self, stream: IO[bytes], packed: IO[bytes] | None, name: str) -> None:
        self._stream, self._packed, self._name, self._read = stream, packed, name, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer is one of these
        """Read into a buffer; raises `InputError` beyond what a log may have, or where it is not what it begins as."""
        try:
            content = self._stream.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise refused(self._name, f"cannot be unpacked ({error})", "pack it again with gzip") from error
        self._read += len(content)
        if self._read > LARGEST:
            raise refused(self._name, f"has more than {LARGEST:,} bytes", "give it in parts")
        if self._packed is not None and self._read > SPARED + LARGEST_RATIO * self._packed.tell():
            what = f"unpacks to more than {LARGEST_RATIO} times its size"
            raise refused(self._name, what, "unpack it yourself, and look at what it is")
        buffer[: len(content)] = content
        return len(content)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == _GZIP
            file.seek(0)
            stream: Any = gzip.GzipFile(fileobj=file) if is_packed else file
            yield io.BufferedReader(_Bounded(stream, file if is_packed else None, path.name), 1 << 16)
    except (OSError, ValueError) as error:
        if isinstance(error, FileError | UnicodeError):
            raise
        raise FileError(error, path) from error


def refused(name: str, what: str, remedy: str, place: str = "the file") -> InputError:
    """Return the error that a log cannot be read."""
    return InputError(name, [Problem(place, what, remedy)])


def _csv(stream: io.BufferedReader, head: bytes, name: str) -> Iterator[Row]:
    if b"\0" in head and head[:2] not in _MARKS:
        raise refused(name, "is neither CSV nor XES", "save the log as CSV in UTF-8, or as XES")
    lines = _lines(io.TextIOWrapper(stream, _MARKS.get(head[:2], "utf-8-sig"), newline=""), name)
    above, first = _titled(lines)
    reader = csv.reader(_again(first, lines), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    titles: list[str] = []
    while True:
        line = above + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            remedy = "put the whole cell in quotes, and write a quote within it twice"
            raise refused(name, f"is not a line of a table ({error})", remedy, f"line {line}") from error
        if cells is None:
            return
        if not titles:
            titles = _titles(cells, name)
        elif any(cells):
            if len(cells) > len(titles):
                what = f"has {len(cells)} cells and the table {len(titles)} columns"
                raise refused(name, what, "put text with a comma in quotes", f"line {line}")
            yield Row(line, dict(zip(titles, cells, strict=False)))


def _titled(lines: Iterator[str]) -> tuple[int, str]:
    """Return how many lines stand above the titles, which say what the table is, and the line of the titles."""
    above = 0
    while (line := next(lines, "")) and (not line.strip() or line.startswith("#")):
        above += 1
    return above, line


def _titles(cells: list[str], name: str) -> list[str]:
    titles = [cell.strip() for cell in cells]
    if len(titles) > WIDEST:
        raise refused(name, f"has more than {WIDEST} columns", "leave out those that say nothing of an event")
    twice = next((title for title in titles if title and titles.count(title) > 1), None)
    if twice is not None:
        raise refused(name, f"has two columns {twice!r}", "rename one of them", "the titles")
    return titles


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        try:
            line = text.readline(LONGEST_LINE + 1)
        except UnicodeError as error:
            raise refused(name, "is not text in UTF-8", "save it as CSV in UTF-8", f"line {number}") from error
        if len(line) > LONGEST_LINE:
            raise refused(name, f"is longer than {LONGEST_LINE:,} characters", "save the log again", f"line {number}")
        if not line:
            return
        yield line


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield from (first,) if first else ()
    yield from rest
