"""`what-if`: what an action would come to for the recipient's ITC and the supplier's liability, before anyone acts.

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ims_fsm.cli import options
from ims_fsm.cli.actions import Reduce, Remarks, Trigger, said_with
from ims_fsm.cli.output import emit, say, table
from ims_fsm.cli.session import opened

if TYPE_CHECKING:
    from ims_fsm.workflow.actions.what_if import WhatIf


def what_if(
    record_id: options.RecordId,
    trigger: Trigger,
    *,
    remarks: Remarks = None,
    reduce_itc: Reduce = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Work out what an action would come to for the recipient's ITC and the supplier's liability; changes nothing."""
    said = said_with(remarks, reduce_itc)
    with opened(db, at) as ims:
        found = ims.what_if(trigger, record_id, remarks=said.remarks, reduce_itc=said.reduce_itc)
    if not as_json:
        tell_what_if(found)
        return
    from ims_fsm.cli import plain

    amounts = ("itc", "added_back", "carried", "standing", "now_itc", "now_added_back")
    emit(
        {
            "record_id": found.record_id,
            "document": found.document,
            "trigger": found.trigger,
            "allowed": found.allowed,
            "refusals": [refusal.as_dict() for refusal in found.refusals],
            "outcome": found.outcome,
            "now_outcome": found.now_outcome,
            **{name: plain.heads(getattr(found, name)) for name in amounts},
        }
    )


def tell_what_if(found: WhatIf) -> None:
    """Print what an action would come to, beside what the record comes to as it stands."""
    say(f"{found.trigger} on {found.document}: {'may be done' if found.allowed else 'is refused'}.")
    for refusal in found.refusals:
        say(f"{refusal.sentence} ({refusal.rule}); {refusal.remedy}.", indent=2, hang=2)
    say("", "Once GSTR-3B is filed on it:")
    rows = [
        ("as it stands", _words(found.now_outcome), str(found.now_itc), str(found.now_added_back)),
        (f"after {found.trigger}", _words(found.outcome), str(found.itc), str(found.added_back)),
    ]
    table(("", "decided as", "the recipient's ITC", "added back to the supplier's liability"), rows, indent=2)


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")
