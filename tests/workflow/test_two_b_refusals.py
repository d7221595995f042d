"""When GSTR-2B is not generated: each refusal once."""

from __future__ import annotations

from datetime import date

from ims_fsm import TaxPeriod

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")


# --- refusals -------------------------------------------------------------------------------------------------------


def generated(stage, period="2024-10", gstin=None):
    return stage.ims.recipient(gstin or stage.buyer, actor="buyer").generate_2b(TaxPeriod(period))


def test_it_is_not_generated_before_the_14th(stage):
    stage.filed()
    stage.at("2024-11-13 23:59")
    with stage.refused("two_b_not_yet_open", "faq.23"):
        generated(stage)
    assert generated(stage.at("2024-11-14 00:00")).state == "draft"


def test_it_waits_for_the_gstr3b_before(stage):
    """FAQ 25; the first period that owes one has none before it."""
    stage.at("2024-12-14")
    with stage.refused("previous_3b_not_filed", "faq.25"):
        generated(stage, "2024-11")
    stage.close()
    assert generated(stage, "2024-11").state == "draft"


def test_it_is_not_generated_after_its_gstr3b(stage):
    stage.close()
    with stage.refused("three_b_filed", "faq.26"):
        generated(stage)


def test_before_registration_it_counts_as_filed(stage):
    stage.taxpayer(stage.buyer, registered_from="2024-11")
    stage.at("2024-12-14")
    with stage.refused("three_b_filed", "faq.26"):
        generated(stage)
    assert generated(stage, "2024-11").state == "draft"


def test_a_quarterly_taxpayer_has_one_for_the_quarter(stage):
    stage.taxpayer(stage.buyer, filing="quarterly")
    record_id = stage.filed()
    stage.at("2025-01-14")
    with stage.refused("no_monthly_2b_for_quarterly", "faq.27"):
        generated(stage, "2024-11")
    generated(stage, "2024-12")
    assert [line.record_id for line, _ in stage.desk.two_b(TaxPeriod("2024-12")).lines] == [record_id]


def test_a_quarter_begins_before_registration_and_has_its_2b(stage):
    stage.taxpayer(stage.buyer, filing="quarterly", registered_from="2024-11")
    assert generated(stage.at("2025-01-14"), "2024-12").state == "draft"


def test_only_some_taxpayers_get_one(stage):
    stage.taxpayer(stage.buyer, kind="composition")
    stage.at("2024-11-14")
    with stage.refused("taxpayer_not_eligible", "faq.9"):
        generated(stage)


def test_generating_ends_what_time_has_ended(stage):
    """FAQ 21: what section 16(4) has passed is removed and not shown."""
    record_id = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.act("keep_pending", record_id)
    stage.at("2024-12-01 00:00").draft()
    assert (stage.record(record_id).removed_for, stage.left_out()) == ("sec_16_4", {record_id: "faq.21"})
    # It is told of until the GSTR-2B of the tax period in which its time ran out.
    assert [stage.left_out(period) for period in ("2024-11", "2024-12")] == [{record_id: "faq.21"}, {}]
