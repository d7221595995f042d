"""Seals and proofs of one recipient: their log sealed, a record's whole history proved by it.

Imports the store and the proofs.
"""

from __future__ import annotations

from pathlib import Path

from ims_fsm.proof.keys import signing
from ims_fsm.store import seals
from ims_fsm.store.seals import Seal
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
        sign = None if key is None else signing(Path(key))

        def work(unit: UnitOfWork) -> Seal:
            return seals.seal(unit.connection, self.gstin, unit.actor, unit.now, sign)

        return self._workspace.run(work, actor=self.actor)

    def seals(self) -> list[Seal]:
        """Return the seals of the recipient's logs, oldest first."""
        return self._asked(lambda unit: seals.seals_of(unit.connection, self.gstin))
