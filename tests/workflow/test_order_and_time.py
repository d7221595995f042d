"""What comes late or in another order: older downloads, a changed frequency, other letters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ims_fsm import Filing, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.terms.vocabulary import State, SupplierStatus

NOVEMBER = TaxPeriod("2024-11")
SAVED, FILED = SupplierStatus.SAVED, SupplierStatus.FILED
INVOICES = frozenset({"invoice"})


def test_an_older_download_is_refused_and_nothing_is_written(stage):
    first, second = stage.document(), stage.document()
    stage.receive(stage.seen(first, SAVED), stage.seen(second, SAVED))
    stage.receive(stage.seen(first, FILED), stage.seen(second, SAVED))
    before = stage.tables()
    said = "is shown as saved, and is filed already; take in downloads in turn"
    with stage.unreadable(f"invoice {first.number} of {first.supplier}: {said}"):
        stage.receive(stage.seen(first, SAVED), complete=INVOICES)
    assert stage.tables() == before


def test_what_belongs_to_a_later_return_than_the_download_shows_is_not_deleted(stage):
    october, november = stage.document(), stage.document()
    (later,) = stage.receive(stage.seen(november, SAVED, return_period=NOVEMBER)).new
    assert stage.receive(stage.seen(october, SAVED), complete=INVOICES).deleted == ()
    assert stage.receive(complete=INVOICES).deleted != ()
    assert stage.record(later).state == State.REMOVED


def test_a_frequency_changes_only_when_everything_is_decided(stage):
    stage.filed()
    known = stage.ims.taxpayer(stage.buyer)
    with pytest.raises(InputError, match=r"files monthly and has 1 undecided records by that; file their GSTR-3B"):
        stage.ims.register(replace(known, filing=Filing.QUARTERLY))
    stage.ims.register(replace(known, name="Buyer Ltd"))
    assert stage.ims.taxpayer(stage.buyer).name == "Buyer Ltd"
    stage.close()
    stage.ims.register(replace(known, filing=Filing.QUARTERLY))
    assert stage.ims.taxpayer(stage.buyer).filing is Filing.QUARTERLY


def test_a_number_in_other_letters_is_the_same_number(stage):
    document = stage.document(number="ab/1")
    stage.saved(document)
    with stage.refused("duplicate_document", "faq.16.1"):
        stage.saved(document.changed(number="AB/1"))
    (same,) = (stage.receive(stage.seen(document.changed(number="AB/1"), SAVED)),)
    assert same.new == ()
