"""`audit`: the store proved from its logs, its logs sealed.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, table, verbatim

if TYPE_CHECKING:
    from ims_fsm import Seal
    from ims_fsm.workflow.upkeep import Audit

group("audit", "The logs: verify and seal them.")


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
    looked = f"{counted(audited.records, 'record')}, {counted(audited.rows, 'row')} of the logs"
    outcome = "every state follows from its log" if audited.sound else counted(len(audited.faults), "fault")
    say(f"{looked}, {counted(audited.seals, 'seal')}: {outcome}.")


@command("audit seal", "gstin", "actor", "db", "at")
def seal(call: Call, *, key_file: Path | None = None, everything: bool = False) -> None:
    """Seal what a recipient's logs hold now, and print the checkpoint; keep it outside of the database."""
    if everything:
        with call.recipient() as desk:
            seals = desk.seals()
        call.answer(lambda: _tell_seals(seals), {"seals": seals}, "--list")
        return
    with call.recipient() as desk:
        made = desk.seal(key=key_file)

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
            made.actor,
            f"{made.size:,}",
            "yes" if made.signatures else "no",
            made.digest,
        )
        for made in seals
    ]
    if rows:
        table((">seal", "at", "by", ">leaves", "signed", "=digest"), rows)
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
