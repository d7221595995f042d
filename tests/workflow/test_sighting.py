"""A record as the portal shows it, beside the one that is known here."""

from __future__ import annotations

from ims_fsm.record.record import PortalView
from ims_fsm.record.sighting import NEVER, filled, last_seen, told_alike
from ims_fsm.terms.vocabulary import State


def test_what_a_dialect_leaves_out_is_filled_from_what_is_known(stage):
    known = stage.document(value=5, pos="27", supplier_name="Seller", pending_blocked=True)
    bare = known.changed(value=None, pos=None, supplier_name="", pending_blocked=None)
    assert filled(bare, known) == known
    told = known.changed(value=0, pos="29", supplier_name="Other", pending_blocked=False)
    assert filled(told, known) == told


def test_what_was_never_seen_is_shown_as_without_action(stage):
    record = stage.record(stage.saved())
    assert last_seen(record) == PortalView(State.NO_ACTION, None, None, NEVER)
    assert told_alike(record, last_seen(record))
    assert not told_alike(stage.act("accept", record.id), last_seen(record))


def test_remarks_without_an_action_are_told_to_nobody(stage):
    record = stage.act("reset", stage.saved(), remarks="never mind")
    assert told_alike(record, last_seen(record))
