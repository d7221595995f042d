"""JSON with exact amounts: read whole or bit by bit from a file, and written; a float is never made.

Knows JSON only, no section and no document. Read whole, a number with a decimal point is a `Decimal`; read bit by bit
it comes as the bytes that stand in the file, a type apart: whoever wants an amount makes it, and nobody else pays.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from json import JSONDecodeError
from json.encoder import encode_basestring_ascii
from typing import Any, BinaryIO, NoReturn

from ims_fsm.errors import InputError, Problem

WINDOW = 1 << 16
# What is one value, and so is held whole: a document has some hundred characters.
LARGEST_VALUE = 1 << 24
# How a zip begins, and so does a workbook.
ARCHIVE = b"PK\x03\x04"
# How a .gz begins; the API gives a large download as .tar.gz.
COMPRESSED = b"\x1f\x8b"
_BLANKS = re.compile(r"[ \t\n\r]*").match
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*").match
_NEAR = 64  # an error so near to the end of the window may be the window's
_LONG = 4
_AFTER = frozenset(" \t\n\r,:]}")


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which JSON does not have; raises `ValueError`."""
    raise ValueError(f"{name} is not a number in JSON")


def members_of(pairs: list[tuple[str, Any]], repeated: dict[str, None]) -> dict[str, Any]:
    """Return the members of an object, and note in `repeated` each key that stands more than once."""
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        repeated.update(dict.fromkeys(key for key, count in counts.items() if count > 1))
    return members


def loads(data: bytes | str, where: str) -> Any:
    """Read JSON text; numbers with a decimal point become `Decimal`, never a float.

    `where` names the file. Raises `InputError` for what is empty, packed, or not JSON, and for every key that stands
    twice in one object: JSON keeps the last one only, and the records under the other would be lost.
    """
    if not data.strip():
        raise refused(where, "file", "it is empty")
    if isinstance(data, bytes):
        refuse_archive(data, where)
    repeated: dict[str, None] = {}
    with readable(where):
        tree = json.loads(
            data.lstrip("\ufeff") if isinstance(data, str) else data,
            parse_float=Decimal,
            parse_constant=no_constant,
            object_pairs_hook=lambda pairs: members_of(pairs, repeated),
        )
    if repeated:
        raise InputError(where, twice(repeated))
    return tree


