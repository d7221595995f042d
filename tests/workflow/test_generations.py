"""Generations of a GSTR-2B: what stood in each, what two of them have otherwise, and why each line changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ims_fsm import ChangeReason, Form, MissingError, State, SupplierStatus, TaxPeriod
from ims_fsm.cli import returns as in_print
from ims_fsm.record.generations import why
from ims_fsm.web.screens import two_b as on_screens
from tests.workflow.conftest import Seen

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")


def lines(stage, generation=None, period=OCTOBER):
    return [replace(line, record_version=0) for line, _ in stage.desk.two_b_lines(period, generation=generation)]


def changed(stage, older=1, newer=None, period=OCTOBER):
    return [
        (
            change.record.id,
            change.before and (str(change.before.section), change.before.decision, change.before.tax.igst),
            change.after and (str(change.after.section), change.after.decision, change.after.tax.igst),
            str(change.why.reason),
            change.why.by.id,
        )
        for change in stage.desk.two_b_changes(period, older, newer)
    ]


def copied(stage):
    return len(stage.tables()["ims_two_b_replaced"])


@pytest.mark.both
def test_each_generation_stands_as_it_stood(stage):
    """Three of five records change, come and go again: what each generation said is said for ever."""
    ids = [stage.filed(stage.document(igst=1_000 * number)) for number in range(1, 6)]
    stood, totals = [], []

    def generated():
        stage.draft()
        view = stage.desk.two_b(OCTOBER)
        stood.append([replace(line, record_version=0) for line, _ in view.lines])
        totals.append((view.totals, view.size, view.decided))

    stage.at("2024-11-14")
    generated()
    for moves in ([("reject", 0)], [("keep_pending", 1)], [("reset", 0), ("accept", 1)], [("accept", 1)], []):
        for action, place in moves:
            stage.act(action, ids[place])
        generated()
    assert [lines(stage, number) for number in range(1, 7)] == stood
    views = [stage.desk.two_b(OCTOBER, generation=number, with_lines=False) for number in range(1, 7)]
    assert [(view.totals, view.size, view.decided) for view in views] == totals
    assert [view.is_newest for view in views] == [False] * 5 + [True]
    assert [view.two_b.generation for view in views] == [1, 2, 3, 4, 5, 6]
    every = views[0].generations
    assert [(of.number, of.lines, of.changed, of.actor) for of in every] == [
        (1, 5, 0, "buyer"), (2, 5, 1, "buyer"), (3, 4, 1, "buyer"), (4, 5, 2, "buyer"), (5, 5, 0, "buyer"),
        (6, 5, 0, "buyer"),
    ]  # fmt: skip
    assert copied(stage) == 4, "nothing is kept of a line that did not change"
    assert not stage.faults()
    assert stage.desk.export_2b(OCTOBER, generation=3).lines != stage.desk.export_2b(OCTOBER).lines
    # Whatever two are compared, the older one with its changes is the newer one.
    for older in range(1, 7):
        for newer in range(older, 7):
            after = {(line.record_id, line.entry): line for line in stood[older - 1]}
            for change in stage.desk.two_b_changes(OCTOBER, newer, older):
                of = change.after or change.before
                assert (after.get((of.record_id, of.entry)) is None) == (change.before is None)
                after.pop((of.record_id, of.entry), None)
                if change.after is not None:
                    after[of.record_id, of.entry] = replace(change.after, record_version=0)
            assert sorted(after.values(), key=lambda line: line.record_id) == stood[newer - 1]


@pytest.mark.both
def test_pages_of_lines_and_of_changes_begin_behind_a_record(stage):
    original = stage.document(igst=100)
    stage.filed(original)
    stage.close()
    ids = [stage.filed(stage.document(), "2024-11") for _ in range(3)]
    # What is moved to the reverse charge brings two lines: they are not parted.
    ids.append(stage.filed(stage.document(igst=100, amends=original, reverse_charge=True), "2024-11"))
    ids.append(stage.filed(stage.document(), "2024-11"))
    stage.at("2024-12-14").draft("2024-11")
    stage.desk.act_on("reject", ids=ids[:3])
    stage.draft("2024-11")
    desk = stage.desk
    for generation in (1, 2, None):
        whole = [line for line, _ in desk.two_b_lines(NOVEMBER, generation=generation)]
        paged, after = [], None
        while page := list(desk.two_b_lines(NOVEMBER, generation=generation, after=after, limit=2)):
            assert len(page) <= 3
            paged += [line for line, _ in page]
            after = page[-1][1].id
        assert paged == whole
        assert len(whole) == 6
    assert [change.record.id for change in desk.two_b_changes(NOVEMBER, 1, after=ids[0], limit=1)] == [ids[1]]


def test_a_page_reads_no_more_than_itself(stage):
    for _ in range(30):
        stage.filed()
    stage.at("2024-11-14").draft()

    def read(of):
        with stage.statements() as run:
            assert len(list(of)) == 3
        return [text for text in run if "FROM ims_two_b_line" in text]

    (few,) = read(stage.desk.two_b_lines(OCTOBER, limit=3))
    assert "LIMIT" in few


@pytest.mark.both
def test_an_action_is_the_reason_with_who_took_it(stage):
    rejected, pending, back = (stage.filed(stage.document(igst=amount)) for amount in (1_000, 2_000, 3_000))
    stage.act("keep_pending", back)
    stage.at("2024-11-14").draft()
    stage.act("reject", rejected)
    stage.act("keep_pending", pending)
    stage.act("accept", back)
    stage.draft()
    available = "itc_available"
    assert changed(stage) == [
        (rejected, (available, "deemed_accepted", 1_000), ("itc_rejected", "rejected", 1_000), "action", rejected),
        (pending, (available, "deemed_accepted", 2_000), None, "action", pending),
        (back, None, (available, "accepted", 3_000), "action", back),
    ]
    (first, *_) = stage.desk.two_b_changes(OCTOBER, 1)
    assert (first.why.step.trigger, first.why.step.actor, first.why.rule) == ("reject", "buyer", "faq.10.ii")


@pytest.mark.both
def test_what_a_late_import_shows_comes_by_it(stage):
    """The portal made both files before the 14th: one record is new here, the other was rejected there."""
    first = Seen(stage.document(igst=200), supplier_status=SupplierStatus.FILED)
    stage.at("2024-11-10").receive(first)
    stage.at("2024-11-14").draft()
    second = Seen(stage.document(igst=300), supplier_status=SupplierStatus.FILED)
    stage.at("2024-11-11").receive(second, replace(first, action=State.REJECTED))
    stage.at("2024-11-15").draft()
    assert changed(stage) == [
        (1, ("itc_available", "deemed_accepted", 200), ("itc_rejected", "rejected", 200), "import", 1),
        (2, None, ("itc_available", "deemed_accepted", 300), "import", 2),
    ]


@pytest.mark.both
def test_an_amendment_takes_the_place_of_what_it_amends(stage):
    original = stage.document(igst=100)
    first = stage.filed(original)
    stage.at("2024-11-14").draft()
    stage.act("accept", first)
    amended = stage.document(igst=80, amends=original)
    shown = Seen(amended, supplier_status=SupplierStatus.FILED, form=Form.GSTR_1)
    second = stage.at("2024-11-11").receive(shown).new[0]
    stage.at("2024-11-15").draft()
    assert changed(stage) == [
        (first, ("itc_available", "deemed_accepted", 100), None, "amendment", second),
        (second, None, ("itc_available", "deemed_accepted", 80), "amendment", second),
    ]


def test_a_time_limit_is_the_reason_of_what_it_ends(stage):
    """FAQ 21: nobody acted, and what was kept pending by then is not in it either."""
    record = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.at("2024-11-14").draft()
    stage.act("keep_pending", record)
    stage.at("2024-12-01 00:00").draft()
    assert [entry[3] for entry in changed(stage)] == ["time_limit"]


def test_a_stated_original_lets_its_amendment_in(stage):
    elsewhere = stage.document(number="OLD/1", date=date(2024, 9, 1), igst=100)
    record = stage.filed(stage.document(igst=120, amends=elsewhere))
    stage.at("2024-11-14").draft()
    stage.desk.state_original(record, "accepted", elsewhere)
    stage.draft()
    assert changed(stage) == [(record, None, ("itc_available", "deemed_accepted", 20), "original", record)]


def test_a_generation_that_is_not_there_is_said(stage):
    for call in (
        lambda: stage.desk.two_b(OCTOBER, generation=1),
        lambda: list(stage.desk.two_b_lines(OCTOBER, generation=1)),
        lambda: list(stage.desk.two_b_changes(OCTOBER, 1)),
    ):
        with pytest.raises(MissingError, match="generation 1 of 2024-10: was never generated; generate it first"):
            call()
    stage.at("2024-11-14").draft()
    for generation in (0, 2, True, "1"):
        with pytest.raises(MissingError, match="was never generated; take one from 1 to 1"):
            stage.desk.two_b(OCTOBER, generation=generation)
    assert changed(stage) == []


def test_every_reason_has_a_word():
    assert set(in_print.REASONS) == set(on_screens.REASONS) == set(ChangeReason)


def test_the_deadline_of_what_is_pending_is_a_reason(stage):
    """From 2B period 2025-10 what is pending goes back to no action once its time is over."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    record = stage.at("2025-11-09").filed(stage.document("credit_note", igst=100, date=date(2025, 10, 5)), "2025-10")
    stage.act("keep_pending", record)
    stage.close("2025-10")
    stage.at("2025-12-14").draft("2025-11")
    stage.at("2025-12-21").draft("2025-11")
    (entry,) = changed(stage, period=TaxPeriod("2025-11"))
    assert entry == (record, None, ("itc_available", "deemed_accepted", -100), "deadline", record)


@pytest.mark.parametrize("moves", [True, False])
def test_another_calendar_is_a_reason(stage, moves):
    record = stage.filed()
    stage.at("2024-11-14").draft()
    shown = stage.desk.two_b(OCTOBER)
    ((line, of),) = shown.lines
    moved = {record} if moves else set()
    because = why(of, (line, None), [of], {}, moved, OCTOBER)
    assert because.reason == ("calendar" if moves else "other")
