"""JSON read bit by bit from a file: one value, the members of an object, the elements of a list, at C speed.

Holds a window of the text and never the whole; knows JSON only. A number with a decimal point comes as the bytes that
stand in the file, which is a type apart: whoever wants an amount makes it, and nobody else pays for a `Decimal`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from functools import partial
from json import JSONDecodeError
from typing import Any, BinaryIO

from ims_fsm.formats.gstn.notation import members_of, no_constant

WINDOW = 1 << 16
_BLANKS = re.compile(r"[ \t\n\r]*").match
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*").match
_NEAR = 64  # an error so near to the end of the window may be the window's
_LONG = 4
_AFTER = frozenset(" \t\n\r,:]}")


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
