"""Reading a calendar: every fault of shape and every contradiction has one sentence, and all come at once."""

from __future__ import annotations

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.calendar_reading import laid_over, read_calendar
from ims_fsm.resources import machines_folder

# Without what notifications have extended; test_extensions.py has that.
SHIPPED = (machines_folder() / "calendar.toml").read_text("utf-8").partition("\n[[extension]]")[0]
A_TABLE = "write it as a table with its keys"
A_DATE = "write a TOML date without quotes, like 2024-10-14"
A_CODE = "a rule reads like faq.3, a state's code like 27, a name like 12/2025-CT"
A_PERIOD = 'write the year and month like "2024-10"'
ENTRY = "[[extension]]\nwhat = 'two_b'\nperiod = '2024-12'\ndate = 2025-01-16\nsource = 'a notification'\n"


def problems(overlay: str) -> list[str]:
    """Return the sentences with which an overlay is refused."""
    with pytest.raises(DeclarationError) as caught:
        read_calendar(SHIPPED, overlay)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("overlay", "sentence"),
    [
        ("[windw]\nday = 1", "windw: is not a key of the calendar; remove it or correct its spelling"),
        ("[two_b]\ndays = 14", "two_b.days: is not a key of the calendar; remove it or correct its spelling"),
        ("two_b = 14", f"two_b: 14 is not a table; {A_TABLE}"),
        ("window = 14", f"window: 14 is not a table; {A_TABLE}"),
        ("[state]\n28 = { name = 'Old' }", "state.28.category: is missing; add it"),
        ("[opening]\nday = '2024-10-14'", f"opening.day: '2024-10-14' is not a date; {A_DATE}"),
        ("[opening]\nday = 2024-10-14T09:00:00", f"opening.day: 2024-10-14T09:00:00 is not a date; {A_DATE}"),
        (
            "[opening]\nday = 1924-10-14",
            "opening.day: 1924-10-14 cannot be used; it should be greater than or equal to 2000-01-01",
        ),
        ("[opening]\nrule = 'FAQ 3'", f"opening.rule: 'FAQ 3' is not written as it must be; {A_CODE}"),
        (
            "[state]\nMH = { name = 'Maharashtra', category = 'first' }",
            f"state.MH: 'MH' is not written as it must be; {A_CODE}",
        ),
        ("[state]\n27 = { name = '' }", "state.27.name: '' is empty; write it out"),
        ("[first_period]\nperiod = '2024-13'", f"first_period.period: '2024-13' is not a tax period; {A_PERIOD}"),
        ("[first_period]\nperiod = 202410", f"first_period.period: 202410 is not a tax period; {A_PERIOD}"),
        (
            "[tax_period.quarterly]\nmonths = 5",
            "tax_period.quarterly.months: 5 cannot be used; it should be 1, 2, 3, 4, 6 or 12",
        ),
        ("[two_b]\nday = 29", "two_b.day: 29 cannot be used; it should be less than or equal to 28"),
        ("[two_b]\nday = '14'", "two_b.day: '14' cannot be used; it should be a valid integer"),
        ("[time_limit]\nkinds = 'invoice'", "time_limit.kinds: 'invoice' is not a list; write it in brackets"),
        (
            "[window.monthly]\nsupplier_filing = ['yearly']",
            "window.monthly.supplier_filing[1]: 'yearly' cannot be used; it should be 'monthly' or 'quarterly'",
        ),
        (
            "[amendment]\nday = 31",
            "amendment: month 11 has no day 31 in every year; name a day that it has",
        ),
        ("extension = 3", "extension: 3 is not a list of tables; write each entry under [[extension]]"),
        (f"{ENTRY}states = []", "extension[1].states: [] is empty; name at least one or remove the key"),
        (
            ENTRY.replace("2024-12", "2099-12"),
            "extension[1].period: 2099-12 is the last month there is; name an earlier period",
        ),
        (
            ENTRY.replace("two_b", "gstr9"),
            "extension[1].what: 'gstr9' cannot be used; it should be 'gstr1', 'gstr3b', 'two_b' or 'window'",
        ),
    ],
)
def test_a_fault_of_shape_is_named_with_its_place_and_remedy(overlay, sentence):
    assert problems(overlay) == [sentence]


def test_all_faults_come_at_once():
    assert len(problems("[windw]\n[two_b]\nday = 29\n[opening]\nday = 'x'\nrule = 'X'\n[state]\n28 = 3")) == 5


def test_what_is_missing_altogether_is_named():
    with pytest.raises(DeclarationError) as caught:
        read_calendar("", where="mine.toml")
    places = [problem.where for problem in caught.value.problems]
    assert caught.value.subject == "mine.toml"
    assert {"opening", "window", "due", "state", "time_limit"} <= set(places)
    assert "extension" not in places


def test_both_texts_that_are_no_toml_are_named():
    with pytest.raises(DeclarationError) as caught:
        read_calendar("day = = 1", "day =", where="mine.toml")
    assert caught.value.subject == "mine.toml with its overlay"
    assert [str(problem) for problem in caught.value.problems] == [
        "the calendar: is not TOML: Invalid value (at line 1, column 7); correct that line",
        "the overlay: is not TOML: Invalid value (at end of document); correct that line",
    ]


def test_an_overlay_replaces_keys_and_leaves_the_rest():
    base = {"a": {"x": 1, "y": 2}, "list": [1, 2], "b": 3}
    assert laid_over(base, {"a": {"x": 9}, "list": [7], "c": 4}) == {"a": {"x": 9, "y": 2}, "list": [7], "b": 3, "c": 4}
    assert base == {"a": {"x": 1, "y": 2}, "list": [1, 2], "b": 3}


def test_an_overlay_adds_its_extensions_before_those_below():
    assert laid_over({"extension": [1]}, {"extension": [2]}) == {"extension": [2, 1]}


ONCE = "name each form and filing frequency in exactly one window"
LATER = "give the later day that the notification names"


def extension(what: str, day: str, period: str = "2024-12", **narrowed: object) -> str:
    """Write an entry of an overlay."""
    lines = "".join(f"{key} = {value!r}\n" for key, value in narrowed.items())
    return f"[[extension]]\nwhat = {what!r}\nperiod = {period!r}\ndate = {day}\nsource = 'a notification'\n{lines}"


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
            extension("gstr1", "2025-02-11", filing="monthly"),
            (
                "extension[1].date: the window of 2024-12 would swallow the next, which ends on 2025-02-11; "
                "end it before 2025-02-11, or extend the next window as well"
            ),
        ),
        (
            extension("gstr3b", "2025-01-28", districts=["Thane"]),
            "extension[1]: names districts and has no name; give it one, by which a taxpayer can be under it",
        ),
        (
            extension("window", "2025-01-28", districts=["Thane"], name="1/2025"),
            "extension[1].districts: does not narrow a window extension; remove it",
        ),
    ],
)
def test_a_contradiction_is_named_with_its_place_and_remedy(overlay, sentence):
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
def test_an_extension_that_extends_nothing_is_refused(overlay, usual):
    [sentence] = problems(overlay)
    assert sentence.endswith(f" extends nothing; without it the date is {usual}; {LATER}")


def test_a_form_without_a_window_and_one_with_two_are_both_named():
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
