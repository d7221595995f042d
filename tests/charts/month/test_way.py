"""One record's way through a 2B period, and the picture of it that moves."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.charts.month.days import Recipient
from ims_fsm.charts.month.motion import moving_month
from ims_fsm.charts.month.way import Way, way_of
from ims_fsm.draw.theme import DARK, LIGHT
from ims_fsm.errors import InputError
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.decision import decide
from ims_fsm.law.refusal import Allowed
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

PERIOD, MONTHLY = TaxPeriod("2025-10"), Recipient(Filing.MONTHLY)


@pytest.fixture(scope="module")
def way() -> Way:
    return way_of(shipped_book(), "invoice", PERIOD, MONTHLY)


@pytest.fixture(scope="module")
def svg(way: Way) -> str:
    return moving_month(way)


def test_the_days_are_the_calendars_and_the_states_what_the_law_leads_to(way: Way) -> None:
    assert [(f"{step.day:%d %b}", step.record, step.two_b) for step in way.steps] == [
        ("22 Oct", "no_action", "absent"),
        ("11 Nov", "no_action", "absent"),
        ("13 Nov", "accepted", "absent"),
        ("14 Nov", "accepted", "draft"),
        ("17 Nov", "rejected", "stale"),
        ("19 Nov", "rejected", "draft"),
        ("20 Nov", "frozen", "final"),
    ]
    assert way.steps[4].rules == ("faq.10.ii", "faq.12", "faq.24", "faq.29")


def extended(*moved: tuple[str, int]) -> LawBook:
    """Return the law with days of October 2025 moved to others in November."""
    entries = [
        f'[[extension]]\nwhat = "{what}"\nperiod = "2025-10"\ndate = 2025-11-{day}\nsource = "Notification 5"\n'
        for what, day in moved
    ]
    return shipped_book("\n".join(entries))


@pytest.mark.parametrize(
    ("moved", "days"),
    [
        ([("gstr3b", 25)], ["22 Oct", "11 Nov", "13 Nov", "14 Nov", "20 Nov", "23 Nov", "25 Nov"]),
        ([("two_b", 17)], ["22 Oct", "11 Nov", "14 Nov", "17 Nov", "19 Nov", "20 Nov", "20 Nov"]),
        ([("window", 16)], ["23 Oct", "03 Nov", "14 Nov", "16 Nov", "18 Nov", "19 Nov", "20 Nov"]),
        ([("gstr1", 16)], ["23 Oct", "03 Nov", "14 Nov", "16 Nov", "18 Nov", "19 Nov", "20 Nov"]),
        ([("gstr1", 14)], ["23 Oct", "03 Nov", "14 Nov", "14 Nov", "17 Nov", "19 Nov", "20 Nov"]),
    ],
)
def test_extended_days_move_it_and_never_backwards(moved: list[tuple[str, int]], days: list[str]) -> None:
    steps = way_of(extended(*moved), "invoice", PERIOD, MONTHLY).steps
    assert [f"{step.day:%d %b}" for step in steps] == days
    assert [step.day for step in steps] == sorted(step.day for step in steps)
    assert (steps[-1].record, steps[-1].two_b) == ("frozen", "final")


def test_where_gstr_1_is_filed_after_the_draft_the_record_is_accepted_before(way: Way) -> None:
    late = way_of(extended(("gstr1", 16)), "invoice", PERIOD, MONTHLY).steps
    assert [(step.record, step.two_b) for step in late[:4]] == [
        ("no_action", "absent"), ("accepted", "absent"), ("accepted", "draft"), ("accepted", "draft"),
    ]  # fmt: skip
    assert late[3].says == way.steps[1].says


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (("gstr1", 25), "GSTR-1 is filed until 25 Nov 2025, and GSTR-3B is due on 20 Nov 2025; name another period"),
        (("two_b", 22), "GSTR-2B is drafted on 22 Nov 2025, and GSTR-3B is due on 20 Nov 2025; name another period"),
    ],
)
def test_where_there_is_no_time_to_decide_anew_it_is_refused(moved: tuple[str, int], told: str) -> None:
    with pytest.raises(InputError, match=f"timeline: 2025-10: leaves no time to decide anew: {told}"):
        way_of(extended(moved), "invoice", PERIOD, MONTHLY)


def test_what_is_no_machine_of_records_is_told_those_that_go_it(book: LawBook) -> None:
    with pytest.raises(InputError, match="gstr2b: is not a machine of records; name one of credit_note, ") as told:
        way_of(book, "gstr2b", PERIOD, MONTHLY)
    assert "bill_of_entry" not in str(told.value)


def test_every_machine_of_records_goes_it_that_may_be_rejected_once_accepted(book: LawBook) -> None:
    for machine in book.law.record_machines:
        edition = machine.at(PERIOD)
        if isinstance(decide(edition, "accepted", "reject", edition.facts()), Allowed):
            assert way_of(book, machine.name, PERIOD, MONTHLY).steps[-1].record == "frozen"
        else:
            with pytest.raises(InputError, match=f"timeline: {machine.name}: refuses reject; name one of credit_note"):
                way_of(book, machine.name, PERIOD, MONTHLY)


def test_it_is_small_and_has_no_script(svg: str) -> None:
    assert len(svg) < 100_000
    assert "<script" not in svg
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own


def test_it_moves_only_where_motion_is_welcome_and_every_part_that_moves_is_there(svg: str) -> None:
    still, moved = svg.split("@media (prefers-reduced-motion:no-preference){", 1)
    moved = moved.split("@media (prefers-color-scheme:dark)")[0]
    assert "animation" not in still
    named = set(re.findall(r"@keyframes ([\w-]+)\{", moved))
    assert named == set(re.findall(r'<g class="([\w-]+)">', svg)) - {"invoice-pending", "invoice-removed"}
    assert {"today", "step1", "step7", "invoice-rejected", "gstr2b-stale"} <= named


def test_what_is_lit_is_lit_in_its_steps_and_the_last_one_stays(svg: str) -> None:
    (stale,) = re.findall(r"@keyframes gstr2b-stale\{(.*?)\}\}", svg)
    frames = re.findall(r"([\d.]+%),([\d.]+%)\{opacity:([\d.]+)", stale)
    assert [light for *_, light in frames] == ["0.3", "0.3", "0.3", "0.3", "1", "0.3", "0.3"]
    assert (frames[0][0], frames[-1][1]) == ("0%", "100%")


def test_it_has_every_colour_in_dark_too(svg: str) -> None:
    painted, dark = svg.split("@media (prefers-color-scheme:dark)")[1].split("</style>")[::-1]
    colours = set(re.findall(r'(?:fill|stroke)="(#\w+)"', painted))
    assert colours
    assert colours <= set(re.findall(r'\[fill="(#\w+)"\]', dark))
    assert f'[fill="{LIGHT.palette.ink}"]{{fill:{DARK.palette.ink}}}' in dark
