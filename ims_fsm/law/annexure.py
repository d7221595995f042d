"""Annexure-A as data: what each action on each record does to the recipient's ITC and the supplier's liability.

Reads the text of machines/annexure_a.toml and plays its rows through the credit ledger; opens no file itself and
imports no database, no clock and no machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.declaration import Dated, Declared, RuleIds, Sentence, Shape
from ims_fsm.law.declaration import Name as SourceId
from ims_fsm.law.ledger import Outcome, Settled, Standing, leaks, report, settle
from ims_fsm.law.reading import faults, parsed, validated
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Kind

FILE = "annexure_a.toml"
Symbol = Literal["0", "V0", "-V0", "V1", "-V1", "D", "-D", "-d"]
Direction = Literal["original", "upward", "downward", "unchanged", "any"]
Original = Literal["none", "unsettled", "accepted", "rejected"]
Action = Literal["accepted", "deemed_accepted", "rejected", "pending", "reduced", "not_reduced", "direct", "reversed"]
Number = Annotated[int, Shape(strict=True, ge=1)]
Part = Annotated[str, Shape(pattern=r"^[a-z]?$")]
Flag = Annotated[bool, Shape(strict=True)]


def _amount(value: Any) -> Heads:
    return value if isinstance(value, Heads) else Heads.from_rupees({"igst": value})


Amount = Annotated[Heads, Shape(before=_amount)]

_FAULTS = {"extra_forbidden": ("is not a key of Annexure-A", "remove it or correct its spelling")}
# A word for an original's fate or an action is that of its outcome, but for these.
_OUTCOMES: Mapping[str, Outcome] = {
    "unsettled": Outcome.SUPERSEDED,
    "reduced": Outcome.ACCEPTED,
    "not_reduced": Outcome.ACCEPTED,
    "direct": Outcome.DEEMED_ACCEPTED,
}


class Row(Dated):
    """One row of the table. Every cell is a symbol over V0, V1, D = V1 - V0 and the declared reduction d.

    `itc` is the recipient's entry, `supplier_entry` what GSTR-1, GSTR-1A or IFF enters for the supplier, `add_back` the
    liability added in their subsequent GSTR-3B (FAQ 34), `reversal` what the recipient reverses (FAQ 33).
    `pending_allowed` is the rule before 2B period 2025-10, and None where the table does not speak of it; `provenance`
    is that of the least sure cell.
    """

    id: Number
    part: Part = ""
    document: Annotated[tuple[Kind, ...], Shape(min_length=1)]
    direction: Direction
    same_period: Flag = False
    original: Original
    action: Annotated[tuple[Action, ...], Shape(min_length=1)]
    itc: Symbol
    supplier_entry: Symbol
    add_back: Symbol
    reversal: Symbol = "0"
    pending_allowed: Flag | None = None
    rules: RuleIds
    provenance: Literal["certain", "corroborated", "derived"]
    source: SourceId
    note: Sentence

    @property
    def name(self) -> str:
        """The row's number and part: "12", "31a"."""
        return f"{self.id}{self.part}"


class Example(Declared):
    """A row in numbers; every amount stands under one head, integrated tax."""

    row: str
    v0: Amount
    v1: Amount
    d: Amount = NIL
    itc: Amount
    supplier_entry: Amount
    add_back: Amount


class Annexure(Declared):
    """The rows of Annexure-A and the numbers they are checked with."""

    row: Annotated[tuple[Row, ...], Shape(min_length=1)]
    example: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """What the ledger makes of a row: the supplier's entry in paise, whether waiting leaks (S < E), the settling."""

    entry: Heads
    leaks: bool
    settled: Settled

    @property
    def cells(self) -> dict[str, Heads | bool]:
        """What stands in a row's cells by the ledger, by the cell's name."""
        itc, add_back, reversal = self.settled.itc, self.settled.add_back, self.settled.reversal
        cells = {"itc": itc, "supplier_entry": self.entry, "add_back": add_back, "reversal": reversal}
        return {**cells, "pending_allowed": not self.leaks}


def load(text: str) -> Annexure:
    """Read the text of machines/annexure_a.toml.

    Raises `DeclarationError` with every fault at once: keys, words outside the closed sets, rows that contradict
    themselves or stand twice, examples of rows that do not exist.
    """
    problems: list[Problem] = []
    table = parsed("the text", text, problems)
    if problems:
        raise DeclarationError(FILE, problems)
    try:
        annexure = validated(Annexure, table)
    except ValidationError as error:
        raise DeclarationError(FILE, list(faults(error, _FAULTS))) from None
    problems = [*_contradictions(annexure), *_strays(annexure)]
    if problems:
        raise DeclarationError(FILE, problems)
    return annexure


