"""The wrappers in which the portal hands out an IMS download, and the files that are something else.

`Outline` goes through a file and gives its sections one by one, keeping only what tells one dialect from another;
`unwrap` opens what it kept. Reads no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, NamedTuple

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.notation import JsonText, decoded, twice
from ims_fsm.formats.gstn.portal_file import ERROR_FILE, UPLOAD, file_of_keys, is_refused_row
from ims_fsm.formats.gstn.sections import RESERVED, SectionForm, section_named
from ims_fsm.formats.gstn.values import shown


class Dialect(StrEnum):
    """How a download is wrapped: bare sections, `data` (API, portal web), or the offline tool's wrappers."""

    SECTIONS = "sections"
    DATA = "data"
    OFFLINE = "imsDetails"
    INVDATA = "invdata"


class Part(NamedTuple):
    """Which of the files of one download a file is, from 1, and how many there are; None where it does not say."""

    number: int | None = None
    of: int | None = None

    def __bool__(self) -> bool:
        """Say whether the file tells either."""
        return self != (None, None)


NO_PART = Part()


@dataclass(frozen=True, slots=True)
class Envelope:
    """An unwrapped download: its dialect, the recipient it names, and its sections with whatever stands beside them.

    `path` has the keys of the wrappers that were opened, outermost first.
    """

    dialect: Dialect
    recipient: Any
    sections: dict[str, Any]
    path: tuple[str, ...] = ()
    part: Part = NO_PART
    #: Whether what the portal answered to an upload stands in it too.
    is_answered: bool = False


# A file of several says which it is, and how many they are; where it does not, its name may.
NUMBER, COUNT = ("file_num", "filenum", "fn"), ("fc", "file_count", "filecount")
_DIGITS = 4
_OF = re.compile(r"(\d{1,4})[_ -]*of[_ -]*(\d{1,4})")
_NUMBERED = re.compile(r"(?:part|file)[_ -]*(\d{1,4})")
# Of an object that is passed over so many keys tell what it is.
_KEYS_KEPT = 32
WRAPPERS = (Dialect.OFFLINE, Dialect.INVDATA, Dialect.DATA)
_GIVE = "give the IMS download of the recipient"


def unwrap(node: Any, where: str) -> Envelope:
    """Return the sections of a download whose JSON was read, at least as far as the first row of each list.

    Raises `InputError` for what is not an object, holds no section, or is another of the portal's files.
    """
    dialect: Dialect = Dialect.SECTIONS
    recipient, place, part = None, "file", Part()
    path: list[str] = []
    is_answered = False
    while True:
        problem = _strange(node, place)
        if problem:
            raise InputError(where, [problem])
        recipient = _named_in(node, recipient)
        part = part_of(node, part)
        is_answered = is_answered or bool(node.get("imsDetailsErr"))
        wrappers = [key for key in WRAPPERS if key in node]
        if not wrappers:
            break
        dialect = place = next((key for key in wrappers if node[key]), wrappers[0])
        path.append(dialect)
        node = node[dialect]
    return Envelope(dialect, recipient, node, tuple(path), part, is_answered)


def part_of(node: dict[str, Any], otherwise: Part = NO_PART) -> Part:
    """Return which part a file says that it is, among the members of an object; what is not there is as otherwise.

    >>> part_of({"fc": "2", "file_num": 1})
    Part(number=1, of=2)
    """
    return Part(_whole_number(node, NUMBER) or otherwise.number, _whole_number(node, COUNT) or otherwise.of)


def part_named(where: str) -> Part:
    """Return which part a file is by its name: like "ims_part2.json" or "ims 2 of 3.json".

    >>> part_named("ims_part2.json"), part_named("IMS 2 of 3.json"), bool(part_named("ims_2024-11.json"))
    (Part(number=2, of=None), Part(number=2, of=3), False)
    """
    name = PurePath(where).name.lower()
    if (of := _OF.search(name)) is not None:
        return Part(int(of[1]), int(of[2]))
    return Part(None if (numbered := _NUMBERED.search(name)) is None else int(numbered[1]))


