"""Two GSTR-2B compared: what is missing, what differs, what only looks different."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.formats.gstn.two_b import comparison
from ims_fsm.formats.gstn.two_b.comparison import Difference, Explanation, What
from ims_fsm.formats.gstn.two_b.statement import PortalTwoBLine
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, Section

SUPPLIER = "29AABCT1332L1ZA"
LINE = PortalTwoBLine(
    section=Section.ITC_AVAILABLE,
    kind=Kind.INVOICE,
    supplier=SUPPLIER,
    number="INV/2024/0891",
    date=date(2024, 10, 5),
    taxable=10_000_000,
    tax=Heads(igst=1_800_000),
)
NOTE = replace(LINE, kind=Kind.CREDIT_NOTE)
NAME = f"invoice INV/2024/0891 of {SUPPLIER}"
TOTAL = Difference(
    What.TOTAL,
    "",
    "",
    "18000.00",
    "0.00",
    "net total of ITC Available: IGST 18,000.00 here and 0.00 on the portal",
)


def compare(*sides, **more):
    return comparison.compare(*sides, **more).differences


def difference(what, ours, theirs, sentence, rule=None):
    return Difference(what, SUPPLIER, "INV/2024/0891", ours, theirs, sentence, rule)


def test_the_same_lines_in_another_order_do_not_differ():
    other = replace(LINE, number="INV/2")
    assert compare([LINE, other, NOTE], [NOTE, other, LINE]) == ()


def test_a_line_that_only_we_have():
    shown = "ITC Available, tax 18,000.00 IGST"
    sentence = f"{NAME} is missing on the portal; here it stands in {shown}"
    assert compare([LINE], []) == (difference(What.MISSING_THERE, shown, None, sentence), TOTAL)


def test_a_line_that_only_the_portal_has():
    shown = "ITC Available, tax 18,000.00 IGST"
    sentence = f"{NAME} is missing here; on the portal it stands in {shown}"
    assert compare([], [LINE])[0] == difference(What.MISSING_HERE, None, shown, sentence)


def test_a_line_on_one_side_may_be_explained_by_its_rule():
    asked = []

    def explain(line, side):
        asked.append((line.number, side))
        return Explanation("faq.14.iii", "it is pending and in no GSTR-2B") if side == "here" else None

    here, there, *_ = compare([LINE], [replace(LINE, number="X")], explain)
    assert asked == [("INV/2024/0891", "here"), ("X", "there")]
    assert (here.rule, there.rule) == ("faq.14.iii", None)
    assert here.sentence.endswith(": it is pending and in no GSTR-2B")


DIFFERENT = {
    "section": (
        {"section": Section.ITC_REJECTED},
        What.SECTION,
        ("ITC Available", "ITC Rejected"),
        "in ITC Available here and ITC Rejected on the portal",
    ),
    "igst": (
        {"tax": Heads(igst=1_810_000)},
        What.IGST,
        ("18000.00", "18100.00"),
        "IGST 18,000.00 here and 18,100.00 on the portal",
    ),
    "cgst": ({"tax": Heads(1_800_000, 1)}, What.CGST, ("0.00", "0.01"), "CGST 0.00 here and 0.01 on the portal"),
    "sgst": ({"tax": Heads(1_800_000, 0, 1)}, What.SGST, ("0.00", "0.01"), "SGST 0.00 here and 0.01 on the portal"),
    "cess": ({"tax": Heads(1_800_000, 0, 0, 1)}, What.CESS, ("0.00", "0.01"), "cess 0.00 here and 0.01 on the portal"),
    "taxable": (
        {"taxable": 10_000_001},
        What.TAXABLE,
        ("100000.00", "100000.01"),
        "taxable 1,00,000.00 here and 1,00,000.01 on the portal",
    ),
    "date": (
        {"date": date(2024, 10, 6)},
        What.DATE,
        ("2024-10-05", "2024-10-06"),
        "dated 2024-10-05 here and 2024-10-06 on the portal",
    ),
    "leading zeros": (
        {"number": "inv-2024-891"},
        What.LOOKS_THE_SAME,
        ("INV/2024/0891", "inv-2024-891"),
        "numbered INV/2024/0891 here and inv-2024-891 on the portal",
    ),
    "capitals": (
        {"number": "Inv/2024/0891"},
        What.LOOKS_THE_SAME,
        ("INV/2024/0891", "Inv/2024/0891"),
        "numbered INV/2024/0891 here and Inv/2024/0891 on the portal",
    ),
}


@pytest.mark.parametrize(("changes", "what", "sides", "words"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_each_difference_is_said_with_both_sides(changes, what, sides, words):
    found = [one for one in compare([LINE], [replace(LINE, **changes)]) if one.what is not What.TOTAL]
    assert found == [difference(what, *sides, f"{NAME}: {words}")]


@pytest.mark.parametrize(
    "changes",
    [{"kind": Kind.DEBIT_NOTE}, {"supplier": "24ZXNCN5590R1ZI"}, {"amended": True}, {"number": "INV/2024/0892"}],
)
def test_other_documents_are_not_matched(changes):
    found = {one.what for one in compare([LINE], [replace(LINE, **changes)])}
    assert {What.MISSING_HERE, What.MISSING_THERE} <= found


def test_an_amendment_is_named_as_such():
    found = compare([replace(LINE, amended=True)], [])
    assert found[0].sentence.startswith("amended invoice INV/2024/0891 of")


def test_a_bill_of_entry_is_named_after_icegate():
    bill = replace(LINE, kind=Kind.BILL_OF_ENTRY, supplier="")
    assert compare([bill], [])[0].sentence.startswith("bill of entry INV/2024/0891 of ICEGATE is missing")


def test_the_sign_of_a_credit_note_does_not_matter():
    assert compare([replace(NOTE, taxable=-10_000_000, tax=-NOTE.tax)], [NOTE]) == ()


def test_a_credit_note_counts_against_the_total_and_reverse_charge_not_at_all():
    rcm = replace(LINE, number="R", reverse_charge=True)
    found = compare([LINE, NOTE, rcm], [])
    assert [one for one in found if one.what is What.TOTAL] == []
    assert compare([NOTE], [])[-1].ours == "-18000.00"


def totals(*sides, beside=()):
    return [(one.ours, one.theirs) for one in compare(*sides, beside=beside) if one.what is What.TOTAL]


AMENDMENT = replace(LINE, amended=True, number="A/1")


def test_an_amendment_counts_with_what_it_adds_on_both_sides():
    ours = replace(AMENDMENT, entry=Heads(igst=300_000))
    other = replace(LINE, number="B")
    assert totals([ours], [AMENDMENT]) == []
    assert totals([ours, other], [AMENDMENT]) == [("21000.00", "3000.00")]
    assert totals([ours], [replace(AMENDMENT, tax=Heads(igst=1_900_000))]) == [("3000.00", "4000.00")]


def test_an_amended_credit_note_counts_with_what_it_takes_away():
    ours = replace(AMENDMENT, kind=Kind.CREDIT_NOTE, entry=Heads(igst=-300_000))
    other = replace(LINE, number="B")
    portals = replace(AMENDMENT, kind=Kind.CREDIT_NOTE)
    assert totals([ours], [portals, other]) == [("-3000.00", "15000.00")]


def test_what_an_amendment_to_reverse_charge_takes_back_is_in_both_totals():
    rcm = replace(AMENDMENT, reverse_charge=True)
    back = replace(AMENDMENT, entry=Heads(igst=-100_000))
    other = replace(LINE, number="B")
    assert totals([rcm], [rcm], beside=[back]) == []
    assert compare([rcm], [replace(back, entry=None), rcm], beside=[back]) == ()
    assert totals([rcm, other], [rcm], beside=[back]) == [("17000.00", "-1000.00")]


def test_a_document_listed_twice_is_matched_once():
    assert [one.what for one in compare([LINE], [LINE, LINE])] == [What.MISSING_HERE, What.TOTAL]


def test_exact_numbers_are_matched_before_those_that_look_the_same():
    alike = replace(LINE, number="INV/2024/891", taxable=1)
    assert compare([alike, LINE], [LINE, alike]) == ()


LINES = st.builds(
    replace,
    st.sampled_from([LINE, NOTE]),
    number=st.sampled_from(["A/1", "A-01", "a/1", "B"]),
    date=st.sampled_from([date(2024, 10, 5), date(2025, 4, 1)]),
    tax=st.sampled_from([Heads(1), Heads(0, 1, 1)]),
    section=st.sampled_from([Section.ITC_AVAILABLE, Section.ITC_REJECTED]),
)


@given(st.lists(LINES, max_size=6), st.lists(LINES, max_size=6))
def test_either_side_first_finds_as_many_missing_and_none_against_oneself(ours, theirs):
    assert compare(ours, list(reversed(ours))) == ()
    here = [one.what for one in compare(ours, theirs)]
    there = [one.what for one in compare(theirs, ours)]
    assert here.count(What.MISSING_HERE) == there.count(What.MISSING_THERE)
    assert here.count(What.MISSING_HERE) - here.count(What.MISSING_THERE) == len(theirs) - len(ours)


def test_what_never_goes_through_ims_stands_apart_and_is_in_no_total():
    rcm = replace(LINE, reverse_charge=True, number="RCM/1")
    bill = replace(LINE, kind=Kind.BILL_OF_ENTRY, supplier="", number="1/INNSA1")

    def apart(line):
        return Explanation("faq.8.2", "customs send it") if line.kind is Kind.BILL_OF_ENTRY else None

    compared = comparison.compare([LINE], [bill, LINE, rcm], apart=apart)
    assert [(one.line, one.rule, one.sentence) for one in compared.outside] == [(bill, "faq.8.2", "customs send it")]
    assert [(one.what, one.number) for one in compared.differences] == [(What.MISSING_HERE, "RCM/1")]


def test_of_a_part_what_is_missing_there_is_no_difference():
    more = replace(LINE, number="S/2")
    compared = comparison.compare([LINE, more], [replace(LINE, tax=Heads())], whole=False)
    assert ([one.what for one in compared.differences], compared.unlisted) == ([What.IGST], 1)


def test_another_charge_is_a_difference():
    (told, *_) = compare([LINE], [replace(LINE, reverse_charge=True)])
    assert (told.what, told.ours, told.theirs) == (What.REVERSE_CHARGE, "forward charge", "reverse charge")
    assert told.sentence == f"{NAME}: under forward charge here and reverse charge on the portal"
