"""Rows as values: the types of a value's fields say what its columns mean.

Imports the money alone; knows no table. A word of the field and a tax period are text in a column, and a tax is four
columns, one for each head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar, get_args, get_type_hints

from sqlalchemy import RowMapping

from ims_fsm.terms.money import HEADS, Heads

Value = TypeVar("Value")


def words(kind: type[Any]) -> dict[str, Callable[[str], str]]:
    """Return, for each field of a value whose text is more than text, what the text is read as."""
    meant: dict[str, Callable[[str], str]] = {}
    for name, hint in get_type_hints(kind).items():
        for part in get_args(hint) or (hint,):
            if isinstance(part, type) and issubclass(part, str) and part is not str:
                # Asking for a word again takes a fraction of making it.
                meant[name] = lru_cache(maxsize=1024)(part)
    return meant


def reader(
    kind: type[Value],
    columns: Mapping[str, str] | None = None,
    parts: Mapping[str, Callable[[RowMapping], Any]] | None = None,
) -> Callable[[RowMapping], Value]:
    """Return what makes a value of a row.

    `columns` names the column of each field that is called otherwise, and what stands before the heads of a tax;
    `parts` has what reads a field of several columns. What it returns raises `ValueError` for text that is no word.
    """
    hints, columns = get_type_hints(kind), columns or {}
    several = {name: tax(columns.get(name, "")) for name, hint in hints.items() if hint is Heads} | dict(parts or {})
    plain = {name: columns.get(name, name) for name in hints if name not in several}
    meant = {name: word for name, word in words(kind).items() if name in plain}
    picked = itemgetter(*plain.values())

    def read(row: RowMapping) -> Value:
        values = dict(zip(plain, picked(row), strict=True))
        for name, word in meant.items():
            if (text := values[name]) is not None:
                values[name] = word(text)
        for name, part in several.items():
            values[name] = part(row)
        return kind(**values)

    return read


def in_columns(prefix: str, heads: Heads) -> dict[str, int]:
    """Return the heads as columns of a prefix, in paise."""
    return {
        f"{prefix}igst": heads.igst,
        f"{prefix}cgst": heads.cgst,
        f"{prefix}sgst": heads.sgst,
        f"{prefix}cess": heads.cess,
    }


def tax(prefix: str) -> Callable[[RowMapping], Heads]:
    """Return what reads the heads that stand in the columns of a prefix, in paise."""
    picked = itemgetter(*(f"{prefix}{head}" for head in HEADS))
    return lambda row: Heads(*picked(row))
