"""Sign-offs on the dashboard: proposed from a page or a file, refused to who proposed, approved by another."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest

from ims_fsm.testing import Stage
from ims_fsm.web.screens import signoffs
from tests.web.conftest import BUYER
from tests.web.screens.conftest import Browser

AT = f"/recipients/{BUYER}/signoffs"


@pytest.fixture
def stage(signing: Stage) -> Stage:
    return signing


def said(browser: Browser) -> str:
    return html.unescape(browser.text)


def test_one_proposes_and_another_approves(stage: Stage, served: Callable[..., Browser]) -> None:
    record = stage.filed()
    asha, ravi = served("asha", "recipient", "preparer", "approver"), served("ravi", "recipient", "approver")
    assert "Nothing waits for a decision." in asha.open(AT)
    asha.open(f"/recipients/{BUYER}/inward")
    asha.send("/inward", do="propose", **{f"a.{record}": "accept"})
    assert stage.desk.record(record).state == "no_action"
    (signoff,) = stage.desk.signoffs()
    of = rf"/signoffs/{signoff.id}$"
    assert "It waits for an approver." in said(asha)
    assert "has proposed" in said(asha)
    asha.send(of, status=409, do="approve")
    assert "Refused; nothing was done." in said(asha)
    assert "have somebody else approve it" in said(asha).lower()
    ravi.open(AT)
    assert "Accept: 1, 180.00 IGST" in said(ravi)
    ravi.open(f"{AT}/{signoff.id}")
    ravi.send(of, do="approve", remarks="as agreed")
    assert "Its actions are done." in said(ravi)
    assert "remarks as agreed" in said(ravi)
    assert stage.desk.record(record).state == "accepted"
    assert "Applied" in ravi.open(AT)


def test_a_file_is_proposed_and_what_moved_since_comes_first(stage: Stage, served: Callable[..., Browser]) -> None:
    records = [stage.filed() for _ in range(2)]
    asha, ravi = served("asha", "recipient", "preparer"), served("ravi", "recipient", "approver")
    for record in records:
        asha.open(AT)
        asha.send("/signoffs$", files={"files": ("a.csv", f"id,action\n{record},accept\n".encode())})
    first, second = stage.desk.signoffs()
    stage.desk.reject(records[1])
    page = ravi.open(AT)
    assert 0 < page.index(f'id="signoff-{second.id}"') < page.index(f'id="signoff-{first.id}"')
    assert "have moved since it was proposed" in page
    ravi.open(f"{AT}/{second.id}")
    ravi.send(rf"/{second.id}$", do="decline")
    assert "An approver has refused it." in said(ravi)
    ravi.open(f"{AT}/{first.id}")
    ravi.send(rf"/{first.id}$", do="pass_on", to="mina")
    mina = served("mina", "recipient")
    mina.open(f"{AT}/{first.id}")
    mina.send(rf"/{first.id}$", do="approve")
    assert "Applied" in said(mina)
    asha.open(f"{AT}/{first.id}")
    assert "What may be done now" not in said(asha)


def test_it_is_in_hindi_and_for_an_auditor_without_buttons(stage: Stage, served: Callable[..., Browser]) -> None:
    asha, tara = served("asha", "recipient", "preparer"), served("tara", "auditor")
    asha.open(AT)
    asha.send("/signoffs$", files={"files": ("a.csv", f"id,action\n{stage.filed()},accept\n".encode())})
    (signoff,) = stage.desk.signoffs()
    page = tara.open(f"{AT}/{signoff.id}", **{"Accept-Language": "hi"})
    assert "अनुमोदन" in page
    assert 'id="decide"' not in page
    asha.send(rf"/{signoff.id}$", do="withdraw")
    assert "Who proposed it has taken it back." in said(asha)
    asha.open(f"{AT}/{signoff.id + 1}", status=404)


def test_the_queue_is_judged_by_the_page(
    stage: Stage, served: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signoffs, "PAGE", 1)
    asha = served("asha", "recipient", "preparer")
    for _ in range(2):
        asha.open(AT)
        asha.send("/signoffs$", files={"files": ("a.csv", f"id,action\n{stage.filed()},accept\n".encode())})
    first, second = stage.desk.signoffs()
    page = asha.open(AT)
    assert "1 of 2 that wait for a decision" in said(asha)
    assert f'id="signoff-{first.id}"' in page
    page = asha.open(f"{AT}?after={first.id}")
    assert f'id="signoff-{second.id}"' in page
    assert 'id="next"' not in page