def refuse_archive(head: bytes, where: str) -> None:
    """Refuse a file that begins as an archive or a workbook does; raises `InputError`."""
    if head.startswith(ARCHIVE):
        raise InputError(where, [Problem("file", "it is an archive or a workbook", "unpack it and give the JSON file")])


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Raise what reading JSON raises as `InputError`, with the place in the file."""
    try:
        yield
    except JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise refused(where, place, f"it is not valid JSON here ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise refused(where, f"byte {error.start}", "it is not text in UTF-8") from error
    except RecursionError as error:
        raise refused(where, "file", "it is nested too deeply for a file of the portal") from error
    except (ValueError, ArithmeticError) as error:
        raise refused(where, "file", f"it holds a number that cannot be read ({error})") from error


def twice(keys: Iterable[str]) -> list[Problem]:
    """Return the problem of each key that stands more than once in one object."""
    what, remedy = "stands twice in one object, and only the last would be read", "put what they hold under one key"
    return [Problem(json.dumps(key, ensure_ascii=False), what, remedy) for key in keys]


def decoded(value: Any) -> Any:
    """Return a value of a text that was read bit by bit, with its numbers as `Decimal`.

    Raises `ArithmeticError` for a number that cannot be read.
    """
    match value:
        case bytes():
            return Decimal(value.decode())
        case list():
            return [decoded(element) for element in value]
        case dict():
            return {key: decoded(member) for key, member in value.items()}
    return value


def refused(where: str, place: str, what: str) -> InputError:
    """Return the error that a file is spoilt at a place."""
    return InputError(where, [Problem(place, what, "download it from the portal again")])


def dumps(value: Any, indent: int | None = None) -> str:
    """Return JSON text in ASCII; a `Decimal` (rupees) becomes a number with exactly two places.

    Compact without `indent`, one member a line with it. Raises `TypeError` for a float or any other type that
    has no exact form, and for rupees with more than two places.

    >>> dumps({"val": Decimal("118000"), "pos": "27"})
    '{"val":118000.00,"pos":"27"}'
    """
    return "".join(_pieces(value, indent, 0))


def _pieces(value: Any, indent: int | None, depth: int) -> Iterator[str]:
    match value:
        case dict():
            colon = ":" if indent is None else ": "
            members = ((f"{encode_basestring_ascii(key)}{colon}", member) for key, member in value.items())
            yield from _group("{}", members, indent, depth)
        case list() | tuple():
            yield from _group("[]", (("", member) for member in value), indent, depth)
        case _:
            yield _scalar(value)


def _group(brackets: str, members: Iterator[tuple[str, Any]], indent: int | None, depth: int) -> Iterator[str]:
    inner = "" if indent is None else "\n" + " " * indent * (depth + 1)
    empty = True
    yield brackets[0]
    for label, member in members:
        yield f"{'' if empty else ','}{inner}{label}"
        yield from _pieces(member, indent, depth + 1)
        empty = False
    if indent is not None and not empty:
        yield "\n" + " " * indent * depth
    yield brackets[1]


def _scalar(value: Any) -> str:
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return encode_basestring_ascii(value)
        case int():
            return int.__repr__(value)
        case Decimal() if value.is_finite() and value == round(value, 2):
            return f"{value:.2f}"
    raise TypeError(f"{value!r} has no exact form in JSON; give rupees as a Decimal with two places")


class JsonText:
    """A JSON text being read; `at` is where in the window the next thing begins.

    `repeated` has each key that stood twice in one object. Raises `JSONDecodeError` with the place in the whole text,
    `UnicodeDecodeError` with the byte of the whole file, `RecursionError`, and `ValueError` for what is not a number.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Begin to read; the encoding is found as JSON has it, by the first bytes."""
        self._file, self._size = file, WINDOW
        self.head = file.read(_LONG)
        self._decoder = codecs.getincrementaldecoder(json.detect_encoding(self.head))("surrogatepass")
        self.repeated: dict[str, None] = {}
        self.buffer, self.at, self.read = "", 0, 0
        self._passed = self._lines = self._last_line = 0
        self._pending = self.head
        self._ended = False
        decoder = json.JSONDecoder(
            parse_float=str.encode,
            parse_constant=no_constant,
            object_pairs_hook=partial(members_of, repeated=self.repeated),
        )
        self._scan = decoder.raw_decode
        self._more()

    def peek(self) -> str:
        """Return the next character that is not a blank, and stand before it; empty at the end of the text."""
        while True:
            blanks = _BLANKS(self.buffer, self.at)
            self.at = blanks.end() if blanks else self.at
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._more():
                return ""

    def skip(self, expected: str, message: str) -> None:
        """Step over a character that must come next; raises `JSONDecodeError` with the message for another."""
        if self.peek() != expected:
            raise self.error(message)
        self.at += 1

    def value(self) -> Any:
        """Return the value that begins here, whole."""
        self.peek()
        while True:
            try:
                value, end = self._scan(self.buffer, self.at)
            except JSONDecodeError as error:
                self._more_or(error.msg, error.pos)
            else:
                # A number that ends with the window may go on, and one that ends before a point surely does.
                if self.buffer[end - 1] in '}]"' or self.buffer[end : end + 1] in _AFTER or not self._more():
                    self.at = end
                    return value

    def members(self) -> Iterator[str]:
        """Give the keys of the object that begins here; whoever asks for the next has read the value."""
        self.skip("{", "Expecting value")
        seen: set[str] = set()
        if self.peek() != "}":
            while True:
                if self.peek() != '"':
                    raise self.error("Expecting property name enclosed in double quotes")
                key = self.value()
                self.skip(":", "Expecting ':' delimiter")
                if key in seen:
                    self.repeated[key] = None
                seen.add(key)
                yield key
                if self.peek() == "}":
                    break
                self.skip(",", "Expecting ',' delimiter")
        self.at += 1

    def elements(self) -> Iterator[list[Any]]:
        """Give the elements of the list that begins here, in parts; each part is as long as the window has it whole."""
        self.skip("[", "Expecting value")
        if self.peek() == "]":
            self.at += 1
            return
        part: list[Any] = []
        while True:
            self._take(part)
            if part:
                yield part
            part = [self.value()]
            if self.peek() == "]":
                break
            self.skip(",", "Expecting ',' delimiter")
            self.peek()
        self.at += 1
        yield part

    def _take(self, part: list[Any]) -> None:
        """Take what stands whole in the window, and has a comma after it."""
        scan, buffer, at = self._scan, self.buffer, self.at
        try:
            while True:
                element, end = scan(buffer, at)
                comma = _COMMA(buffer, end)
                if comma is None:
                    break
                part.append(element)
                at = comma.end()
        except JSONDecodeError:
            pass
        self.at = at

    def finish(self) -> None:
        """Make sure that nothing follows; raises `JSONDecodeError`."""
        if self.peek():
            raise self.error("Extra data")

    def error(self, message: str, at: int | None = None) -> JSONDecodeError:
        """Return the error that something else was expected here, or at a place of the window."""
        place = self.at if at is None else at
        error = JSONDecodeError(message, self.buffer, place)
        if error.lineno == 1:
            error.colno = self._passed + place - self._last_line + 1
        error.lineno += self._lines
        error.pos = self._passed + place
        return error

    def _more_or(self, message: str, at: int) -> None:
        error = self.error(message, at)
        near = at >= len(self.buffer) - _NEAR or message.startswith("Unterminated string")
        if not near or not self._more():
            raise error from None

    def _more(self) -> bool:
        """Read on, and forget what was passed; say whether there was more."""
        while not self._ended:
            self._forget()
            if len(self.buffer) > LARGEST_VALUE:
                raise self.error(f"a value of more than {LARGEST_VALUE:,} characters")
            # A value longer than the window is read in ever larger bites, or trying it again would take for ever.
            data = self._pending + self._file.read(max(self._size, len(self.buffer)))
            self._pending, self._ended = b"", not data
            try:
                text = self._decoder.decode(data, final=self._ended)
            except UnicodeDecodeError as error:
                start = self.read + len(data) - len(error.object) + error.start
                raise UnicodeDecodeError(error.encoding, b"", start, start + 1, error.reason) from error
            self.read += len(data)
            self.buffer += text
            if text:
                return True
        return False

    def _forget(self) -> None:
        passed = self.buffer[: self.at]
        lines = passed.count("\n")
        if lines:
            self._last_line = self._passed + passed.rindex("\n") + 1
        self._lines += lines
        self._passed += self.at
        self.buffer, self.at = self.buffer[self.at :], 0