def _whole_number(node: dict[str, Any], keys: tuple[str, ...]) -> int | None:
    text = next((str(node[key]).strip() for key in keys if key in node), "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def _named_in(node: dict[str, Any], otherwise: Any) -> Any:
    """Return the recipient that an object names, as it stands there, or what it is otherwise."""
    return next((node[key] for key in ("gstin", "rtin") if node.get(key)), otherwise)


def _strange(node: Any, place: str) -> Problem | None:
    if not isinstance(node, dict):
        return Problem(place, f"{shown(node)} stands where an object of sections is expected", _GIVE)
    if (file := file_of_keys(node)) is not None:
        return file.instead_of(_GIVE, place)
    if isinstance(node.get("error"), dict):
        return Problem(place, f"the portal answered with an error: {_message(node['error'])}", "download it again")
    return None if any(wrapper in node for wrapper in WRAPPERS) else _strange_sections(node, place)


def _strange_sections(sections: dict[str, Any], place: str) -> Problem | None:
    if not any(section_named(key) or key in RESERVED for key in sections):
        if "urls" in sections:
            what = "it names the files of a download and lists no record"
            return Problem(place, what, "download each of them and give them together")
        return Problem(place, "it holds no section of IMS (b2b, b2ba, b2bdn, …)", _GIVE)
    first = {key: rows[0] for key, rows in sections.items() if isinstance(rows, list) and rows}
    for key, row in first.items():
        if not isinstance(row, dict):
            continue
        if "ctin" in row and {"inv", "nt", "boe", "doclist"} & row.keys():
            return Problem(f"{key}[0]", "it groups documents by supplier, as GSTR-1, 2A and 2B do", _GIVE)
        if "prev_status" in row:
            return Problem(f"{key}[0]", "it carries prev_status, as an upload does", f"{_GIVE}; {UPLOAD.reader}")
        if is_refused_row(row):
            what = "it says why the portal did not take it, as an error file does"
            return Problem(f"{key}[0]", what, f"{_GIVE}; {ERROR_FILE.reader}")
    return None


def _message(error: dict[str, Any]) -> str:
    words = [str(error[key]) for key in ("error_cd", "errorCode", "message", "error_msg") if error.get(key)]
    return " ".join(words) or "no reason given"


@dataclass(frozen=True, slots=True)
class Listed:
    """A section as it goes by: the wrappers around it, the recipient named so far, its key, and its rows to be read.

    `alone` says whether no wrapper has gone by beside it, in which the sections would stand instead.
    """

    path: tuple[str, ...]
    recipient: Any
    alone: bool
    form: SectionForm
    key: str
    rows: Iterator[list[Any]]


class Outline:
    """What is kept of a download while it goes by: its keys, short values, and the first row of each list."""

    def __init__(self, text: JsonText, where: str) -> None:
        """Begin with a text of which nothing was read."""
        self._text, self._where = text, where
        self._root: Any = None

    def sections(self) -> Iterator[Listed]:
        """Give the sections in the order of the file; rows that are not read are passed over.

        Raises `JSONDecodeError` and its like, as the text does.
        """
        if self._text.peek() == "{":
            self._root = {}
            yield from self._object((), None, self._root)
        else:
            self._root = self._passed_over()
        self._text.finish()

    def envelope(self) -> Envelope:
        """Return the envelope of a download that has gone by whole; each section holds its first row alone.

        Raises `InputError` for a file that is not a download.
        """
        if self._text.repeated:
            raise InputError(self._where, twice(self._text.repeated))
        return unwrap(decoded(self._root), self._where)

    def _object(self, path: tuple[str, ...], recipient: Any, node: dict[str, Any]) -> Iterator[Listed]:
        for key in self._text.members():
            sign, form = self._text.peek(), section_named(key)
            if sign == "{" and key in WRAPPERS:
                inner = node[key] = {}
                yield from self._object((*path, key), _named_in(node, recipient), inner)
            elif sign == "[" and form is not None:
                first: list[Any] = []
                alone = not any(wrapper in node for wrapper in WRAPPERS)
                rows = self._rows(first)
                yield Listed(path, _named_in(node, recipient), alone, form, key, rows)
                for _ in rows:
                    pass
                node[key] = first
            else:
                node[key] = self._passed_over(whole=key == "error")

    def _rows(self, first: list[Any]) -> Iterator[list[Any]]:
        for part in self._text.elements():
            first += part[:1] if not first else ()
            yield part

    def _passed_over(self, *, whole: bool = False) -> Any:
        """Return a short value, and of a list or an object only whether there is anything in it."""
        sign = self._text.peek()
        if sign == "[":
            first: list[Any] = []
            for _ in self._rows(first):
                pass
            return first
        if sign != "{" or whole:
            return self._text.value()
        node: dict[str, Any] = {}
        for key in self._text.members():
            self._passed_over()
            if len(node) < _KEYS_KEPT:
                node[key] = None
        return node
