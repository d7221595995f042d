"""The sieve lets nothing pass that it has held before, and catches few besides."""

from __future__ import annotations

from ims_fsm.workflow.reception.new_records import Sieve


def test_what_comes_again_is_caught_and_little_else():
    sieve = Sieve()
    for number in range(20_000):
        sieve.add(("invoice", "29AABCT1332L1ZA", f"A/{number}", "2024-25"))
    assert len(sieve.caught) < 20
    sieve.caught.clear()
    again = ("invoice", "29AABCT1332L1ZA", "A/77", "2024-25")
    sieve.add(again)
    assert sieve.caught == [again]
