"""What the columns of a table of proposed actions mean, by their titles (`columns.toml`).

Knows titles only; reads no cell.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.table import Header
from ims_fsm.terms.spelling import nearest

_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SIGNS = re.compile(r"[\W_]+")
# So much of a title must be that of a column for it to be taken for a slip of the pen.
_ALIKE = 0.85
# So much of a title is compared, and told.
_TITLE = 60


def seen(text: str) -> str:
    """Return text without what is not seen: a sheet that was pasted together has such marks about its cells."""
    return text if text.isascii() else _HIDDEN.sub("", text)


def cleaned(text: str) -> str:
    r"""Return text as it is compared: in one form of each sign, without what is not seen, blanks as one blank.

    >>> cleaned(" INV\u00a0/ \u200b7 ")
    'INV / 7'
    """
    plain = text if text.isascii() else seen(unicodedata.normalize("NFKC", text))
    return " ".join(plain.split())


@lru_cache(maxsize=4096)
def word_of(text: str) -> str:
    r"""Return a title or a word as it is looked up.

    >>> word_of("Invoice/Note\u00a0number"), word_of("user_action")
    ('invoicenotenumber', 'useraction')
    """
    return _SIGNS.sub("", cleaned(text)).casefold()


COLUMNS = "id, or supplier, number and kind; action, remarks, reduce_itc, version"


class _Titles(NamedTuple):
    """The titles as words: what those of columns mean, those of an action from the surest on, those passed over."""

    read: Mapping[str, str]
    actions: Sequence[str]
    not_read: frozenset[str]


@cache
def _titles() -> _Titles:
    # Read with the first table: most starts read none.
    declared = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    read = {word_of(title): name for name, titles in declared["read"].items() for title in titles}
    actions = [word for word, name in read.items() if name == "action"]
    return _Titles(read, actions, frozenset(map(word_of, declared["not_read"]["titles"])))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the cells of a row stand, by what they mean, and the titles that mean nothing here."""

    places: dict[str, int]
    unread: tuple[str, ...]

    @classmethod
    def of(cls, header: Header, findings: Findings) -> Columns:
        """Return the columns of a header; two of one meaning, a mistyped title and none of a record are problems."""
        words = [word_of(title) for title in header.titles]
        read, actions, not_read = _titles()
        passed = not_read | {*actions} - {next((word for word in actions if word in words), None)}
        places: dict[str, int] = {}
        unread = []
        for column, word in enumerate(words):
            if word in passed:
                continue
            name = read.get(word)
            if name is None:
                unread.append(_refuse_a_slip(header, column, findings))
            elif name not in places:
                places[name] = column
            elif "previous" not in places:
                findings.refuse(_at(header, column), f"{name} stands twice", "keep one of them")
        if not {"id", "number"} & places.keys():
            findings.refuse(header.place, "no column names a record", f"use {COLUMNS}")
        if "action" not in places:
            findings.refuse(header.place, "no column says an action", f"use {COLUMNS}")
        return cls(places, tuple(unread))


class Titled(Protocol):
    """What the titles of a table mean: whether rows stand under them, and where the cells of a row are."""

    @property
    def names(self) -> str:
        """What titles name that rows stand under, in errors."""
        ...

    @property
    def like(self) -> str:
        """Titles that do, in errors."""
        ...

    @property
    def naming(self) -> frozenset[str]:
        """What a row of the table has and no second row of titles."""
        ...

    def begins(self, titles: Iterable[str]) -> bool:
        """Say whether rows may stand under these titles."""
        ...

    def places(self, header: Header) -> Mapping[str, int]:
        """Return where the cells of a row stand, by what they mean."""
        ...


class ActionTitles:
    """The titles of proposed actions."""

    names, like = "a record and an action", "Invoice number and Status"
    naming = frozenset({"id", "number", "supplier", "action"})

    def begins(self, titles: Iterable[str]) -> bool:
        """Say whether titles name a record and an action.

        >>> ACTIONS.begins(["Invoice number", "Status"]), ACTIONS.begins(["Status", "Records"])
        (True, False)
        """
        meant = {_titles().read.get(word_of(title)) for title in titles}
        return bool(meant & {"id", "number"}) and "action" in meant

    def places(self, header: Header) -> Mapping[str, int]:
        """Return where the cells stand; what is wrong with the titles is said by whoever reads the rows."""
        return Columns.of(header, Findings("")).places


ACTIONS = ActionTitles()


def _at(header: Header, column: int) -> str:
    return f"{header.place}{header.columns[column]}"


def _refuse_a_slip(header: Header, column: int, findings: Findings) -> str:
    """Return a title that means nothing here, as it is told; one that is nearly one that does is a problem."""
    title = cleaned(header.titles[column])[:_TITLE]
    if name := _nearly(word_of(title)):
        findings.refuse(_at(header, column), f"{title!r} is not a column here", f"write {name}, or another title")
    return title or header.columns[column].strip(", ")


@lru_cache(maxsize=4096)
def _nearly(word: str) -> str | None:
    read = _titles().read
    near = nearest(word, read, _ALIKE)
    return None if near is None else read[near]
