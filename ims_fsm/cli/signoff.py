"""`signoff`: actions are proposed, and somebody else approves them.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, table, tell_refusals

if TYPE_CHECKING:
    from ims_fsm import Signoff, SignoffView

group("signoff", "Sign-offs: one proposes actions, another approves them, and all are done or none.")


@command("signoff propose", "each", "key", "actor", "db", "at", "backdate")
def propose(call: Call, file: Path) -> None:
    """Propose a file of actions, as check reads it, for somebody else to approve; nothing is done yet."""
    with call.recipient() as buyer:
        _end(call, buyer.propose(file, key=call.key))


@command("signoff list", "gstin", "actor", "db", "at")
def list_(call: Call, *, state: list[str] | None = None) -> None:
    """List the sign-offs of a recipient, the oldest first."""
    with call.recipient() as buyer:
        every = buyer.signoffs(states=state or ())
    rows = [
        (str(signoff.id), signoff.state, str(len(signoff.proposals)), signoff.case.facts["amount"], signoff.proposed_by,
         minute(signoff.case.opened_at))
        for signoff in every
    ]  # fmt: skip
    titles = (">id", "state", ">actions", "amount", "proposed by", "at (IST)")
    call.answer(lambda: table(titles, rows) if rows else say("No sign-offs."), {"signoffs": every})


@command("signoff show", "gstin", "actor", "db", "at")
def show(call: Call, signoff_id: int) -> None:
    """Show a sign-off: its steps, what its actions come to now, what may be done with it and what not, and why."""
    with call.recipient() as buyer:
        view = buyer.signoff(signoff_id)
    call.answer(lambda: _tell_view(view), view)


@command("signoff approve", "gstin", "key", "actor", "db", "at", "backdate")
def approve(
    call: Call, signoff_id: int, *, remarks: str | None = None, override: bool = False, later: bool = False
) -> None:
    """Approve a sign-off and do its actions, all of them or none."""
    with call.recipient() as buyer:
        _end(call, buyer.approve(signoff_id, remarks=remarks, override=override, apply=not later, key=call.key))


@command("signoff apply", "gstin", "key", "actor", "db", "at", "backdate")
def apply(call: Call, signoff_id: int) -> None:
    """Do the actions of a sign-off that was approved before, all of them or none."""
    with call.recipient() as buyer:
        _end(call, buyer.apply_signoff(signoff_id, key=call.key))


@command("signoff decline", "gstin", "key", "actor", "db", "at", "backdate")
def decline(call: Call, signoff_id: int, *, remarks: str | None = None) -> None:
    """Decline a sign-off."""
    with call.recipient() as buyer:
        _end(call, buyer.decline(signoff_id, remarks=remarks, key=call.key))


@command("signoff withdraw", "gstin", "key", "actor", "db", "at", "backdate")
def withdraw(call: Call, signoff_id: int, *, remarks: str | None = None) -> None:
    """Take back a sign-off that you have proposed."""
    with call.recipient() as buyer:
        _end(call, buyer.withdraw(signoff_id, remarks=remarks, key=call.key))


@command("signoff pass-on", "gstin", "key", "actor", "db", "at", "backdate")
def pass_on(call: Call, signoff_id: int, to: str) -> None:
    """Pass the decision on a sign-off on to somebody; the last one to whom it is passed on has it."""
    with call.recipient() as buyer:
        _end(call, buyer.pass_on(signoff_id, to, key=call.key))


def _end(call: Call, signoff: Signoff) -> None:
    actions = counted(len(signoff.proposals), "action")
    call.answer(lambda: say(f"Sign-off {signoff.id} of {actions}: {signoff.state}."), signoff)


def _tell_view(view: SignoffView) -> None:
    signoff = view.signoff
    say(f"Sign-off {signoff.id}: {signoff.state}, proposed by {signoff.proposed_by}", style="bold")
    rows = [(str(row.place), row.trigger, row.document, row.dest or "refused") for row in view.judged.rows]
    table(("", "action", "document", "comes to"), rows, indent=2)
    for row in view.judged.refused:
        tell_refusals(row.refusals)
    table(("when (IST)", "trigger", "by"), [(minute(s.at), s.trigger, s.actor) for s in view.transitions], indent=2)
    for trigger, answer in view.answers.items():
        say(f"{trigger}: {'may be fired' if answer else 'refused'}")
        tell_refusals(answer.refusals)
