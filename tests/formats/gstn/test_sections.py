"""The table of sections: every document travels in the section that reads it back."""

from __future__ import annotations

import pytest

from ims_fsm.formats.gstn.sections import ALIASES, RESERVED, SECTIONS, section_named, section_of


@pytest.mark.parametrize("key", SECTIONS)
def test_a_document_goes_back_to_its_section(key, one, row, bill):
    raw = bill() if SECTIONS[key].invoice_type else row(oinum="1", oidt="01-09-2024")
    assert section_of(one(raw, key).document) is SECTIONS[key]


def test_other_spellings_mean_sections_and_reserved_ones_do_not():
    assert {section_named(alias) for alias in ALIASES} <= set(SECTIONS.values())
    assert not any(map(section_named, RESERVED))
    assert section_named(" B2B ") is SECTIONS["b2b"]


def test_a_bill_of_no_known_type_is_an_import_from_overseas(one, bill):
    document = one(bill(), "impgsez").document.changed(invoice_type="R")
    assert section_of(document).key == "impg"
