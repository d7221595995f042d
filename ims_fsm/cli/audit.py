"""`audit`: the store proved from its logs, its logs sealed.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, table, verbatim

if TYPE_CHECKING:
    from ims_fsm import Checked, Seal
    from ims_fsm.workflow.upkeep import Audit

group("audit", "The logs: verify and seal them, prove a record by them.")


@command("audit verify", "db")
def verify(
    call: Call, *, gstin: str | None = None, digest: list[str] | None = None, checkpoint: list[Path] | None = None
) -> None:
    """Prove every state from its log, every content from its hash, every seal anew; exit 1 at a fault.

    What was kept outside of the database (--digest, --checkpoint) finds a seal that was removed with all that it
    covers.
    """
    from ims_fsm.workflow.upkeep import audit

    with call.working("Verifying"), call.ims() as ims:
        audited = audit(ims, gstin, digests=digest or (), checkpoints=checkpoint or ())
    call.answer(lambda: _tell_audit(audited), audited, held=audited.sound)


def _tell_audit(audited: Audit) -> None:
    say(*(f"FAULT  {fault}." for fault in audited.faults))
    say(*(f"note: {note}." for note in audited.notes))
    looked = f"{counted(audited.records, 'record')}, {counted(audited.rows, 'row')} of the logs"
    outcome = "every state follows from its log" if audited.sound else counted(len(audited.faults), "fault")
    say(f"{looked}, {counted(audited.seals, 'seal')}: {outcome}.")


@command("audit seal", "gstin", "actor", "db", "at")
def seal(call: Call, *, key_file: Path | None = None, out: Path | None = None, everything: bool = False) -> None:
    """Seal what a recipient's logs hold now; keep the checkpoint, printed or in FILE, outside of the database."""
    if everything:
        with call.recipient() as desk:
            seals = desk.seals()
        call.answer(lambda: _tell_seals(seals), {"seals": seals}, "--list")
        return
    with call.recipient() as desk:
        made = desk.seal(key=key_file)
    if out is not None:
        with call.done():
            call.outputs.write(out, made.checkpoint)

    def tell() -> None:
        leaves, subjects = counted(made.size, "leaf", "leaves"), f"{made.subjects:,} records and returns"
        say(f"Seal {made.number} of {made.recipient}: {leaves} of {subjects}.")
        say("Its digest, and the checkpoint to keep outside of the database:")
        verbatim(f"{made.digest}\n\n{made.checkpoint}".rstrip("\n"))

    call.answer(tell, made)


def _tell_seals(seals: list[Seal]) -> None:
    rows = [
        (
            str(made.number),
            minute(made.at),
            minute(made.recorded_at),
            made.actor,
            f"{made.size:,}",
            "yes" if made.signatures else "no",
            made.digest,
        )
        for made in seals
    ]
    if rows:
        table((">seal", "at", "recorded", "by", ">leaves", "signed", "=digest"), rows)
    else:
        say("No seals.")


@command("audit key")
def key(call: Call, file: Path) -> None:
    """Make a pair of keys (Ed25519) that seals are signed with: FILE, to keep secret, and FILE.pub."""
    from ims_fsm import make_key

    public = make_key(file)
    call.answer(
        lambda: say(f"{file} is the private key, for `audit seal --key`; {public} is the public one, to give away."),
        {"files": [file, public]},
    )


@command("audit prove", "gstin", "db")
def prove(call: Call, record_id: int, *, out: Path | None = None, checkpoint: Path | None = None) -> None:
    """Write a record's whole history with its law and its path to the newest seal: to FILE with --out, else printed.

    Whoever has the file checks it without the database: audit check FILE --checkpoint THEIRS.
    """
    with call.working("Proving"), call.recipient_of(record_id) as desk:
        proof = desk.prove(record_id, checkpoint=checkpoint)
    if out is None:
        sys.stdout.write(proof.text)
        return
    call.outputs.write(out, proof.text)
    parts = {"path": out, "recipient": proof.recipient, "record_id": record_id, "checkpoint": proof.checkpoint.text}
    call.answer(lambda: say(f"{out}: record {record_id}, by the log of {proof.checkpoint.size:,} leaves."), parts)


@command("audit check")
def check(call: Call, file: Path, *, checkpoint: Path | None = None, key_file: Path | None = None) -> None:
    """Check a proof without a database: its hashes, its checkpoint, the law of each step; exit 1 at a fault.

    With --checkpoint it is held against one that you keep, with --key its checkpoint must be signed.
    """
    from ims_fsm import check_proof

    checked = check_proof(file, checkpoint=checkpoint, key=key_file)
    call.answer(lambda: _tell_checked(checked), checked, held=checked.holds)


MARKS = {True: "holds", False: "FAULT", None: "note"}


def _tell_checked(checked: Checked) -> None:
    say(f"Record {checked.record} of {checked.recipient}, {checked.state}:")
    for line in checked.history:
        say(line, indent=2, hang=2)
    for statement in checked.statements:
        say(f"{MARKS[statement.holds]:6} {statement.says}", hang=7)
    faults = sum(statement.holds is False for statement in checked.statements)
    say(f"{counted(faults, 'fault')}." if faults else "All that was looked at holds.")