def evaluate(symbol: str, v0: Heads, v1: Heads, d: Heads = NIL) -> Heads:
    """Return what a symbol is worth for the original's tax V0, the amendment's V1 and a declared reduction d, in paise.

    Raises `ValueError` for a symbol outside the closed set.

    >>> evaluate("-D", Heads(igst=100), Heads(igst=80)).igst
    20
    """
    worth = {"0": NIL, "V0": v0, "-V0": -v0, "V1": v1, "-V1": -v1, "D": v1 - v0, "-D": v0 - v1, "-d": -d}
    if symbol not in worth:
        raise ValueError(f"{symbol!r} is not a symbol of Annexure-A; they are {', '.join(worth)}")
    return worth[symbol]


def play(row: Row, kind: Kind, action: str, values: tuple[Heads, Heads, Heads]) -> Played:
    """Play a row through the ledger for one kind of document and one action; `values` are V0, V1 and d in paise.

    The original is reported and settled, its amendment reported and settled by the action. Within one 2B period the
    supplier's entry is that of both together.
    """
    v0, v1, d = values
    if row.direction == "original":
        before, first, credit = Standing(), NIL, v0 * kind.sign
    else:
        reported = report(Standing(), v0 * kind.sign)
        before = settle(reported.after, v0 * kind.sign, _outcome(row.original)).after
        first = reported.entry if row.same_period else NIL
        # A document that went over to reverse charge keeps no forward-charge value (FAQ 32).
        credit = NIL if action == "direct" else v1 * kind.sign
    reported = report(before, credit)
    outcome, declared = _outcome(action), {"reduced": d, "not_reduced": NIL}.get(action)
    return Played(first + reported.entry, leaks(reported.after), settle(reported.after, credit, outcome, declared))


def check(row: Row, v0: Heads, v1: Heads, d: Heads = NIL) -> list[Problem]:
    """Compare a row with the ledger for V0, V1 and d in paise, every kind and action it names; empty when they agree.

    V1 of an original is not read. Values that do not move in the row's direction are a problem too.
    """
    if not _moves(row.direction, v0, v1):
        what = f"is a row of {row.direction} amendments, and from {v0} to {v1} is none"
        return [Problem(f"row {row.name}", what, "check it with values that move that way in every head")]
    cells: dict[str, Heads | bool | None] = {
        cell: evaluate(getattr(row, cell), v0, v1, d) for cell in ("itc", "supplier_entry", "add_back", "reversal")
    }
    cells["pending_allowed"] = row.pending_allowed
    return [
        Problem(
            f"row {row.name}, {kind} {action}",
            f"{cell} is {cells[cell]} in the table and {derived} by the ledger",
            "correct the row, or the reading of the rules it cites",
        )
        for kind in row.document
        for action in row.action
        for cell, derived in play(row, kind, action, (v0, v1, d)).cells.items()
        if cells[cell] is not None and cells[cell] != derived
    ]


def check_example(annexure: Annexure, example: Example) -> list[Problem]:
    """Compare an example's numbers with the symbols of its row, and the row with the ledger; empty when all agree."""
    row = next(row for row in annexure.row if row.name == example.row)
    problems = check(row, example.v0, example.v1, example.d)
    for cell in ("itc", "supplier_entry", "add_back"):
        worth = evaluate(getattr(row, cell), example.v0, example.v1, example.d)
        if worth != getattr(example, cell):
            what = f"{cell} is {getattr(example, cell)} in the example and {worth} by the row"
            problems.append(Problem(f"example of row {row.name}", what, "correct the example or the row"))
    return problems


def _outcome(word: str) -> Outcome:
    return _OUTCOMES.get(word) or Outcome(word)


def _moves(direction: str, v0: Heads, v1: Heads) -> bool:
    moves = {
        "upward": v0 != v1 and not v1.below(v0),
        "downward": v0 != v1 and not v0.below(v1),
        "unchanged": v0 == v1,
    }
    return moves.get(direction, True)


def _contradictions(annexure: Annexure) -> Iterator[Problem]:
    for row in annexure.row:
        where = f"row {row.name}"
        if (row.direction == "original") != (row.original == "none"):
            what = f"has direction {row.direction} and original {row.original}"
            yield Problem(where, what, 'an original, and nothing else, has original = "none"')
        if row.same_period != (row.original == "unsettled"):
            what = f"has original {row.original} and same_period {str(row.same_period).lower()}"
            yield Problem(where, what, "an original is unsettled exactly where its amendment is of the same 2B period")


def _strays(annexure: Annexure) -> Iterator[Problem]:
    names = Counter(row.name for row in annexure.row)
    for name, count in names.items():
        if count > 1:
            yield Problem(f"row {name}", f"stands {count} times", "give each its own part, a letter")
    for place, example in enumerate(annexure.example, 1):
        if example.row not in names:
            what = f"is of row {example.row}, which does not exist"
            yield Problem(f"example[{place}]", what, "name a row with its part")
