"""Time runs forwards within a log: what would be dated before what was done last is refused, unless a reason is given.

The audit finds what runs back without one, and what the machine's own clock wrote in another order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from ims_fsm import Proposal, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.record.moments import CLOCKS_APART, is_apart, newest, runs_back
from ims_fsm.store import audit
from ims_fsm.store.connection import writing
from ims_fsm.store.tables import Table
from ims_fsm.terms.vocabulary import SupplierStatus, Trigger
from ims_fsm.workflow.engine import workspace_of

NOON = datetime(2024, 11, 12, 6, 30, tzinfo=UTC)
OCTOBER = TaxPeriod("2024-10")
WHY = "the papers came late"


@pytest.fixture
def late(stage: Any) -> Any:
    """A record that was accepted on 12 November, one that was saved then, and a clock that stands on the tenth."""
    stage.at("2024-11-12")
    stage.filed()
    stage.saved(period="2024-11")
    stage.act("accept", 1)
    return stage.at("2024-11-10")


def dated(stage: Any, why: str | None = None) -> Any:
    return stage.ims.recipient(stage.buyer, actor="asha", backdate=why)


def shop(stage: Any, why: str | None = None) -> Any:
    return stage.ims.supplier(stage.seller, actor="seller", backdate=why)


def reasons(stage: Any, record_id: int) -> list[str | None]:
    return [entry.backdate for entry in stage.desk.history(record_id).transitions]


STEPS: dict[str, Callable[[Any, str | None], object]] = {
    "one record": lambda stage, why: dated(stage, why).reject(1),
    "a supplier's edit": lambda stage, why: shop(stage, why).edit(2, {"taxable": 7}),
    "a supplier's deletion": lambda stage, why: shop(stage, why).delete(2),
}


@pytest.mark.parametrize("what", STEPS)
def test_what_is_dated_before_the_last_step_is_refused(late: Any, what: str) -> None:
    before = late.tables()
    with late.refused("dated_back", "rule.56_8") as refusals:
        STEPS[what](late, None)
    assert "has a step of 2024-11-12 12:00:00 IST, and this one would be dated 2024-11-10" in refusals[0].sentence
    assert refusals[0].remedy.endswith("give the reason why it is dated back (backdate)")
    assert late.tables() == before


@pytest.mark.parametrize(("what", "record_id"), [("one record", 1), ("a supplier's edit", 2)])
def test_with_a_reason_it_is_done_and_the_log_has_the_reason(late: Any, what: str, record_id: int) -> None:
    STEPS[what](late, WHY)
    assert reasons(late, record_id)[-1] == WHY
    assert late.record(record_id).last_at == NOON
    audited = audited_by(late)
    assert audited.faults == ()
    assert [note.what.partition(": ")[2] for note in audited.notes if "dated back" in note.what] == [WHY]


def test_what_comes_after_the_newest_step_alone_is_in_turn_again(late: Any) -> None:
    """A step that is dated back does not turn the clock back for those that follow."""
    dated(late, WHY).reject(1)
    late.at("2024-11-11")
    with late.refused("dated_back", "rule.56_8"):
        late.act("accept", 1)
    late.at("2024-11-12").act("accept", 1)
    assert reasons(late, 1) == [None, WHY, None]


def test_in_sets_it_is_a_group_of_the_refused(late: Any) -> None:
    late.filed()  # on the tenth, and so in turn
    report = dated(late).act_on("reject")
    assert (report.applied, report.refused_records, report.by_rule()) == (1, 2, {"rule.56_8": 2})
    (group,) = report.refused
    assert [(told.code, told.rule) for told in group.refusals] == [("dated_back", "rule.56_8")]
    assert [example.record_id for example in group.examples] == [1, 2]
    done = dated(late, WHY).act_on("reject", ids=[1, 2])
    assert (done.applied, done.refused_records) == (2, 0)
    assert (reasons(late, 1), reasons(late, 2), reasons(late, 3)) == ([None, WHY], [WHY], [None])
    assert audited_by(late).faults == ()


def test_a_file_of_actions_reports_it_row_by_row(late: Any) -> None:
    late.filed()
    rows = [Proposal(place=f"row {n}", trigger=Trigger.REJECT, record_id=n) for n in (1, 3)]
    judged = dated(late).apply(rows)
    assert [[told.code for told in row.refusals] for row in judged.rows] == [["dated_back"], []]
    assert not dated(late, WHY).apply(rows[:1]).refused
    assert reasons(late, 1) == [None, WHY]


def test_who_asks_is_told(late: Any) -> None:
    answer = late.desk.may("reject", 1)
    assert [told.code for told in answer.refusals] == ["dated_back"]
    assert {told.code for refusals in late.desk.show(1).may.values() for told in refusals} == {"dated_back"}
    assert {code for row in late.desk.listed() for code in map(len, row.may.values())} == {1}


def test_a_return_is_generated_and_filed_after_what_was_done_last_to_it(stage: Any) -> None:
    stage.at("2024-11-05").filed()
    stage.at("2024-11-20").desk.generate_2b(OCTOBER)
    stage.at("2024-11-18")
    for call in (dated(stage).generate_2b, lambda period: dated(stage).file_3b(period, consent=True)):
        with stage.refused("dated_back", "rule.56_8") as refusals:
            call(OCTOBER)
        assert refusals[0].sentence.startswith("GSTR-2B of 2024-10 of 27AAPFU0939F1ZV has a step of 2024-11-20")
    assert dated(stage, WHY).generate_2b(OCTOBER).generation == 2
    dated(stage, WHY).file_3b(OCTOBER, consent=True)
    assert reasons(stage, 1) == [WHY]
    audited = audited_by(stage)
    assert (audited.faults, sum(WHY in note.what for note in audited.notes)) == ((), 3)


def test_an_action_that_would_make_a_later_draft_stale_is_refused(stage: Any) -> None:
    stage.at("2024-11-05").filed()
    stage.at("2024-11-14").draft()
    stage.at("2024-11-13")
    with stage.refused("dated_back", "rule.56_8") as refusals:
        stage.act("reject", 1)
    assert refusals[0].sentence.startswith("GSTR-2B of 2024-10")
    assert (stage.states(), stage.log(1)) == ({1: "no_action"}, [])


def test_a_form_is_filed_after_what_was_done_last_to_its_documents(late: Any) -> None:
    filed = shop(late, WHY).file("GSTR-1", TaxPeriod("2024-11"))
    assert filed.records == {}
    assert [told.code for answer in filed.refused for told in answer.refusals] == ["filed_too_early"]
    assert not late.record(2).filed


def test_the_sweep_leaves_what_is_ahead_of_its_clock(stage: Any) -> None:
    """A clock that was put back ends nothing of what was done after it; once it has come there it does."""
    stage.at("2024-11-12").filed(stage.document(date=date(2023, 4, 5)))
    stage.act("keep_pending", 1)
    passed = stage.record(1).cutoff_at
    with writing(workspace_of(stage.ims).engine) as connection:
        connection.execute(text("UPDATE ims_record SET last_at = '2024-12-05 00:00:00.000000'"))
    stage.at(passed).ims.sweep()
    assert stage.states() == {1: "pending"}
    stage.at("2024-12-06").ims.sweep()
    assert stage.states() == {1: "removed"}


def test_a_download_may_be_taken_in_when_the_clock_was_put_back(stage: Any) -> None:
    """What the portal showed is a fact, whenever it is told: the log says why it is dated back."""
    document = stage.document()
    saved, filed = SupplierStatus.SAVED, SupplierStatus.FILED
    (record_id,) = stage.at("2024-11-12").receive(stage.seen(document, saved)).new
    changed = stage.seen(document.changed(taxable=5), filed)
    stage.at("2024-11-10").receive(changed)
    stage.at("2024-11-13").receive(changed)
    audited = audited_by(stage)
    assert not [fault for fault in audited.faults if fault.code == "time"]
    assert stage.record(record_id).last_at >= NOON


def test_a_download_has_the_reason_of_whoever_takes_it_in(stage: Any) -> None:
    document = stage.document()
    (record_id,) = stage.at("2024-11-08").receive(stage.seen(document, SupplierStatus.SAVED)).new
    stage.at("2024-11-12").act("accept", record_id)
    stage.at("2024-11-10")
    dated(stage, WHY).receive([stage.seen(document.changed(taxable=5), SupplierStatus.SAVED)])
    assert reasons(stage, record_id) == [None, WHY]


def test_a_minute_is_what_clocks_may_be_apart(late: Any) -> None:
    late.clock.set(NOON - CLOCKS_APART)
    late.act("reject", 1)
    assert (late.record(1).last_at, reasons(late, 1)) == (NOON, [None, None])
    assert audited_by(late).faults == ()
    late.clock.set(NOON - CLOCKS_APART - timedelta(seconds=1))
    with late.refused("dated_back", "rule.56_8"):
        late.act("accept", 1)


def test_a_reason_is_a_text_of_one_line(stage: Any) -> None:
    for why in ("", "  ", "two\nlines", 7):
        with pytest.raises(InputError, match="backdate"):
            dated(stage, why)  # type: ignore[arg-type]  # what a caller may give


def test_a_key_belongs_to_its_reason(late: Any) -> None:
    first = dated(late, WHY).reject(1, key="k")
    assert dated(late, WHY).reject(1, key="k") == first
    with pytest.raises(Exception, match="belongs to an earlier request"):
        dated(late, "another").reject(1, key="k")


def test_what_is_dated_last_month_with_nothing_younger_is_allowed_and_noted(stage: Any) -> None:
    stage.at("2024-11-12").filed()
    stage.act("accept", 1)
    (step,) = stage.desk.history(1).transitions
    assert step.is_apart
    assert step.recorded_at > step.at
    (note,) = audited_by(stage).notes
    assert note.what.startswith("is dated 2024-11-12 12:00:00 IST and was written at 20")


def test_the_machines_clock_is_what_says_when_a_row_was_written(stage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(workspace_of(stage.ims), "machine_clock", lambda: NOON + timedelta(seconds=3))
    stage.at("2024-11-12").filed()
    stage.desk.accept(1, key="k-1")
    stage.desk.file_annual_return("2022-23")
    stage.at("2024-11-14").ims.sweep()
    assert stage.desk.seal().recorded_at == NOON + timedelta(seconds=3)
    written = ("ims_log_call", "ims_record_content", "ims_two_b_log", "ims_request", "ims_seal")
    with workspace_of(stage.ims).asking() as unit:
        for table in written:
            query = select(Table.metadata.tables[table].c.recorded_at).distinct()
            assert unit.connection.execute(query).scalars().all() == [NOON + timedelta(seconds=3)], table
        # Taxpayers were registered before the clock was set; since then there was an annual return.
        earliest = select(func.min(Table.metadata.tables["ims_taxpayer_log"].c.recorded_at))
        assert unit.connection.execute(earliest).scalar_one() == NOON + timedelta(seconds=3)
    (step,) = stage.desk.history(1).transitions
    assert (step.recorded_at, step.is_apart) == (NOON + timedelta(seconds=3), False)


def test_every_row_with_a_moment_that_somebody_gives_has_that_of_the_machine_too() -> None:
    """docs/reliability.md says why these have none."""
    without = {"ims_liability", "ims_download", "ims_uploaded"}
    tables = Table.metadata.tables.items()
    assert without == {name for name, table in tables if "at" in table.c and "recorded_at" not in table.c}


FORGED = {
    "a step": ("ims_log_call SET at = '2024-11-10 06:30:00.000000' WHERE number = 2", "before a step before it"),
    "a reason that is gone": ("ims_log_call SET backdate = NULL WHERE number = 3", "before a step before it"),
    "a step before its content": (
        "ims_log_call SET at = '2024-11-10 06:30:00.000000' WHERE number = 1",
        "before the content that it was decided on",
    ),
    "a moment of the machine": (
        "ims_log_call SET recorded_at = '2024-11-10 06:30:00.000000' WHERE number = 2",
        "written",
    ),
    "the newest moment": ("ims_record SET last_at = '2024-11-10 06:30:00.000000' WHERE id = 1", "as last_at"),
    "the newest moment of a return": ("ims_two_b SET last_at = NULL", "as last_at"),
}


@pytest.mark.parametrize("what", FORGED)
def test_the_audit_finds_time_that_was_turned_back(late: Any, disarmed: Any, what: str) -> None:
    late.at("2024-11-12 13:00").act("reject", 1)
    late.at("2024-11-10")
    dated(late, WHY).accept(1)
    late.at("2024-11-14").draft()
    assert audited_by(late).faults == ()
    change, sentence = FORGED[what]
    with writing(workspace_of(late.ims).engine) as connection, disarmed(connection):
        assert connection.execute(text(f"UPDATE {change}")).rowcount == 1
    faults = [fault.what for fault in audited_by(late).faults if fault.code == "time"]
    assert any(sentence in fault for fault in faults), faults


def audited_by(stage: Any) -> Any:
    with workspace_of(stage.ims).asking() as unit:
        return audit.verify(unit.connection, book=stage.ims.book)


def test_moments_are_compared_by_what_clocks_may_differ() -> None:
    before, behind = NOON - CLOCKS_APART, NOON - CLOCKS_APART - timedelta(microseconds=1)
    assert [runs_back(at, NOON) for at in (NOON, before, behind)] == [False, False, True]
    assert not runs_back(NOON, None)
    assert [newest(last, NOON) for last in (None, behind, NOON + CLOCKS_APART)] == [NOON, NOON, NOON + CLOCKS_APART]
    assert [is_apart(NOON, at) for at in (before, behind, NOON + CLOCKS_APART)] == [False, True, False]
