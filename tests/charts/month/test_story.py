"""What the rows and notes of a picture say."""

from __future__ import annotations

import datetime as dt

import pytest

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.story import Tone, between, story_of
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing


@pytest.fixture
def story(book, read):
    return lambda *asked, **more: story_of(book, read(*asked, **more))


def bars(row):
    return [(bar.first.isoformat()[5:], bar.last.isoformat()[5:], bar.tone) for bar in row.bars]


def test_the_supplier_of_a_monthly_recipient(story):
    monthly, quarterly, later = story("2024-10").supplier.rows
    own, other = Tone.OWN, Tone.OTHER
    assert bars(monthly) == [("10-01", "10-11", other), ("10-12", "11-11", own), ("11-12", "12-11", other)]
    assert bars(quarterly) == [("10-01", "10-13", other), ("10-14", "11-13", own), ("11-14", "12-13", other)]
    assert bars(later) == [("10-12", "10-20", own), ("11-12", "11-20", other)]
    assert quarterly.bars[1].lines[0][0] == "IFF of October"


def test_the_supplier_of_a_quarterly_recipient_fills_three_months(story):
    monthly, quarterly, later = story("2025-12", "27").supplier.rows
    for row in (monthly, quarterly, later):
        assert [bar.tone for bar in row.bars].count(Tone.OWN) == 3
    assert [bar.lines[0][0] for bar in quarterly.bars if bar.tone is Tone.OWN] == [
        "IFF of October",
        "IFF of November",
        "GSTR-1 of December",
    ]


def test_gstr_2b_passes_through_the_states_of_its_machine(story, book):
    _, states, again = story("2025-12", "27").portal.rows
    drawn = {bar.lines[0][0]: (bar.first.isoformat(), bar.last.isoformat()) for bar in (*states.bars, *again.bars)}
    assert set(drawn) == {state.title for state in book.law.machine("gstr2b").edition.states.values()}
    assert drawn == {
        "Absent": ("2025-10-01", "2026-01-13"),
        "Draft": ("2026-01-14", "2026-01-22"),
        "Final": ("2026-01-23", "2026-04-22"),
        "Stale": ("2026-01-14", "2026-01-22"),
    }
    assert again.loop == ("a change", "recompute")


def test_months_without_a_gstr_2b_are_crossed(story):
    crossed = [(mark.day.isoformat(), mark.lines, mark.crossed) for mark in story("2025-12", "27").portal.rows[1].marks]
    assert crossed == [
        ("2025-11-14", ("none for M1",), True),
        ("2025-12-14", ("none for M2",), True),
        ("2026-04-14", ("next draft", "14 Apr"), False),
    ]
    assert [mark.crossed for mark in story("2025-12").portal.rows[1].marks] == [False]


def test_the_recipient_acts_until_gstr_3b_and_the_returns_are_marked(story):
    actions, returns, pending = story("2024-10").recipient.rows
    assert bars(actions) == [("10-14", "11-20", Tone.OPEN)]
    assert [(mark.day.isoformat(), mark.lines) for mark in returns.marks] == [
        ("2024-10-20", ("September", "due 20 Oct")),
        ("2024-11-20", ("October", "due 20 Nov")),
        ("2024-12-20", ("November", "due 20 Dec")),
    ]
    assert [mark.lines for mark in pending.marks] == [("16(4) of 2023-24",)]
    assert pending.bars[0].tail[0] == "documents of 2024-25: until 30 Nov 2025"


def test_specified_records_have_a_row_from_october_2025(story):
    *_, specified = story("2025-10").recipient.rows
    assert specified.name == "Pending, specified"
    assert bars(specified) == [("10-01", "12-20", Tone.PENDING)]
    assert [row.name for row in story("2025-09").recipient.rows][-1] == "Pending"


def test_every_sentence_of_a_note_is_a_title_of_the_register(story, book):
    titles = {rule.title for rule in book.law.rules.values()}
    for note in (*story("2024-10").notes, *story("2025-12", "27").notes):
        # What is extended is said with its notification.
        rest = "" if note.when.startswith("extended to ") else note.says
        for title in titles:
            rest = rest.replace(title, "")
        assert rest.strip() == "", note


def test_what_the_notes_cite_is_what_the_machines_are_declared_with(book):
    gstr2b = {
        transition.trigger: set(transition.rules) for transition in book.law.machine("gstr2b").edition.transitions
    }
    assert {"faq.23", "faq.26", "faq.27"} <= gstr2b["generate"]
    assert {"faq.24", "faq.29"} <= gstr2b["change"]
    assert {"faq.5", "faq.12", "faq.20"} <= gstr2b["file_3b"]
    record = {
        transition.trigger: set(transition.rules) for transition in book.law.machine("invoice").edition.transitions
    }
    assert {"faq.6", "faq.7"} <= record["save"]
    assert {"faq.21", "sec.16_4"} <= record["expire"]
    assert book.calendar.citations["window.monthly"] == "window.2b"


def test_an_extension_is_told_with_its_source():
    overlay = """
[[extension]]
what = "gstr3b"
period = "2024-12"
date = 2025-01-26
source = "Notification 9/2025"
filing = "quarterly"
states = ["27"]
[[extension]]
what = "window"
period = "2024-12"
date = 2025-01-15
source = "Notification 8/2025"
form = "GSTR-1"
filing = "quarterly"
[[extension]]
what = "two_b"
period = "2024-12"
date = 2025-01-16
source = "Notification 7/2025"
"""
    book = shipped_book(overlay)
    period = TaxPeriod("2024-12")
    told = story_of(book, Days.read(book, period, Recipient(Filing.QUARTERLY, "27")))
    assert [(note.when, note.says, note.cited) for note in told.notes[-3:]] == [
        ("extended to 15 Jan 2025", "The window of GSTR-1 filed quarterly for December 2024.", "Notification 8/2025"),
        ("extended to 16 Jan 2025", "The draft GSTR-2B of December 2024.", "Notification 7/2025"),
        ("extended to 26 Jan 2025", "GSTR-3B of December 2024.", "Notification 9/2025"),
    ]
    elsewhere = Days.read(book, period, Recipient(Filing.QUARTERLY, "07"))
    assert "Notification 9/2025" not in {source for _, _, source in elsewhere.moved()}


def test_nothing_is_extended_where_no_notification_says_so(read):
    assert read("2024-10").moved() == ()


def test_a_span_names_its_month_once():
    assert between(dt.date(2024, 11, 12), dt.date(2024, 11, 20)) == "12 \N{EN DASH} 20 Nov"
    assert between(dt.date(2024, 11, 12), dt.date(2024, 12, 11)) == "12 Nov \N{EN DASH} 11 Dec"
    assert between(dt.date(2023, 11, 12), dt.date(2024, 11, 11)) == "12 Nov \N{EN DASH} 11 Nov"
