"""Seals: a recipient's logs as an append-only Merkle log, which no longer fits once a row that it covers is changed.

Imports the tables and the tree; decides nothing about a record. A leaf has what the logs of a record, or of a return,
gained since its last leaf. Leaves are made when the log is sealed; whoever acts makes none. Whoever can write the
database can write all of it anew, so keep checkpoints outside of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from ims_fsm.errors import InputError, Problem
from ims_fsm.proof.checkpoint import Checkpoint, root_of
from ims_fsm.proof.leaf import RECORD, SEAL, closing, hash_of
from ims_fsm.proof.tree import Tree
from ims_fsm.record.moments import Moments
from ims_fsm.store import leaves
from ims_fsm.store.connection import StoreError, serialise
from ims_fsm.store.leaves import LEAVES, Log
from ims_fsm.store.log import RESTORE, asked, of_recipient
from ims_fsm.store.seal_tables import SealRow
from ims_fsm.store.tables import core

Signing = Callable[[Checkpoint], tuple[str, ...]]
_seals: Table = core(SealRow)
_COLUMNS = ("number", "size", "digest", "newest", "subjects", "actor", "at", "recorded_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal: its number from 1, how many leaves the log has with it, and their root (64 hex digits).

    `newest` is the root over the newest leaf of each of its `subjects`, the records and returns; `at` is the moment
    that whoever sealed gave, `recorded_at` what the machine's own clock said (both aware).
    """

    recipient: str
    number: int
    size: int
    digest: str
    newest: str
    subjects: int
    actor: str
    at: datetime
    recorded_at: datetime
    signatures: tuple[str, ...] = ()

    @property
    def checkpoint(self) -> str:
        """The checkpoint to keep outside of the database (C2SP tlog-checkpoint), signed where a key was given."""
        return Checkpoint(self.recipient, self.size, root_of(self.digest), self.signatures).text

    @property
    def closing(self) -> str:
        """The text of the leaf that ends it."""
        subject = {"recipient": self.recipient, SEAL: self.number}
        return closing(subject, self.actor, (self.at, self.recorded_at), self.newest, self.subjects)


def seal(connection: Connection, gstin: str, actor: str, moments: Moments, sign: Signing | None = None) -> Seal:
    """Seal what a recipient's logs hold now; where nothing was added the newest seal is returned.

    With `sign` it is set anew where the newest is not signed. Raises `InputError` for a recipient without any log,
    `StoreError` where a seal was torn off.
    """
    serialise(connection, [gstin])
    newest = next(reversed(seals_of(connection, gstin)), None)
    log = leaves.read(connection, gstin)
    before = log.size
    if before != (newest.size if newest else 0):
        raise StoreError(f"{_torn_off(gstin, newest, before)}; until then nothing can be sealed on top of it")
    leaves.grow(connection, log)
    if newest is not None and log.size == before and (newest.signatures or sign is None):
        return newest
    if not log.size:
        problem = Problem(gstin, "has nothing in any log that could be sealed", "see recipients() for who has records")
        raise InputError("seal", [problem])
    at, recorded_at = moments
    number = (newest.number if newest else 0) + 1
    return _set(connection, log, {"number": number, "actor": actor, "at": at, "recorded_at": recorded_at}, sign)


def _set(connection: Connection, log: Log, said: dict[str, Any], sign: Signing | None) -> Seal:
    newest = log.newest_of_all()
    said |= {"newest": newest.root().hex(), "subjects": newest.size}
    ending = hash_of(Seal(recipient=log.recipient, size=0, digest="", **said).closing)
    last = {"kind": SEAL, "subject": said["number"], "steps": 0, "contents": 0, "replaces": None, "hash": ending}
    leaves.write(connection, log, [last])
    del newest  # as large as what is made next
    root = Tree(log.hashes).root()
    said |= {"size": log.size, "digest": root.hex()}
    signatures = sign(Checkpoint(log.recipient, log.size, root)) if sign else ()
    lines = "".join(f"{line}\n" for line in signatures)
    connection.execute(insert(_seals), {**said, "recipient_gstin": log.recipient, "signature": lines})
    return Seal(recipient=log.recipient, signatures=signatures, **said)


