"""Suppliers to chase on the dashboard: the list, one supplier's documents and letter, files, and Chromium."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import IMS, Booked, Kind, PurchaseRegister, SettableClock
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, SELLER
from tests.web.screens.conftest import SAME, Browser, Fields
from tests.web.screens.test_signoff_in_browser import is_accessible
from tests.web.screens.visits import Visits
from tests.web.screens.visits import served as on_a_port

AT = f"/recipients/{BUYER}/chase"


def fill(stage: Stage) -> None:
    """Have one document in the books alone, with a number that is markup, and a record that is only saved."""
    stage.saved(stage.document(number="S/1", igst=100, date=date(2024, 11, 5)), period="2024-11")
    document = Booked("", SELLER, Kind.INVOICE, "<b>B/1", date(2024, 10, 5), 100_000, 18_000, 0, 0, 0, "line 2", 1)
    stage.desk.match(PurchaseRegister("books.csv", [document], {}))


def test_the_screen_lists_narrows_and_shows_a_letter(
    stage: Stage, asha: Browser, served: Callable[..., Browser]
) -> None:
    fill(stage)
    page = asha.open(AT)
    assert f'id="supplier-{SELLER}"' in page
    assert "in the books, and not reported by the supplier" in page
    assert "Nobody is to be chased." in asha.open(f"{AT}?older_than=30&reason=saved_not_filed&min_tax=")
    letter = asha.open(f"{AT}?supplier={SELLER}")
    assert "Invoice &lt;b&gt;B/1 of 5 October 2024" in letter
    assert "<b>B/1" not in letter
    asha.open(f"{AT}?older_than=x", 422)
    stage.desk.chased(stage.desk.letters())
    assert ", buyer</td>" in asha.open(AT)
    for role, sees_log in (("auditor", True), ("operator", False)):
        theirs = served("vera", role).open(f"{AT}?supplier={SELLER}")
        assert ('id="letters"' in theirs, 'id="letter"' in theirs, ", buyer</td>" in theirs) == (False, False, sees_log)
    assert "Nobody is to be chased." in asha.open(f"{AT}?again_after=7")


def test_letters_and_payments_are_given(stage: Stage, asha: Browser) -> None:
    fill(stage)
    form = Fields(asha.open(f"{AT}?older_than=30"), "chase/letters")
    given = asha.client.post(form.action, data={**dict(form.sent), "format": "eml"}, headers=SAME)
    assert zipfile.ZipFile(io.BytesIO(given.content)).namelist() == [f"{SELLER}_2024-11-09.eml"]
    assert [of.documents for of in stage.desk.chase_log()] == [1]
    asha.client.post(form.action, data={**dict(form.sent), "format": "eml"}, headers=SAME)
    assert len(stage.desk.chase_log()) == 1
    asha.client.post(form.action, data={**dict(form.sent), "format": "text"}, headers=SAME)
    assert len(stage.desk.chase_log()) == 2
    again = Fields(asha.open(f"{AT}?older_than=0&again_after=0"), "chase/letters")
    assert (dict(again.sent)["older_than"], dict(again.sent)["again_after"]) == ("0", "0")
    rows = asha.open(f"{AT}/payments?older_than=&reason=&min_tax=").splitlines()
    assert rows[1].startswith(f"{SELLER},<b>B/1,2024-10-05,invoice,yes")


@pytest.fixture
def page(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """A page of somebody who is signed in, in Chromium."""
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock) as ims:
        fill(Stage(ims, clock))
        with on_a_port(ims) as url:
            visits = Visits(chromium, url)
            secret = ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret
            yield visits.page(secret, viewport={"width": 360, "height": 740}, bypass_csp=True, accept_downloads=True)
            assert visits.faults == []
            visits.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_person_chases(page: Any) -> None:
    page.goto(AT)
    assert is_accessible(page)
    page.select_option("#older", "30")
    page.click("#filter")
    page.wait_for_selector(f"#supplier-{SELLER}")
    page.click(f"#supplier-{SELLER} a")
    page.wait_for_selector("#letter")
    assert is_accessible(page)
    assert "<b>B/1" in page.inner_text("#letter")
    with page.expect_download() as letters:
        page.click("#text")
    assert letters.value.suggested_filename == "letters.zip"
    with page.expect_download() as payments:
        page.click("#payments")
    assert payments.value.suggested_filename == "payments_to_hold.csv"
    page.goto(AT)
    assert "asha" in page.inner_text(f"#supplier-{SELLER}")
