"""What a recipient does with their records, in both rule sets; what is refused them is told by the scenarios."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod
from ims_fsm.terms.vocabulary import State

OCTOBER = TaxPeriod("2024-10")
ACTIONS = {
    "accept": State.ACCEPTED,
    "reject": State.REJECTED,
    "keep_pending": State.PENDING,
    "reset": State.NO_ACTION,
}


@pytest.mark.parametrize("status", ["saved", "filed"])
@pytest.mark.parametrize("first", ACTIONS)
@pytest.mark.parametrize("second", ACTIONS)
def test_every_action_replaces_every_other(stage, status, first, second):
    """FAQ 12: the latest overwrites; each firing is a row of the log, the same again too."""
    record_id = getattr(stage, status)()
    stage.act(first, record_id)
    record = stage.act(second, record_id, remarks="as agreed")
    assert (record.state, record.remarks, record.acted_at) == (ACTIONS[second], "as agreed", stage.now)
    assert (record.seq, record.version) == (2, record.version)
    assert stage.log(record_id) == [first, second]
    entry = stage.desk.history(record_id).transitions[-1]
    assert (entry.source, entry.dest, entry.actor) == (ACTIONS[first], ACTIONS[second], "buyer")
    assert (entry.record_version, entry.detail) == (record.version - 1, '{"remarks": "as agreed"}')
    assert not stage.faults()


def test_an_action_takes_the_words_of_the_one_before_away(stage):
    record_id = stage.saved()
    stage.act("reject", record_id, remarks="not ours")
    assert stage.act("reset", record_id).remarks is None


# --- one action -------------------------------------------------------------------------------------------------------


def test_an_action_may_be_bound_to_the_version_it_was_chosen_on(stage):
    record_id = stage.saved()
    seen = stage.record(record_id).version
    stage.shop.edit(record_id, {"igst": 1})
    with stage.refused("stale_version", "faq.16.1"):
        stage.act("accept", record_id, version=seen)
    assert stage.act("accept", record_id, version=stage.record(record_id).version).state == State.ACCEPTED


@pytest.mark.parametrize("trigger", ["accept", "reject", "keep_pending", "reset"])
def test_an_action_answers_with_the_record_as_it_left_it(stage, trigger):
    """Under a key too, whatever has become of the record since."""
    record_id = stage.saved()
    stage.act("reject", record_id)
    acted = stage.act(trigger, record_id, remarks="seen", key="k")
    assert acted == stage.record(record_id)
    stage.act("reset", record_id)
    assert stage.act(trigger, record_id, remarks="seen", key="k") == acted


def test_one_action_takes_four_statements(stage):
    """The record with its recipient, its row, its call and its step: nothing is read twice.

    PostgreSQL first holds the recipient, and writes the three in one statement: it holds them no longer than it must.
    """
    first, record_id = stage.filed(), stage.filed()
    stage.desk.accept(first)
    with stage.statements() as run:
        stage.desk.accept(record_id)
    held, read = (
        "SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(),",
        "SELECT ims_record.recipient_gstin,",
    )
    assert [" ".join(one.split()[:2]) for one in run] == {
        "sqlite": [read, "UPDATE ims_record", "INSERT INTO", "INSERT INTO"],
        "postgresql": [held, read, "WITH moved"],
    }[stage.ims._workspace.engine.dialect.name]


def test_drafts_are_looked_for_only_where_there_is_one(stage):
    record_id = stage.filed()
    stage.at("2024-11-15").draft()
    with stage.statements() as run:
        stage.desk.act("accept", record_id)
    assert any("SELECT ims_two_b." in " ".join(one.split()) for one in run)
    assert stage.desk.two_b(OCTOBER).two_b.state == "stale"


def test_all_refusals_come_together(stage):
    record_id = stage.at("2024-10-12").saved(stage.document("credit_note"))
    with stage.refused("ims_not_open", "faq.3") as found:
        stage.act("keep_pending", record_id, remarks="x" * 251, reduce_itc="full")
    assert [refusal.code for refusal in found] == [
        "ims_not_open",
        "remarks_too_long",
        "itc_reduction_not_applicable",
        "pending_not_allowed",
    ]


# --- from October 2025 ----------------------------------------------------------------------------------------------


@pytest.fixture
def later(stage):
    """A credit note of 2B period 2025-10."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    document = stage.document("credit_note", 10_000, date=date(2025, 10, 5))
    return stage.at("2025-11-09"), stage.filed(document, "2025-10")


@pytest.mark.parametrize(
    ("reduce_itc", "kept"),
    [
        (None, (None, Heads())),
        ("full", ("full", Heads(igst=10_000))),
        ("none", ("none", Heads())),
        (Heads(igst=4_000), ("partial", Heads(igst=4_000))),
        (Heads(), ("partial", Heads())),
        (Heads(igst=10_000), ("full", Heads(igst=10_000))),
    ],
)
def test_what_is_declared_is_kept(later, reduce_itc, kept):
    stage, record_id = later
    record = stage.act("accept", record_id, reduce_itc=reduce_itc, remarks="the rest was never availed")
    assert (record.reduction, record.declared) == kept


@pytest.mark.parametrize("declared", ["absent", "all", 5, {"igst": 1}])
def test_what_declares_nothing_is_no_declaration(later, declared):
    stage, record_id = later
    with stage.unreadable(f"{declared!r}: declares nothing; declare full, none, or the amounts per head in paise"):
        stage.act("accept", record_id, reduce_itc=declared)
