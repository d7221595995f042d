"""Links new amendments into their chains, and joins amendments that came before their originals to these (FAQ 13).

Linking is pure: each amendment goes after the newest version of the document that it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from ims_fsm.store.staging import entering
from ims_fsm.store.staging.loading import Row
from ims_fsm.terms.vocabulary import SupplierStatus
from ims_fsm.workflow.suppliers.supplier import rejoin
from ims_fsm.workflow.unit import UnitOfWork

Amounts = tuple[int, int, int, int]
_FILED = str(SupplierStatus.FILED)
_NOTHING: Amounts = (0, 0, 0, 0)
_PAGE = 500


class _Version(NamedTuple):
    amends: bool
    id: int
    carried: Amounts
    standing: Amounts


class _Chains:
    """The chains of one supplier's documents of one kind, as far as new amendments name them."""

    def __init__(self) -> None:
        self._by_number: dict[tuple[str, str], int] = {}
        self._by_original: dict[tuple[str, date], int] = {}
        self._newest: dict[int, _Version] = {}

    def add(self, chain_id: int, version: _Version, number: tuple[str, str], original: tuple[str, date] | None) -> None:
        """Add a version of a chain; versions come by id."""
        self._by_number.setdefault(number, chain_id)
        if original is not None:
            self._by_original.setdefault(original, chain_id)
        newest = self._newest.get(chain_id)
        if newest is None or newest[:2] < version[:2]:
            self._newest[chain_id] = version

    def find(self, number: tuple[str, str], original: tuple[str, date]) -> tuple[int, _Version] | None:
        """Return the chain of a document, or of one that amends it, with its newest version."""
        chain_id = self._by_number.get(number) or self._by_original.get(original)
        return None if chain_id is None else (chain_id, self._newest[chain_id])


def links(members: Iterator[Any], new: Iterator[Any]) -> Iterator[Row]:
    """Give where each new amendment belongs: ordinal, id, chain, what it amends, what that carries and stands at.

    Both are in the order of supplier and kind, bytewise, then of id; `members` are those of whole chains.
    """
    groups = groupby(members, key=_whose)
    ahead = next(groups, None)
    for whose, amendments in groupby(new, key=_whose):
        while ahead is not None and ahead[0] < whose:
            ahead = next(groups, None)
        chains = _Chains()
        if ahead is not None and ahead[0] == whose:
            for row in ahead[1]:
                _add(chains, row)
        for row in amendments:
            yield _linked(chains, row)


def _add(chains: _Chains, row: Any) -> None:
    carried = (row.carried_igst, row.carried_cgst, row.carried_sgst, row.carried_cess)
    version = _Version(row.original_number is not None, row.id, carried, _standing(row))
    original = None if row.original_number is None else (row.original_number.upper(), row.original_date)
    chains.add(row.chain_id, version, (row.number.upper(), row.fy), original)


def _linked(chains: _Chains, row: Any) -> Row:
    original = (row.original_key, row.original_date)
    chain_id, amended = chains.find((row.original_key, row.original_fy), original) or (row.new_id, None)
    carried, left = (_NOTHING, _NOTHING) if amended is None else (amended.carried, amended.standing)
    standing = _standing(row) if row.supplier_status == _FILED else left
    chains.add(chain_id, _Version(True, row.new_id, carried, standing), (row.number_key, row.fy), original)  # noqa: FBT003
    return (row.ordinal, row.new_id, chain_id, None if amended is None else amended.id, *carried, *left)


def _standing(row: Any) -> Amounts:
    return (row.standing_igst, row.standing_cgst, row.standing_sgst, row.standing_cess)


def _whose(row: Any) -> tuple[str, str]:
    return (row.supplier_gstin, row.kind)


def join(unit: UnitOfWork, recipient: str, first: int) -> None:
    """Join the known amendments that begin a chain to the staged originals that were entered from an id on."""
    for part in entering.waiting(unit.connection, recipient):
        year = unit.book.calendar.financial_year
        entering.want(
            unit.connection,
            [
                (row.supplier_gstin, row.kind, row.original_number.upper(), year(row.original_date), row.id)
                for row in part
            ],
        )
    pairs = entering.come(unit.connection, first)
    for start in range(0, len(pairs), _PAGE):
        rejoin(unit, recipient, dict(pairs[start : start + _PAGE]))
