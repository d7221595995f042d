"""What holds of credit whatever was done: what was filed adds up to what chains carry, each document in one place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ims_fsm import IMS, Heads, Record
from ims_fsm.record.chain import linked
from ims_fsm.record.steps import is_over
from ims_fsm.store.tables import Table
from ims_fsm.terms.vocabulary import State

Rows = Mapping[str, Sequence[Any]]


def rows_of(ims: IMS, *recipients: str) -> Rows:
    """Return the rows of the GSTR-2Bs of recipients, or of all, and of their lines."""
    with ims._workspace.asking() as unit:
        rows = {
            name: unit.connection.execute(Table.metadata.tables[name].select())
            for name in ("ims_two_b", "ims_two_b_line")
        }
        return {
            name: [row for row in of if not recipients or row.recipient_gstin in recipients]
            for name, of in rows.items()
        }


def holds(records: Sequence[Record], rows: Rows) -> None:
    """Assert what always holds of some recipients' records, and of the rows of their returns."""
    for record in records:
        # No chain of credit notes gives more than it took before.
        assert record.document.kind != "credit_note" or not Heads().below(record.carried)
    filed, chains = _filed(rows), _chains(records)
    for members in chains.values():
        assert all(was == now for was, now in linked(members)), "a chain stands otherwise than its versions say"
    _lines_are_what_is_carried(chains, filed)
    superseded = {record.id for record in records if record.disposition == "superseded"}
    assert superseded.isdisjoint({row.record_id for row in filed}), "what an amendment prevailed over contributed"


def _filed(rows: Rows) -> list[Any]:
    """Return the lines of the GSTR-2Bs that are final."""
    final = {(row.recipient_gstin, row.period) for row in rows["ims_two_b"] if row.state == "final"}
    return [row for row in rows["ims_two_b_line"] if (row.recipient_gstin, row.period) in final]


def _chains(records: Sequence[Record]) -> Mapping[int, Sequence[Record]]:
    chains: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        chains[record.chain_id].append(record)
    return chains


def _lines_are_what_is_carried(chains: Mapping[int, Sequence[Record]], filed: Sequence[Any]) -> None:
    chain_of = {record.id: chain_id for chain_id, members in chains.items() for record in members}
    gained: dict[int, Heads] = defaultdict(Heads)
    for row in filed:
        tax = Heads(row.igst, row.cgst, row.sgst, row.cess)
        if row.entry == "reversal_4b1":
            gained[chain_of[row.record_id]] -= tax
        elif row.section == "itc_available" and row.counts:
            gained[chain_of[row.record_id]] += tax
    for chain_id, members in chains.items():
        assert {record.carried for record in _at_the_end(members)} <= {gained[chain_id]}


def _at_the_end(members: Sequence[Record]) -> list[Record]:
    """Return the members that hold what their chain carries now: the last decided one and all that still wait."""
    waiting = [member for member in members if member.settled_in is None and member.state is not State.REMOVED]
    decided = [member for member in members if member.settled_in is not None and member.disposition != "superseded"]
    return waiting + sorted(decided, key=lambda member: (member.settled_in, member.age))[-1:]


def covered(records: Sequence[Record], period: str) -> None:
    """Assert that after a freeze the value that stands with the supplier covers the recipient's credit, in each head.

    What was declared never availed is no credit that the supplier answers for: the value accepted last is.
    """
    for record in records:
        if record.settled_in == period and record.in_ims and record.disposition != "superseded":
            members = [other for other in records if other.chain_id == record.chain_id and other.settled_in is not None]
            setting = [member for member in members if member.disposition not in {"superseded", "rejected"}]
            last = max(setting, key=lambda member: (member.settled_in, member.age), default=None)
            gave = last is not None and last.disposition is not None
            assert not record.standing.below(last.credit if gave else record.carried)


def in_one_place(records: Sequence[Record], rows: Rows, recipient: str, period: str, left_out: set[int]) -> None:
    """Assert that all that was filed by a period is in one section of one GSTR-2B, or left out with a reason."""
    counted = Counter(row.record_id for row in _filed(rows) if row.entry == "document")
    for record in records:
        if record.recipient == recipient and record.filed and record.two_b_period <= period:
            decided = record.settled_in is not None and record.disposition != "superseded"
            assert counted[record.id] == decided
            # What was superseded is over, and shown in none.
            assert is_over(record) or record.id in left_out