def seals_of(connection: Connection, gstin: str | None) -> list[Seal]:
    """Return the seals of a recipient, or of all, by recipient and number."""
    query = of_recipient(select(_seals), _seals.c.recipient_gstin, narrow=gstin is not None)
    in_order = query.order_by(_seals.c.recipient_gstin, _seals.c.number)
    return [
        Seal(
            recipient=row["recipient_gstin"],
            signatures=tuple(row["signature"].splitlines()),
            **{name: row[name] for name in _COLUMNS},
        )
        for row in asked(connection, in_order, gstin).mappings()
    ]


def count(connection: Connection, gstin: str | None) -> int:
    """Return how many seals a recipient has, or all recipients."""
    query = select(func.count()).select_from(_seals)
    narrowed = of_recipient(query, _seals.c.recipient_gstin, narrow=gstin is not None)
    return int(asked(connection, narrowed, gstin).scalar_one())


# --- what no longer fits ----------------------------------------------------------------------------------------------


def problems(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    """Give what is wrong with the seals of a recipient, or of all: every leaf and root is computed again."""
    by_recipient = {who: list(theirs) for who, theirs in groupby(seals_of(connection, gstin), attrgetter("recipient"))}
    whose = LEAVES.c.recipient_gstin
    query = of_recipient(select(whose).distinct(), whose, narrow=gstin is not None)
    for who in sorted({*by_recipient, *asked(connection, query, gstin).scalars()}):
        yield from _misfits(connection, who, by_recipient.get(who, []))


def kept(connection: Connection, checkpoint: Checkpoint) -> Problem | None:
    """Return what is wrong with a recipient's log, held against a checkpoint that was kept outside of the database."""
    log, where = leaves.read(connection, checkpoint.recipient), f"{checkpoint.recipient} checkpoint"
    if log.size < checkpoint.size:
        lost = f"is of {checkpoint.size} leaves, and the log has {log.size}; what was sealed since is gone"
        return Problem(where, lost, RESTORE)
    if Tree(log.hashes).root(checkpoint.size) != checkpoint.root:
        return Problem(where, f"does not fit the first {checkpoint.size} leaves of the log, which has changed", RESTORE)
    return None


def of_digest(connection: Connection, digest: str) -> Problem | None:
    """Return what is wrong where no seal has a digest (hex) that was kept outside of the database."""
    row = connection.execute(select(_seals.c.number).where(_seals.c.digest == digest).limit(1)).first()
    return None if row else Problem(digest, "is the digest of no seal; the seal was removed or changed", RESTORE)


def _misfits(connection: Connection, gstin: str, seals: Sequence[Seal]) -> Iterator[Problem]:
    ends = [seal.size for seal in seals]
    for row in leaves.altered(connection, gstin):
        number = bisect_right(ends, row.position) + 1
        yield Problem(_place(gstin, row), f"no longer reads as it did when seal {number} was set on it", RESTORE)
    log = leaves.read(connection, gstin)
    tree = Tree(log.hashes)
    for before, seal in zip([None, *seals], seals, strict=False):
        where = f"{gstin} seal {seal.number}"
        if seal.number != (before.number if before else 0) + 1:
            gone = f"comes after seal {before.number if before else 0}; what was between them is gone"
            yield Problem(where, gone, RESTORE)
        end = slice(32 * (seal.size - 1), 32 * seal.size)
        if seal.size > log.size or tree.root(seal.size).hex() != seal.digest:
            yield Problem(where, f"no longer fits the {seal.size} leaves that it was set on", RESTORE)
        elif hash_of(seal.closing) != log.hashes[end]:
            yield Problem(where, "no longer reads as it did when it was set", RESTORE)
        elif seal.size == log.size and log.newest_of_all().root().hex() != seal.newest:
            yield Problem(where, "names other leaves as the newest of their subjects than the log has", RESTORE)
    if log.size != (ends[-1] if ends else 0):
        yield _torn_off(gstin, seals[-1] if seals else None, log.size)


def _place(gstin: str, row: Any) -> str:
    if row.kind == RECORD:
        return f"{gstin} record {row.subject} up to step {row.steps} and content {row.contents}"
    return f"{gstin} GSTR-2B of {row.subject // 100}-{row.subject % 100:02} up to step {row.steps}"


def _torn_off(gstin: str, newest: Seal | None, size: int) -> Problem:
    end = f"seal {newest.number} ends at leaf {newest.size}" if newest else "there is no seal"
    return Problem(f"{gstin} log", f"has {size} leaves, and {end}; a seal or leaves are gone", RESTORE)
