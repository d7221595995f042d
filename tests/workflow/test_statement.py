"""A GSTR-2B of ours as the portal's, and the portal's compared with it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from importlib.resources import files

import pytest

from ims_fsm import Heads, Kind, OriginalReference, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.two_b.comparison import What
from ims_fsm.formats.gstn.two_b.statement import PortalTwoB, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.terms import money
from ims_fsm.terms.vocabulary import Section, SupplierStatus

SAMPLES = files("ims_fsm.formats") / "samples"
OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
TAX = Heads(igst=1_800_000)


def drafted(stage):
    stage.at("2024-11-14").draft()
    return stage


def written(stage, period=OCTOBER):
    return write_two_b(stage.desk.export_2b(period))


def shown(stage, **changes):
    whole = {
        "section": Section.ITC_AVAILABLE,
        "kind": Kind.INVOICE,
        "supplier": stage.seller,
        "number": "S/1",
        "date": date(2024, 10, 5),
        "taxable": 100_000,
        "tax": TAX,
    }
    return PortalTwoBLine(**(whole | changes))


def theirs(stage, *lines):
    statement = PortalTwoB(recipient=stage.buyer, period=OCTOBER, generated_on=date(2024, 11, 14), lines=lines)
    return dumps(write_two_b(statement)).encode()


def test_every_section_is_written_with_its_availability_and_reason(stage):
    given = [{}, {"ineligible": "pos"}, {"reverse_charge": True}, {"date": date(2023, 3, 1)}]
    made = [stage.filed(stage.document(**content), form="IFF") for content in given]
    note = stage.filed(stage.document("credit_note", 90_000))
    stage.act("reject", note)
    lines = {line.number: line for line in drafted(stage).desk.export_2b(OCTOBER).lines}
    sections = {number: (line.section, line.itc_available, line.reason) for number, line in lines.items()}
    assert sections == {
        "S/1": (Section.ITC_AVAILABLE, "Y", ""),
        "S/2": (Section.ITC_NOT_AVAILABLE, "N", "P"),
        "S/3": (Section.ITC_AVAILABLE, "Y", ""),
        "S/4": (Section.ITC_NOT_AVAILABLE, "N", "C"),
        "S/5": (Section.ITC_REJECTED, "Y", ""),
    }
    assert len(made) == 4
    assert lines["S/3"].reverse_charge
    assert (lines["S/5"].tax, lines["S/5"].credit) == (Heads(igst=90_000), Heads(igst=-90_000))


@pytest.fixture
def amended(stage):
    """Amend a decided invoice of 18,000.00 IGST in the next 2B period; gives the lines of that period's GSTR-2B."""

    def amend(**content):
        original = stage.document(tax=TAX)
        stage.filed(original)
        stage.close()
        second = stage.document(**{"tax": TAX, "number": original.number, "amends": original, **content})
        stage.at("2024-12-10").filed(second, "2024-11")
        stage.at("2024-12-14").draft("2024-11")
        return stage.desk.export_2b(NOVEMBER).lines

    return amend


def test_an_amendment_brings_the_difference_and_shows_the_whole(amended):
    (line,) = amended(tax=Heads(igst=2_000_000))
    assert (line.amended, line.original) == (True, OriginalReference("S/1", date(2024, 10, 5)))
    assert (line.tax, line.entry) == (Heads(igst=2_000_000), Heads(igst=200_000))


def test_reverse_charge_stands_beside_what_it_takes_back(stage, amended):
    lines = amended(reverse_charge=True)
    assert sorted((line.reverse_charge, line.credit.igst) for line in lines) == [(False, -1_800_000), (True, 1_800_000)]
    available = written(stage, NOVEMBER)["data"]["itcsumm"]["itcavl"]
    assert (available["nonrevsup"]["igst"], available["revsup"]["igst"]) == (-18_000, 18_000)
    own = dumps(written(stage, NOVEMBER)).encode()
    assert stage.ims.compare_2b(own, "ours").differences == stage.ims.compare_2b([own], "ours").differences == ()


def test_what_the_recipient_reverses_themselves_is_no_line(amended):
    (line,) = amended(ineligible="pos")
    assert (line.section, line.reason) == (Section.ITC_NOT_AVAILABLE, "P")


def test_a_statement_that_is_not_there_is_no_statement(stage):
    with pytest.raises(InputError, match=f"was never generated here for {stage.buyer}; generate it first"):
        stage.desk.export_2b(OCTOBER)
    with pytest.raises(InputError, match="was never generated here"):
        stage.ims.compare_2b(theirs(stage, shown(stage)), "theirs")


