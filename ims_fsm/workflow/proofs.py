"""Seals and proofs of one recipient: their log sealed, a record's whole history proved by it.

Imports the store and the proofs.
"""

from __future__ import annotations

from pathlib import Path

from ims_fsm.errors import InputError, Problem
from ims_fsm.proof.checkpoint import Checkpoint, checkpoint_of
from ims_fsm.proof.keys import signing
from ims_fsm.proof.leaf import RECORD
from ims_fsm.proof.proof import Proof
from ims_fsm.proof.tree import Tree
from ims_fsm.record.case import Case
from ims_fsm.record.record import Record
from ims_fsm.store import leaves, seals
from ims_fsm.store.seals import Seal
from ims_fsm.terms.border import checked_id, checked_path
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Desk


class LogDesk(Desk):
    """What a recipient does with their log; the part of `RecipientDesk` that proves what the others did."""

    def seal(self, *, key: str | Path | None = None) -> Seal:
        """Seal what the recipient's logs hold now; keep the seal's `checkpoint` outside of the database.

        `key` is the file of a private key (Ed25519, PEM) that signs the checkpoint. Where nothing was added since the
        newest seal that one is returned. Raises `InputError` where there is nothing to seal, `StoreError` where a
        seal was torn off.
        """
        sign = None if key is None else signing(checked_path("key", key))

        def work(unit: UnitOfWork) -> Seal:
            return seals.seal(unit.connection, self.gstin, unit.actor, unit.moments, sign)

        return self._workspace.run(work, actor=self.principal)

    def seals(self) -> list[Seal]:
        """Return the seals of the recipient's logs, oldest first."""
        return self._asked(lambda unit: seals.seals_of(unit.connection, self.gstin))

    def prove(self, record_id: int, *, checkpoint: Checkpoint | str | Path | None = None) -> Proof:
        """Prove a record's whole history by the newest seal; the proof's `text` is a file for others to check.

        `checkpoint` is an earlier one that somebody keeps, or its file: the proof then has the path from it to the
        newest. Raises `InputError` for a record that is not here or has what no seal covers, and for a checkpoint that
        the log does not fit.
        """
        named = checked_id(record_id)
        earlier = checkpoint_of(checkpoint)
        return self._asked(_prove_record, self.gstin, named, earlier)


def _prove_record(unit: UnitOfWork, recipient: str, record_id: int, earlier: Checkpoint | None) -> Proof:
    return prove(unit, recipient, unit.record(record_id, recipient), earlier)


def prove(unit: UnitOfWork, recipient: str, record: Record | Case, earlier: Checkpoint | None) -> Proof:
    """Prove the whole history of a record or a case by the newest seal of whose it is.

    With an earlier checkpoint it proves too that their log came from that one.
    """
    connection, record_id = unit.connection, record.id
    newest = next(reversed(seals.seals_of(connection, recipient)), None)
    sealed = [] if newest is None else leaves.history(connection, recipient, RECORD, record_id, newest.size)
    if newest is None or not sealed or sealed[-1].covers != (record.seq, record.contents):
        raise InputError("proof", [Problem(f"record {record_id}", "has what no seal covers", "seal the log first")])
    if earlier is not None and (earlier.recipient != recipient or seals.kept(connection, earlier) is not None):
        remedy = "give one of this log, and verify the log by it"
        raise InputError("proof", [Problem("checkpoint", f"does not fit the log of {recipient}", remedy)])
    log, position = leaves.read(connection, recipient, newest.size), sealed[-1].position
    tree, rank = Tree(log.hashes), sum(log.newest[:position])
    contents, laws = leaves.named(connection, recipient, record_id)
    return Proof(
        recipient=recipient,
        record=record_id,
        leaves=tuple(leaf.text for leaf in sealed),
        contents=tuple(contents),
        laws=tuple(laws),
        position=position,
        path=tuple(tree.inclusion(position)),
        rank=rank,
        newest_path=tuple(log.newest_of_all().inclusion(rank)),
        closing=newest.closing,
        closing_path=tuple(tree.inclusion(newest.size - 1)),
        checkpoint=Checkpoint.read(newest.checkpoint),
        earlier=earlier,
        earlier_path=() if earlier is None else tuple(tree.consistency(earlier.size)),
    )
