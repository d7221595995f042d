"""GSTR-3B is filed past amendments that it leaves out, and for a period of long ago, only with consent."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import ConsentError, Heads, InputError, RefusedError


def unknown(stage, kind="invoice", igst=900, number="GONE/1"):
    """File an amendment of a document that never came here; returns its record's id."""
    original = stage.document(kind, number=number, date=date(2024, 6, 5))
    return stage.filed(stage.document(kind, igst, amends=original))


@pytest.fixture
def drafted(stage):
    """A stage with the draft of October, which leaves two amendments out."""
    stage.at("2024-11-09").filed()
    stage.waiting = [unknown(stage), unknown(stage, "credit_note", 70, "GONE/2")]
    stage.at("2024-11-15").desk.generate_2b("2024-10")
    return stage


def test_it_names_what_it_would_leave_out_with_its_tax_and_writes_nothing(drafted):
    before = drafted.tables()
    with pytest.raises(ConsentError) as asked:
        drafted.desk.file_3b("2024-10", key="filing")
    assert drafted.tables() == before
    error = asked.value
    assert ([record.id for record in error.left_out], error.tax) == (drafted.waiting, Heads(igst=970))
    (refusal,) = error.refusals
    assert (error.code, refusal.rule, refusal.remedy) == (
        "consent_needed",
        "faq.13.1",
        "state how it was decided, or file it all the same with consent=True",
    )
    assert refusal.sentence.startswith("2 amendments are in no GSTR-2B, with tax of 9.70 IGST, because how ")
    assert f"(record {drafted.waiting[1]}, 0.70 IGST)" in refusal.sentence
    assert [row["record_id"] for row in error.as_dict()["left_out"]] == drafted.waiting
    filed = drafted.desk.file_3b("2024-10", consent=True, key="filing")
    assert filed.decided == {"deemed_accepted": 1}
    assert drafted.desk.file_3b("2024-10", consent=True, key="filing") == filed


def test_what_is_stated_is_not_asked_for(drafted):
    for record_id in drafted.waiting:
        drafted.desk.state_original(record_id, "accepted")
    drafted.desk.generate_2b("2024-10")
    assert drafted.desk.file_3b("2024-10").decided == {"deemed_accepted": 3}


def test_what_the_rules_refuse_is_refused_and_not_asked_for(stage):
    unknown(stage.at("2024-11-09"))
    with pytest.raises(RefusedError) as refused:
        stage.desk.file_3b("2024-10")
    assert (type(refused.value), refused.value.code) == (RefusedError, "two_b_missing")


@pytest.mark.parametrize(("day", "is_asked"), [("2025-10-31", False), ("2025-11-01", True)])
def test_a_period_of_more_than_a_year_ago_wants_consent(stage, day, is_asked):
    stage.at("2024-11-09").filed()
    stage.at(day).desk.generate_2b("2024-10", consent=is_asked)
    if is_asked:
        with pytest.raises(ConsentError) as asked:
            stage.desk.file_3b("2024-10")
        assert asked.value.refusals[0].sentence == "2024-10 is more than 12 months ago"
        assert not asked.value.left_out
    assert stage.desk.file_3b("2024-10", consent=is_asked).decided == {"deemed_accepted": 1}


def test_consent_is_yes_or_no(stage):
    with pytest.raises(InputError, match="is not true or false"):
        stage.desk.file_3b("2024-10", consent="no")
