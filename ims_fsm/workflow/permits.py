"""Who may fire what in sets and in what is taken in: nobody is left out in silence, and no file goes round the roles.

Imports the unit of work and the law; where one record moves, its guards say it themselves.
"""

from __future__ import annotations

from dataclasses import replace

from ims_fsm.law.decision import decide
from ims_fsm.law.permission import barring
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.refusals import RefusedError, Told, filled_in, label, record_fields
from ims_fsm.record.scene import record_facts
from ims_fsm.store import calls
from ims_fsm.store.sql.moving import pages
from ims_fsm.store.sql.scene import Firing
from ims_fsm.terms.principal import Principal
from ims_fsm.workflow.unit import UnitOfWork


def in_every_role(unit: UnitOfWork) -> Principal:
    """Return whoever acts, as if in every role: for what follows from an action, and to see what a role alone bars."""
    return replace(unit.principal, roles=frozenset(unit.book.law.roles) | frozenset(unit.principal.roles))


def refuse_barred(unit: UnitOfWork, *firings: Firing) -> None:
    """Raise `RefusedError` where a trigger may not fire on a record for want of a role alone.

    What the calendar ends is not left out in silence.
    """
    for firing in firings if unit.book.law.role_facts else ():
        scene = firing.scope.scene
        anybody = replace(scene, principal=in_every_role(unit))
        for page in pages(unit.connection, replace(firing, scope=replace(firing.scope, scene=anybody)), allowed=True):
            for record in page:
                theirs = replace(unit.scene(record.recipient), principal=scene.principal)
                facts = record_facts(record, unit.chain_of(record, firing.trigger), theirs, firing.request)
                decision = decide(theirs.edition(record), str(record.state), firing.trigger, facts)
                if isinstance(decision, Refused):
                    refusals = filled_in(decision, record_fields(record, theirs))
                    raise RefusedError(label(record.document), firing.trigger, refusals)


def refuse_taken_in(unit: UnitOfWork, recipient: str, call: int) -> None:
    """Raise `RefusedError` where what was taken in since a call has moved a record as whoever took it in may not.

    What the portal shows has happened, and no other guard is asked; but a file is not a way round the roles.
    """
    for name, trigger, record_id in calls.fired_since(unit.connection, recipient, call):
        declared = unit.book.law.machine(name).declaration
        if trigger in {part.name for part in declared.trigger}:
            guard = barring(declared, trigger, unit.principal.roles)
            if guard is not None:
                record = unit.record(record_id, recipient)
                fields = record_fields(record, unit.scene(recipient))
                raise RefusedError(label(record.document), trigger, [Told.of(Refusal.by(guard), fields)])