@pytest.fixture
def sampled(stage):
    """The first sample, and the GSTR-2B that is drafted of it."""
    stage.ims.import_download((SAMPLES / "ims_2024-11.json").read_bytes(), "sample", actor="me")
    return drafted(stage)


def test_ours_written_and_read_again_differs_in_nothing(sampled):
    compared = sampled.ims.compare_2b(dumps(written(sampled)).encode(), "ours")
    assert (compared.differences, compared.warnings) == ((), ())
    assert compared.ours == compared.theirs


def test_our_totals_are_those_that_the_statement_is_told_with(sampled):
    differences = sampled.ims.compare_2b((SAMPLES / "gstr2b_2024-10.json").read_bytes(), "theirs").differences
    told = sampled.totals()["itc_available"].in_rupees()
    totals = [one for one in differences if one.what is What.TOTAL and "ITC Available" in one.sentence]
    assert totals
    for one in totals:
        head = one.sentence.removeprefix("net total of ITC Available: ").split()[0]
        amount = told[head.lower()]
        assert (one.ours, f"{money.shown(money.paise(str(amount)))} here" in one.sentence) == (str(amount), True)


def only(stage, *lines):
    compared = stage.ims.compare_2b(theirs(stage, *lines), "theirs")
    (difference,) = [one for one in compared.differences if one.what is not What.TOTAL]
    return difference


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"reverse_charge": True}, "faq.17"),
        ({"section": Section.ITC_NOT_AVAILABLE, "itc_available": "N", "reason": "P"}, "faq.4.i"),
        ({"section": Section.ITC_NOT_AVAILABLE, "itc_available": "N", "reason": "C"}, "faq.4.ii"),
        ({"section": Section.ITC_REVERSED}, "faq.8.5"),
        ({"invoice_type": "ISD"}, "faq.8.1"),
        ({"supplier": "0717USA00011NR1"}, "faq.8.1"),
        ({"kind": Kind.BILL_OF_ENTRY, "supplier": "", "number": "1/INNSA1", "invoice_type": "IMPG"}, "faq.8.2"),
    ],
)
def test_what_never_goes_through_ims_stands_apart_by_its_route(stage, changes, rule):
    compared = drafted(stage).ims.compare_2b(theirs(stage, shown(stage, **changes)))
    assert compared.differences == ()
    assert [(one.line.number, one.rule) for one in compared.not_through_ims] == [(changes.get("number", "S/1"), rule)]


def test_what_goes_through_ims_and_is_only_in_theirs_is_a_difference(stage):
    difference = only(drafted(stage), shown(stage))
    assert (difference.what, difference.rule) == (What.MISSING_HERE, None)
    # Since 2B period 2025-10 a bill of entry does (advisory.2025-10-30).
    bill = {"kind": Kind.BILL_OF_ENTRY, "supplier": "", "number": "1/INNSA1", "invoice_type": "IMPG"}
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    stage.at("2025-11-14").draft("2025-10")
    statement = PortalTwoB(
        recipient=stage.buyer, period=TaxPeriod("2025-10"), generated_on=None, lines=(shown(stage, **bill),)
    )
    compared = stage.ims.compare_2b(dumps(write_two_b(statement)).encode())
    assert (compared.differences[0].what, compared.not_through_ims) == (What.MISSING_HERE, ())


def test_of_a_part_what_it_leaves_out_is_no_difference(stage):
    for _ in range(2):
        stage.filed(stage.document(tax=TAX))
    drafted(stage)
    first, second = (
        json.dumps(json.loads(theirs(stage, shown(stage, number=number))) | {"fc": 2, "file_num": file}).encode()
        for file, number in enumerate(("S/1", "S/2"), start=1)
    )
    part = stage.desk.compare_2b([second])
    assert (part.partial, part.unlisted, part.differences) == ("lacks file 1 of 2", 1, ())
    whole = stage.desk.compare_2b(zipped(first, second))
    assert (whole.partial, whole.unlisted, whole.differences) == ("", 0, ())
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        stage.desk.compare_2b(zipped(b" " * (2 << 20)))


