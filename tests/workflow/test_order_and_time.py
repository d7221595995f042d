"""What comes late or in another order: older downloads, a changed frequency, other letters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ims_fsm import Filing, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.terms.vocabulary import SupplierStatus

NOVEMBER = TaxPeriod("2024-11")
SAVED, FILED = SupplierStatus.SAVED, SupplierStatus.FILED
INVOICES = frozenset({"invoice"})


def test_what_is_shown_as_saved_after_it_was_filed_stays_filed_and_is_told(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, FILED)).new
    done = stage.receive(stage.seen(document, SAVED))
    assert (done.unchanged, done.contradictions) == (1, ("filed_is_saved",))
    assert stage.record(record_id).filed


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
