"""Cases on the dashboard: machines, a list with filters, a case with what may be fired and why not, by forms alone."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ims_fsm import IMS, SettableClock
from ims_fsm.law.book import shipped_book
from ims_fsm.testing import Stage
from ims_fsm.workflow.engine import workspace_of
from tests.web.conftest import BUYER
from tests.web.screens.conftest import SAME, Browser

LEAVE = Path(__file__).parents[3] / "docs" / "examples" / "leave_request"
AT = "/cases/leave_request"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock, machines=LEAVE) as ims:
        yield Stage(ims, clock)


@pytest.fixture
def meera(served: Callable[..., Browser]) -> Browser:
    return served("meera", gstins=("*",))


def said(browser: Browser) -> str:
    return html.unescape(browser.text)


def test_a_case_is_opened_fired_and_followed(stage: Stage, meera: Browser) -> None:
    assert "Leave request" in meera.open("/cases")
    assert "No case matches." in meera.open(AT)
    meera.send(f"{AT}$", name="LR-17", **{"f.days": "many"})
    desk = stage.ims.cases("leave_request", actor="x")
    case = desk.find("LR-17")
    assert case is not None
    assert case.facts == {"days": "many"}
    meera.open(f"{AT}/{case.id}")
    assert "As it stands it is refused: More than five days are asked for leave_request Escalate it" in said(meera)
    meera.send(f"/{case.id}$", status=409, do="approve")
    assert "Refused; nothing was done." in said(meera)
    meera.send(f"/{case.id}$", do="escalate", remarks="it is long")
    assert "It is long, and waits for the director." in said(meera)
    assert "remarks it is long" in said(meera)
    meera.send(f"/{case.id}$", do="confirm", **{"f.balance": "enough"})
    assert desk.case(case.id).facts == {"days": "many", "balance": "enough"}
    assert [(step.trigger, step.actor) for step in desk.history(case.id).transitions] == [
        ("open", "meera"), ("escalate", "meera"), ("confirm", "meera")
    ]  # fmt: skip
    picture = meera.client.get(f"{AT}/{case.id}/picture?theme=dark", headers=SAME)
    assert (picture.status_code, "<svg" in picture.text) == (200, True)


def test_a_form_offers_what_may_be_given(stage: Stage, meera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    case = stage.ims.cases("leave_request", actor="x").open("LR-1")
    facts = {fact.name: fact for fact in stage.ims.machines["leave_request"].facts}
    monkeypatch.setitem(vars(facts["days"]), "said_by", ("open",))
    monkeypatch.setitem(vars(facts["balance"]), "said_by", ("confirm", "approve"))
    at = [meera.open(AT), meera.open(f"{AT}/{case.id}")]
    assert [[f'name="f.{name}"' in page for page in at] for name in ("days", "balance")] == [
        [True, False],
        [False, True],
    ]


def test_a_case_that_ended_under_an_old_declaration_is_shown_by_it(
    stage: Stage, meera: Browser, tmp_path: Path
) -> None:
    desk = stage.ims.cases("leave_request", actor="x")
    case = desk.open("LR-1", days="many")
    desk.fire(case.id, "decline")
    file = tmp_path / "leave_request.toml"
    text = (LEAVE / "leave_request.toml").read_text("utf-8").replace("declined", "turned_down")
    file.write_text(text.replace('"many"', '"long"').replace("many =", "long ="), "utf-8")
    workspace = workspace_of(stage.ims)
    workspace.book = shipped_book().beside([file])
    workspace._declarations = {}
    assert "Nothing can be done." in meera.open(f"{AT}/{case.id}")
    assert "Declined" in said(meera)
    assert "Turned down" not in said(meera)
    assert "more than five" in said(meera)
    assert meera.client.get(f"{AT}/{case.id}/picture", headers=SAME).status_code == 200


def test_a_list_is_narrowed_and_has_pages(stage: Stage, meera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims_fsm.web.screens.cases.PAGE", 2)
    desk = stage.ims.cases("leave_request", actor="x")
    for number in range(5):
        desk.open(f"LR-{number}", days="many" if number % 2 else "few")
    page = meera.open(f"{AT}?state=asked&fact=days=few")
    assert [f"LR-{n}" in page for n in range(5)] == [True, False, True, False, False]
    following = html.unescape(page.partition('id="next"')[2].partition('href="')[2].partition('"')[0])
    assert "LR-4" in meera.open(following)
    assert 'id="first"' in meera.page
    assert "This cannot be read" in meera.open(f"{AT}?state=none", status=422)


def test_what_changed_meanwhile_is_refused(stage: Stage, served: Callable[..., Browser]) -> None:
    case = stage.ims.cases("leave_request", actor="x").open("LR-1")
    meera, ravi = served("meera", gstins=("*",)), served("ravi", gstins=("*",))
    meera.open(f"{AT}/{case.id}")
    ravi.open(f"{AT}/{case.id}")
    meera.send(f"/{case.id}$", do="decline")
    ravi.send(f"/{case.id}$", status=412, do="approve")
    assert "Changed by meera meanwhile; nothing was done." in said(ravi)
    assert "Nothing can be done." in said(ravi)


def test_another_owners_case_is_not_there(stage: Stage, asha: Browser) -> None:
    theirs = stage.ims.cases("leave_request", actor="x").open("LR-1")
    mine = stage.ims.cases("leave_request", actor="x", owner=BUYER).open("LR-1")
    assert asha.open(f"{AT}/{mine.id}?owner={BUYER}")
    asha.open(f"{AT}/{mine.id}", status=404)
    asha.open(f"{AT}/{theirs.id}?owner={BUYER}", status=404)


def test_what_happened_to_an_owners_cases_leads_to_them(stage: Stage, asha: Browser) -> None:
    case = stage.ims.cases("leave_request", actor="ravi", owner=BUYER).open("LR-1")
    asha.open(f"/recipients/{BUYER}/events?kind=case")
    assert f"leave request {case.id} open" in said(asha)
    asha.open(html.unescape(asha.page.partition("<tbody")[2].partition('href="')[2].partition('"')[0]))
    assert "Leave request LR-1" in said(asha)


def test_the_navigation_has_cases_where_there_is_a_machine_of_cases(
    stage: Stage, asha: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'href="/cases"' in asha.open("/")
    monkeypatch.setattr(IMS, "machines", {})
    assert 'href="/cases"' not in asha.open("/")
    asha.open(f"/cases?owner={BUYER}")
    assert "No machine of your own is loaded." in said(asha)


def test_a_page_is_in_hindi_and_the_law_as_it_was_made(stage: Stage, meera: Browser) -> None:
    case = stage.ims.cases("leave_request", actor="x").open("LR-1", days="many")
    page = meera.open(f"{AT}/{case.id}", **{"Accept-Language": "hi"})
    assert "अभी की स्थिति में अस्वीकृत" in page
    assert "More than five days are asked for" in page
