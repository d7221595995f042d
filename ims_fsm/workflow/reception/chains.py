"""The chains that new amendments of a download belong to, and those whose versions come in another order.

Imports the store's staging. Linking is pure: each amendment goes to the chain of the document that it names (FAQ 13).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from ims_fsm.record.chain import connected
from ims_fsm.store.staging import entering
from ims_fsm.store.staging.loading import Row
from ims_fsm.terms.vocabulary import Form, RemovedFor, SupplierStatus
from ims_fsm.workflow.chains import rejoin
from ims_fsm.workflow.unit import UnitOfWork

_NOTHING = (0, 0, 0, 0)
Amounts = tuple[int, int, int, int]
_FILED, _GSTR_1A, _DELETED = str(SupplierStatus.FILED), str(Form.GSTR_1A), str(RemovedFor.SUPPLIER_DELETED)
_PAGE = 500
_Age = tuple[str, bool, int]
# A document's number and financial year, and what it amends: number, date and financial year.
_Document = tuple[str, str, str | None, date | None, str | None]


class _Version(NamedTuple):
    age: _Age
    carried: Amounts
    standing: Amounts
    there: bool = True


class _Chains:
    """The chains of one supplier's documents of one kind, as far as new amendments name them.

    `apart` has the ids of those that are one, or whose versions did not come in their order: they are linked anew.
    """

    def __init__(self) -> None:
        self._by_number: dict[tuple[str, str], int] = {}
        self._by_original: dict[tuple[str, date], int] = {}
        self._waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._newest: dict[int, _Version] = {}
        self._last: dict[int, _Age] = {}
        self._joined: dict[int, int] = {}
        self.apart: dict[int, set[int]] = {}

    def add(self, chain_id: int, document: _Document, version: _Version) -> None:
        """Add a version of a chain, also one that its supplier has deleted."""
        chain_id, (number, fy, original, original_date, original_fy) = self._root(chain_id), document
        if version.there or (number, fy) not in self._by_number:
            # What was deleted leads to its chain only where nothing else has its number.
            self._by_number[number, fy] = chain_id
        if original is not None and original_date is not None and original_fy is not None:
            self._by_original.setdefault((original, original_date), chain_id)
            self._waiting[original, original_fy].append(chain_id)
        self._last[chain_id] = max(version.age, self._last.get(chain_id, version.age))
        newest = self._newest.get(chain_id)
        if version.there and (newest is None or newest < version):
            self._newest[chain_id] = version

    def link(self, row: Any) -> tuple[int, _Version | None]:
        """Return the chain that a new amendment, its original or its number leads to, and the newest version of it."""
        named = (
            self._by_number.get((row.original_key, row.original_fy)),
            self._by_original.get((row.original_key, row.original_date)),
            *self._waiting.get((row.number_key, row.fy), ()),
            self._by_number.get((row.number_key, row.fy)),
        )
        roots = list(dict.fromkeys(self._root(chain_id) for chain_id in named if chain_id is not None))
        if not roots:
            return row.new_id, None
        newest = self._newest.get(roots[0])
        if len(roots) > 1 or newest is None or self._last[roots[0]] > _age(row, row.new_id):
            self._join(roots)
        return roots[0], newest

    def _join(self, roots: list[int]) -> None:
        first, *others = roots
        together = self.apart.setdefault(first, {first})
        for other in others:
            self._joined[other] = first
            together |= self.apart.pop(other, {other})

    def _root(self, chain_id: int) -> int:
        while chain_id in self._joined:
            chain_id = self._joined[chain_id]
        return chain_id


def links(
    members: Iterator[Any], new: Iterator[Any], year: Callable[[date], str], apart: list[set[int]]
) -> Iterator[Row]:
    """Give where each new amendment belongs: ordinal, id, chain, what that carries and stands at.

    Both are in the order of supplier and kind, bytewise, then of id; `members` are those of whole chains. `year` gives
    the financial year of a day. The ids of chains that are one, or came in another order, are put into `apart`.
    """
    groups = groupby(members, key=_whose)
    ahead = next(groups, None)
    for whose, amendments in groupby(new, key=_whose):
        while ahead is not None and ahead[0] < whose:
            ahead = next(groups, None)
        chains = _Chains()
        if ahead is not None and ahead[0] == whose:
            for row in ahead[1]:
                _add(chains, row, year)
        for row in amendments:
            yield _linked(chains, row)
        apart += chains.apart.values()


def _add(chains: _Chains, row: Any, year: Callable[[date], str]) -> None:
    carried = (row.carried_igst, row.carried_cgst, row.carried_sgst, row.carried_cess)
    version = _Version(_age(row, row.id), carried, _standing(row), row.removed_for != _DELETED)
    original, day = row.original_number, row.original_date
    named = (None, None, None) if original is None else (original.upper(), day, year(day))
    chains.add(row.chain_id, (row.number.upper(), row.fy, *named), version)


def _linked(chains: _Chains, row: Any) -> Row:
    chain_id, newest = chains.link(row)
    carried, left = (_NOTHING, _NOTHING) if newest is None else (newest.carried, newest.standing)
    standing = _standing(row) if row.supplier_status == _FILED else left
    document = (row.number_key, row.fy, row.original_key, row.original_date, row.original_fy)
    chains.add(chain_id, document, _Version(_age(row, row.new_id), carried, standing))
    return (row.ordinal, row.new_id, chain_id, *carried, *left)


def _age(row: Any, record_id: int) -> _Age:
    """Return what orders the versions of a chain, as `Record.age` does."""
    return ("", False, record_id) if row.original_date is None else (row.return_period, row.form == _GSTR_1A, record_id)


def _standing(row: Any) -> Amounts:
    return (row.standing_igst, row.standing_cgst, row.standing_sgst, row.standing_cess)


def _whose(row: Any) -> tuple[str, str]:
    return (row.supplier_gstin, row.kind)


def join(unit: UnitOfWork, recipient: str, first: int) -> None:
    """Join the known chains that wait for an original to the staged originals that were entered from an id on."""
    year = unit.book.calendar.financial_year
    for part in entering.waiting(unit.connection, recipient):
        entering.want(
            unit.connection,
            {
                (row.supplier_gstin, row.kind, number.upper(), fy, row.id, row.chain_id)
                for row in part
                for number, fy in ((row.number, row.fy), (row.original_number, year(row.original_date)))
            },
        )
    relink(unit, recipient, connected(entering.come(unit.connection, first)))


def relink(unit: UnitOfWork, recipient: str, together: Sequence[Collection[int]]) -> None:
    """Work out anew what chains stand at, a page at a time; those whose ids are given together are one."""
    for start in range(0, len(together), _PAGE):
        rejoin(unit, recipient, together[start : start + _PAGE])
