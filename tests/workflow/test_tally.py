"""A tally counts everything, names a few, and forgets the rest."""

from __future__ import annotations

from ims_fsm.workflow.reception.report import EXAMPLES, NOTES, Received, Tally


def test_everything_is_counted_and_a_few_are_named():
    named = []
    tally = Tally(lambda what, record_id: named.append((what, record_id)))
    tally.name("new", range(1, 100))
    tally.name("kept", [7])
    tally.name("filed", [])
    tally.count("unchanged", 5)
    for ordinal in reversed(range(NOTES + 3)):
        tally.note(ordinal, f"note {ordinal}")
    done = tally.received()
    examples = {"new": tuple(range(1, EXAMPLES + 1)), "kept": (7,)}
    notes = tuple(f"note {ordinal}" for ordinal in range(3, NOTES + 3))
    assert done == Received(new=99, kept=1, unchanged=5, examples=examples, notes=notes, more_notes=3)
    assert named == [*(("new", number) for number in range(1, 100)), ("kept", 7)]
