"""What the tables of a calendar may not contradict, a sentence each."""

from __future__ import annotations

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.resources import machines_folder

SHIPPED = (machines_folder() / "calendar.toml").read_text("utf-8")
ONCE = "name each form and filing frequency in exactly one window"
LATER = "give the later day that the notification names"


def problems(overlay: str) -> list[str]:
    """Return the sentences with which an overlay is refused."""
    with pytest.raises(DeclarationError) as caught:
        read_calendar(SHIPPED, overlay)
    return [str(problem) for problem in caught.value.problems]


def extension(what: str, day: str, period: str = "2024-12", **narrowed: object) -> str:
    """Write an entry of an overlay."""
    lines = "".join(f"{key} = {value!r}\n" for key, value in narrowed.items())
    return f"[[extension]]\nwhat = {what!r}\nperiod = {period!r}\ndate = {day}\nsource = 'a notification'\n{lines}"


def test_the_shipped_calendar_holds_together_and_ships_no_extension() -> None:
    assert read_calendar(SHIPPED).declared.extension == ()


@pytest.mark.parametrize(
    ("overlay", "sentence"),
    [
        (
            "[state]\n27 = { category = 'third' }",
            (
                "state.27: Maharashtra has the category 'third', which has no due day; "
                "name one of first, second or add its day to due.gstr3b.quarterly"
            ),
        ),
        (
            "[two_b]\nday = 12",
            "two_b.day: GSTR-2B is drafted on day 12, before the windows close on day 13; draft it on day 14 or later",
        ),
        (
            extension("two_b", "2025-01-16", filing="monthly"),
            "extension[1].filing: does not narrow a two_b extension; remove it",
        ),
        (
            extension("gstr1", "2025-01-16", states=["27"]),
            "extension[1].states: does not narrow a gstr1 extension; remove it",
        ),
        (
            extension("gstr3b", "2025-01-28", form="IFF"),
            "extension[1].form: does not narrow a gstr3b extension; remove it",
        ),
        (
            extension("gstr3b", "2025-01-28", states=["28"]),
            "extension[1].states: '28' is not a state of the calendar; correct the state's code",
        ),
        (
            extension("gstr3b", "2024-12-28", "2024-11", filing="quarterly"),
            "extension[1].period: no quarterly period ends with 2024-11; name a quarter by its last month",
        ),
        (
            "[tax_period.monthly]\nmonths = 2\n" + extension("gstr1", "2024-12-28", "2024-11"),
            "extension[1].period: no tax period ends with 2024-11; name a quarter by its last month",
        ),
        (
            extension("window", "2025-01-12", filing="monthly", form="GSTR-1")
            + extension("window", "2025-02-11", filing="monthly", form="GSTR-1")
            + extension("two_b", "2025-02-14"),
            (
                "extension[2].date: the window of 2024-12 would swallow the next, which ends on 2025-02-11; "
                "end it before 2025-02-11, or extend the next window as well"
            ),
        ),
        (
            extension("window", "2025-01-14", filing="quarterly"),
            (
                "extension[1].date: the window of 2024-12 would be open when GSTR-2B is drafted on 2025-01-14; "
                "extend two_b of 2024-12 to 2025-01-15 or later"
            ),
        ),
    ],
)
def test_a_contradiction_is_named_with_its_place_and_remedy(overlay: str, sentence: str) -> None:
    assert problems(overlay) == [sentence]


@pytest.mark.parametrize(
    ("overlay", "usual"),
    [
        (extension("two_b", "2025-01-14"), "2025-01-14"),
        (extension("gstr1", "2025-01-11"), "2025-01-11"),
        (extension("gstr1", "2025-01-13", filing="quarterly"), "2025-01-13"),
        (extension("gstr3b", "2025-01-20"), "2025-01-20"),
        (extension("gstr3b", "2025-01-24", filing="quarterly", states=["07"]), "2025-01-24"),
        (extension("window", "2025-01-11"), "2025-01-11"),
        (extension("window", "2025-01-13", form="IFF"), "2025-01-13"),
    ],
)
def test_an_extension_that_extends_nothing_is_refused(overlay: str, usual: str) -> None:
    [sentence] = problems(overlay)
    assert sentence.endswith(f" extends nothing; without it the date is {usual}; {LATER}")


def test_a_form_without_a_window_and_one_with_two_are_both_named() -> None:
    overlay = """
        [window.monthly]
        forms = ["GSTR-1"]
        [window.another]
        forms = ["IFF"]
        supplier_filing = ["quarterly"]
        first_day = 14
        rule = "window.2b"
    """
    assert problems(overlay) == [
        f"window: GSTR-1A of a monthly supplier stands in no window; {ONCE}",
        f"window: IFF of a quarterly supplier stands in the windows other_forms and another; {ONCE}",
    ]
