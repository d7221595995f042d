"""The picture of a tax period as a whole."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.drawing import month_page
from ims_fsm.draw.conversion import converted
from ims_fsm.draw.theme import LIGHT, THEMES, Theme
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

SVG = "{http://www.w3.org/2000/svg}"
BOOK = shipped_book()
OCTOBER = TaxPeriod("2024-10")
QUARTERLY = Recipient(Filing.QUARTERLY, "27")
EXTENDED = '[[extension]]\nwhat = "gstr3b"\nperiod = "2024-10"\ndate = 2024-11-25\nsource = "Notification 5/2024"\n'


def month(book: LawBook, period: TaxPeriod, filing: Filing, state: str = "", theme: Theme = LIGHT) -> str:
    return month_page(book, period, Recipient(filing, state), theme).svg()


def words(svg: str) -> list[str]:
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own picture


def test_it_shows_the_days_of_october_2024():
    shown = words(month(BOOK, OCTOBER, Filing.MONTHLY))
    assert shown[:2] == ["Tax period October 2024", "the recipient files monthly · IMS-2024-10"]
    assert {
        "filed 12 Oct \N{EN DASH} 11 Nov",
        "filed 14 Oct \N{EN DASH} 13 Nov",
        "due 20 Nov",
        "next draft: 14 Dec",
    } <= set(shown)
    assert {"16(4) of 2023-24", "FAQ 24, 26, 29", "FAQ 23, 25", "Absent", "Draft", "Stale", "Final"} <= set(shown)


def test_it_shows_the_quarter_with_its_months():
    shown = words(month(BOOK, OCTOBER, Filing.QUARTERLY, "07"))
    assert shown[:2] == ["Tax period October to December 2024", "the recipient files quarterly, Delhi · IMS-2024-10"]
    assert {"none for M1", "none for M2", "due 26 Jan", "due 24 Apr", "FAQ 23, 25, 27"} <= set(shown)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 120), st.sampled_from([Recipient(Filing.MONTHLY), QUARTERLY, Recipient(Filing.QUARTERLY, "07")]))
def test_the_dates_in_the_picture_are_the_calendars(months, recipient):
    period = OCTOBER.plus(months)
    shown = words(month(BOOK, period, recipient.filing, recipient.state))
    days = Days.read(BOOK, period, recipient)
    for day in (days.due_before, days.due, days.due_following):
        assert f"due {day.day} {day:%b}" in shown
    numbers = [words for words in shown if re.fullmatch(r"\d\d", words)]
    assert {str(day.day) for day in (days.draft, days.due, days.draft_following)} <= set(numbers)
    assert f"{days.draft.day} {days.draft:%b} {days.draft.year}" in shown
    assert (days.pending_until is not None) == ("Pending, specified" in shown)


def test_an_extension_moves_the_picture_and_says_why():
    usual, moved = (month(book, OCTOBER, Filing.MONTHLY) for book in (BOOK, shipped_book(EXTENDED)))
    assert "due 20 Nov" in words(usual)
    assert "due 20 Nov" not in words(moved)
    assert {"due 25 Nov", "extended to 25 Nov 2024", "Notification 5/2024"} <= set(words(moved))


def test_those_who_cannot_see_it_are_told_everything():
    root = ET.fromstring(month(BOOK, OCTOBER, Filing.MONTHLY))  # noqa: S314 - our own picture
    said = root.findtext(f"{SVG}desc")
    assert said.startswith(
        "The recipient files monthly · IMS-2024-10. 12 Oct \N{EN DASH} 11 Nov: The moment of filing decides"
    )
    assert "14 Nov 2024: GSTR-2B is drafted on the 14th" in said


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_theme_changes_colours_and_no_words(theme):
    drawn = month(BOOK, OCTOBER, Filing.MONTHLY, theme=theme)
    assert words(drawn) == words(month(BOOK, OCTOBER, Filing.MONTHLY))
    assert theme.palette.paper in drawn


def test_two_pictures_in_one_document_have_their_own_names():
    names = [
        set(re.findall(r'id="([^"]+)"', month(BOOK, period, filing, state)))
        for period, filing, state in (
            (OCTOBER, Filing.MONTHLY, ""),
            (OCTOBER, Filing.QUARTERLY, "27"),
            (OCTOBER.plus(1), Filing.MONTHLY, ""),
        )
    ]
    assert len(set().union(*names)) == sum(map(len, names))


@pytest.mark.parametrize(("fmt", "first"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_it_is_drawn_for_slides_and_print(fmt, first):
    assert converted(month_page(BOOK, OCTOBER, QUARTERLY).svg(), fmt).startswith(first)
