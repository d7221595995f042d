"""Files that are read: how large they may be is asked first, and TOML that would take for ever is not begun.

Imports the errors and the words; knows no declaration.
"""

from __future__ import annotations

import errno
import re
import tomllib
from typing import Any, BinaryIO, Protocol

from ims_fsm.errors import TooLargeError
from ims_fsm.terms.characters import controls

# A law of ten thousand rules has a megabyte.
LARGEST_TEXT = 4 << 20
# A table in a table, a list in a list; and so many parts a dotted key has at most.
DEEPEST = 32
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY = re.compile(rf"(?<![\w\-\"'.]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{DEEPEST}}}")


class _Openable(Protocol):
    def open(self, mode: Any) -> Any: ...


def bytes_of(file: _Openable, at_most: int = LARGEST_TEXT) -> bytes:
    """Return what a file holds, as `bounded`; raises `OSError`, also for a larger one."""
    with file.open("rb") as stream:
        return bounded(stream, at_most, str(file))


def bounded(stream: BinaryIO, at_most: int, name: str) -> bytes:
    """Return the rest of an open file, of which no more is read than it may have; raises `TooLargeError`."""
    try:
        content = stream.read(at_most + 1)
    except OSError as error:
        error.filename = error.filename or name
        raise
    if len(content) > at_most:
        raise TooLargeError(errno.EFBIG, f"has more than {at_most:,} bytes", name)
    return content


def text_of(file: _Openable, at_most: int = LARGEST_TEXT) -> str:
    """Return the text of a file in UTF-8, as `bytes_of`; raises `UnicodeDecodeError` for another."""
    return bytes_of(file, at_most).decode("utf-8-sig").replace("\r\n", "\n")


class TomlError(ValueError):
    """A text that is not TOML, or that nobody would write; `what` is wrong with it, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        """Keep both."""
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")


def toml_of(text: str) -> dict[str, Any]:
    """Return a TOML text as a table; raises `TomlError`, also for control characters in a text of it."""
    deep = TomlError(f"is nested deeper than {DEEPEST} tables", "write it as the files that ship are written")
    if _DEEP_KEY.search(text):
        raise deep
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"is not TOML: {error}", "correct that line") from None
    except RecursionError:
        raise deep from None
    except ValueError:
        raise TomlError("holds a number too long to read", "correct it") from None
    if place := _controls(table, ()):
        raise TomlError(f"{place} has control characters", "take them out")
    return table


def _controls(value: object, place: tuple[str, ...]) -> str | None:
    """Return where a text with control characters stands."""
    if isinstance(value, str):
        return ".".join(place) if controls(value) else None
    if isinstance(value, dict):
        odd = next((name for name in value if controls(name, lines=False)), None)
        if odd is not None:
            return ".".join((*place, repr(odd)))
    entries = value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else ()
    parts = (_controls(entry, (*place, str(name))) for name, entry in entries)
    return next((part for part in parts if part is not None), None)