def zipped(*members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(members, start=1):
            archive.writestr(f"2b_{number}.json", content)
    return packed.getvalue()


def test_what_is_only_in_theirs_is_explained_by_what_is_known_here(stage):
    stage.act("keep_pending", stage.filed(stage.document(tax=TAX)))
    stage.filed(stage.document(tax=TAX), form="GSTR-1A")
    stage.saved(stage.document(tax=TAX))
    stage.shop.delete(stage.saved(stage.document(tax=TAX)))
    drafted(stage)
    told = [only(stage, shown(stage, number=f"S/{number}")) for number in (1, 2, 3, 4)]
    assert [one.rule for one in told] == ["faq.14.iii", "window.2b", "faq.15", "faq.15"]
    assert told[0].sentence.endswith("here it is left out, because it is pending")
    assert told[1].sentence.endswith("here it belongs to 2B period 2024-11")


def test_what_is_only_in_ours_is_told_without_a_reason(stage):
    for _ in range(2):
        stage.filed(stage.document(tax=TAX))
    difference = only(drafted(stage), shown(stage))
    assert (difference.what, difference.number, difference.rule) == (What.MISSING_THERE, "S/2", None)


def test_what_the_portals_statement_shows_is_moved_there_with_the_reason(stage):
    """Where its own GSTR-2B shows a record outranks what sightings prove; what was decided stays."""
    late, saved, decided = (stage.document(tax=TAX) for _ in range(3))
    filed, only = SupplierStatus.FILED, SupplierStatus.SAVED
    stage.at("2024-11-12").receive(stage.seen(late, only), stage.seen(saved, only), stage.seen(decided, filed))
    stage.at("2024-11-13").receive(stage.seen(late, SupplierStatus.FILED))
    ids = {record.document.number: record.id for record in stage.desk.records()}
    assert stage.record(ids[late.number]).two_b_period == NOVEMBER
    drafted(stage)
    lines = [shown(stage, number=document.number) for document in (late, saved, decided)]
    assert stage.desk.compare_2b(theirs(stage, *lines)).adopted == ()
    done = stage.ims.compare_2b(theirs(stage, *lines), adopt=True, actor="me")
    assert [(moved.record_id, moved.before) for moved in done.adopted] == [
        (ids[late.number], NOVEMBER),
        (ids[saved.number], None),
    ]
    assert {stage.record(ids[document.number]).two_b_period for document in (late, saved)} == {OCTOBER}
    step = stage.desk.history(ids[late.number]).transitions[-1]
    assert (step.trigger, step.source, step.dest, step.rules) == ("place", "no_action", "no_action", ("window.2b",))
    assert "the portal's GSTR-2B shows it there" in (step.detail or "")
    assert stage.desk.two_b(OCTOBER).two_b.state == "stale"
    stage.draft()
    assert stage.desk.compare_2b(theirs(stage, *lines), adopt=True).differences == ()
    stage.at("2024-11-15").receive(stage.seen(late, SupplierStatus.FILED))
    assert stage.record(ids[late.number]).two_b_period == OCTOBER
    assert not stage.faults()


def test_what_waited_since_a_period_before_is_where_the_portal_shows_it(stage):
    """It belongs to the period in which it was filed, and stands in the GSTR-2B of the one in which it is accepted."""
    waiting = stage.filed(stage.document(tax=TAX))
    stage.at("2024-11-14").act("keep_pending", waiting)
    stage.draft()
    stage.at("2024-11-20").desk.file_3b(OCTOBER)
    stage.at("2024-12-05").act("accept", waiting)
    stage.at("2024-12-15").draft(NOVEMBER)
    own = write_two_b(stage.desk.export_2b(NOVEMBER))
    assert [line.number for line in stage.desk.export_2b(NOVEMBER).lines] == [stage.record(waiting).document.number]
    before = stage.desk.history(waiting).transitions
    compared = stage.desk.compare_2b(dumps(own).encode(), adopt=True)
    assert (compared.differences, compared.adopted) == ((), ())
    assert stage.desk.history(waiting).transitions == before
    assert stage.record(waiting).two_b_period == OCTOBER


def test_of_two_amendments_of_one_number_the_one_that_is_shown_is_moved(stage):
    """The line's return period tells the two apart; what is in the period already keeps the other out of it."""
    original = stage.document(tax=TAX)
    stage.filed(original)
    drafted(stage)
    again = stage.document(tax=TAX, amends=original, number=original.number)
    first = stage.filed(again, "2024-10", "GSTR-1A")
    second = stage.at("2024-12-15").filed(again, "2024-11")
    assert [stage.record(record).two_b_period for record in (first, second)] == [NOVEMBER, TaxPeriod("2024-12")]
    amended = {"amended": True, "original": again.amends}
    portals = theirs(stage, shown(stage), shown(stage, **amended, return_period=OCTOBER))
    for moved in ([(first, NOVEMBER)], []):
        adopted = stage.desk.compare_2b(portals, adopt=True).adopted
        assert [(move.record_id, move.before) for move in adopted] == moved
    assert stage.record(second).two_b_period == "2024-12"
