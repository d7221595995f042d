"""Goes through a download's JSON and gives its lists one by one, keeping only what tells one dialect from another.

Reads no record; imports the dialects, the sections' table and the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ims_fsm.errors import InputError
from ims_fsm.formats.gstn.dialect import WRAPPERS, Envelope, named_in, unwrap
from ims_fsm.formats.gstn.notation import decoded, twice
from ims_fsm.formats.gstn.sections import SectionForm, section_named
from ims_fsm.formats.gstn.text import JsonText

Rows = Iterator[list[Any]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A section as it comes by: the wrappers around it, the recipient named so far, its key, and its rows to be read.

    `alone` says whether no wrapper has come by beside it, in which the sections would stand instead.
    """

    path: tuple[str, ...]
    recipient: Any
    alone: bool
    form: SectionForm
    key: str
    rows: Rows


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
            yield from self._object((), None, self._keep_root)
        else:
            self._root = self._passed_over()
        self._text.finish()

    def envelope(self) -> Envelope:
        """Return the envelope of a download that has gone by whole; each section holds its first row alone.

        Raises `InputError` for a file that is no download.
        """
        if self._text.repeated:
            raise InputError(self._where, twice(self._text.repeated))
        return unwrap(decoded(self._root), self._where)

    def _keep_root(self, node: dict[str, Any]) -> None:
        self._root = node

    def _object(
        self, path: tuple[str, ...], recipient: Any, keep: Callable[[dict[str, Any]], None]
    ) -> Iterator[Listed]:
        node: dict[str, Any] = {}
        keep(node)
        for key in self._text.members():
            sign, form = self._text.peek(), section_named(key)
            if sign == "{" and key in WRAPPERS:
                yield from self._object((*path, key), named_in(node, recipient), _into(node, key))
            elif sign == "[" and form is not None:
                first: list[Any] = []
                alone = not any(wrapper in node for wrapper in WRAPPERS)
                rows = self._rows(first)
                yield Listed(path, named_in(node, recipient), alone, form, key, rows)
                for _ in rows:
                    pass
                node[key] = first
            else:
                node[key] = self._passed_over(whole=key == "error")

    def _rows(self, first: list[Any]) -> Rows:
        for part in self._text.elements():
            first += part[:1] if not first else ()
            yield part

    def _passed_over(self, *, whole: bool = False) -> Any:
        """Return a short value, and of a list or an object only whether there is anything in it."""
        sign = self._text.peek()
        if sign == "[":
            first: list[Any] = []
            for part in self._text.elements():
                first += part[:1] if not first else ()
            return first
        if sign != "{" or whole:
            return self._text.value()
        node: dict[str, Any] = {}
        for key in self._text.members():
            self._passed_over()
            node = {key: None}
        return node


def _into(node: dict[str, Any], key: str) -> Callable[[dict[str, Any]], None]:
    def keep(inner: dict[str, Any]) -> None:
        node[key] = inner

    return keep
