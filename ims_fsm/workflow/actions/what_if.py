"""What an action would come to, before anyone acts: the recipient's credit and the supplier's liability.

Imports the store, the law and the ledger; writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.law.ledger import Outcome
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.refusals import Told, filled_in, label, record_fields
from ims_fsm.record.scene import Request, declaration_of
from ims_fsm.record.settling import comes_to, dest_of
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import State, Trigger
from ims_fsm.workflow.returns.filing import chains_with_amendments
from ims_fsm.workflow.transitions import consider
from ims_fsm.workflow.unit import UnitOfWork

_DONE = {"accept": "accepted", "reject": "rejected", "keep_pending": "kept pending", "reset": "reset"}
_OUTCOMES = {
    str(Outcome.PENDING): "nothing moves yet",
    str(Outcome.DEEMED_ACCEPTED): "deemed accepted",
    str(Outcome.SUPERSEDED): "superseded by its amendment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What an action on a record would come to once GSTR-3B is filed on it; amounts in paise.

    `itc` is the entry in the recipient's GSTR-3B, `added_back` the liability that goes back to the supplier
    (FAQ 34), `carried` and `standing` what the chain then stands at; `now_*` is what it comes to as it stands.
    """

    record_id: int
    document: str
    trigger: str
    refusals: tuple[Told, ...]
    outcome: str
    itc: Heads
    added_back: Heads
    carried: Heads
    standing: Heads
    now_outcome: str
    now_itc: Heads
    now_added_back: Heads

    @property
    def allowed(self) -> bool:
        """Whether the action may be taken now."""
        return not self.refusals

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        done = _DONE[self.trigger]
        then = _effect("" if self.outcome == done else self.outcome, self.itc, self.added_back)
        return f"If {done}: {then}. If left alone: {_effect(self.now_outcome, self.now_itc, self.now_added_back)}."


def what_if(
    unit: UnitOfWork, record_id: int, trigger: Trigger, request: Request, recipient: str | None = None
) -> WhatIf:
    """Work out what an action on a record would come to; writes nothing."""
    record = unit.record(record_id, recipient)
    scene, chain = unit.scene(record.recipient), chains_with_amendments(unit, [record])[record.id]
    decision = consider(unit, record, trigger, request, chain)
    fields = record_fields(record, scene)
    chosen, declared = declaration_of(record, request) if trigger is Trigger.ACCEPT else (None, NIL)
    gone = record.settled_in is not None or record.state is State.REMOVED
    acted = record if gone else record.changed(state=dest_of(trigger), reduction=chosen, declared=declared)
    outcome, then = comes_to(acted, chain, scene)
    now_outcome, now = comes_to(record, chain, scene)
    return WhatIf(
        record_id=record.id,
        document=label(record.document),
        trigger=str(trigger),
        refusals=() if isinstance(decision, Allowed) else filled_in(decision, fields),
        outcome=outcome,
        itc=then.itc,
        added_back=then.add_back,
        carried=then.after.carried,
        standing=then.after.standing,
        now_outcome=now_outcome,
        now_itc=now.itc,
        now_added_back=now.add_back,
    )


def _effect(outcome: str, itc: Heads, added_back: Heads) -> str:
    word = _OUTCOMES.get(outcome, outcome)
    if outcome == str(Outcome.PENDING):
        return word
    moves = [f"ITC {itc}" if itc else "ITC unchanged"]
    if added_back:
        moves.append(f"supplier's liability +{added_back}")
    return ", ".join([word, *moves] if word else moves)
