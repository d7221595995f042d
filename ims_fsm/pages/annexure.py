"""The rows of Annexure-A in words: what each is about, and what it moves.

Imports the annexure; corrects nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ims_fsm.draw.citation import worded
from ims_fsm.law.annexure import Annexure, Row
from ims_fsm.pages.phrases import capital, listed

_MOVED = {"any": "amended, up or down", "unchanged": "amended, tax unchanged"}
_ACTIONS = {
    "reduced": "accepted with a smaller reduction",
    "not_reduced": "accepted with no reduction",
    "direct": "goes straight to GSTR-2B",
    "reversed": "ITC no longer eligible",
}


def signed(symbol: object) -> str:
    """Return a symbol or an amount with a minus sign that is as wide as a plus."""
    return str(symbol).replace("-", "\N{MINUS SIGN}")


def row_parts(row: Row) -> tuple[str, str, str]:
    """Return what a row of Annexure-A is about: how the record is reported, its original, how it is decided."""
    actions = listed((_ACTIONS.get(action, worded(action)) for action in row.action), "or")
    if row.direction == "original":
        return "reported first", "there is none", actions
    moved = _MOVED.get(row.direction, f"amended {row.direction}")
    return moved, "of the same 2B period" if row.same_period else worded(row.original), actions


def row_line(row: Row) -> str:
    """Return a row of Annexure-A in one line."""
    moved, original, decided = row_parts(row)
    fate = "" if row.direction == "original" else f", original {original}"
    case = f"{listed((worded(kind) for kind in row.document), 'or')}, {moved}{fate}, {decided}"
    effects = [f"ITC {signed(row.itc)}", f"the supplier's own entry {signed(row.supplier_entry)}"]
    effects += [f"added back to the supplier's liability {signed(row.add_back)}"] if row.add_back != "0" else []
    effects += [f"reversed by the recipient {signed(row.reversal)}"] if row.reversal != "0" else []
    return f"{capital(case)}: {'; '.join(effects)}."


def rows_by_kind(annexure: Annexure) -> Mapping[tuple[str, ...], Sequence[Row]]:
    """Return the rows of each group of documents, in the order of the table."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in annexure.row:
        groups.setdefault(tuple(row.document), []).append(row)
    return groups
