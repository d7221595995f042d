"""Files: a download taken in with its report, the workbook down and up, checked before it is applied."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ims_fsm import EventKind
from ims_fsm.resources import samples_folder
from ims_fsm.testing import Stage
from ims_fsm.web.demonstration import prepared
from tests.web.conftest import BUYER
from tests.web.screens.conftest import SAME, Browser

FILES = f"/recipients/{BUYER}/files"
DOWNLOAD = samples_folder() / "ims_2024-11.json"


def sending(content: bytes, name: str = "file.json") -> list[Any]:
    return [("files", (name, content))]


def test_a_download_is_taken_in_with_its_report(stage: Stage, asha: Browser) -> None:
    asha.open(FILES)
    asha.send("/import", files=sending(DOWNLOAD.read_bytes()))
    assert "26 records read" in asha.text
    assert "26 new" in asha.text
    asha.open(FILES)
    asha.send("/import", files=sending(DOWNLOAD.read_bytes()))
    assert "26 unchanged" in asha.text, "the same again changes nothing"
    assert len(list(stage.desk.records())) == 26


def test_what_cannot_be_read_is_said_and_nothing_is_taken_in(stage: Stage, asha: Browser) -> None:
    asha.open(FILES)
    assert "This cannot be read" in asha.send("/import", status=422, files=sending(b"{"))
    asha.open(FILES)
    assert "choose one first" in asha.send("/import", status=422, files=sending(b"", ""))
    asha.open(FILES)
    wrong = asha.send("/import", status=422, files=sending(DOWNLOAD.read_bytes()), made_at="soon")
    assert "is not a moment" in wrong
    assert list(stage.desk.records()) == []


def test_the_workbook_goes_down_and_comes_back(stage: Stage, asha: Browser) -> None:
    record, note = stage.filed(), stage.filed(stage.document("credit_note"))
    book = asha.client.get(f"{FILES}/workbook", headers=SAME)
    assert book.content[:2] == b"PK"
    assert f"ims_{BUYER}.xlsx" in book.headers["content-disposition"]
    asha.open(FILES)
    unchanged = asha.send("/apply", status=422, files=sending(book.content, "ims.xlsx"))
    assert "This cannot be read" in unchanged, "it proposes nothing yet"
    actions = [{"id": record, "action": "accept"}, {"id": note, "action": "pending"}]
    asha.open(FILES)
    asha.send("/apply", files=sending(json.dumps(actions).encode(), "actions.json"))
    assert "actions.json: 1 actions are allowed, 1 refused" in html.unescape(asha.text)
    assert "faq.11.a" in asha.text
    assert stage.desk.record(record).state == "no_action", "nothing is done before it is confirmed"
    asha.send("/apply")
    assert "actions.json: 1 done, 1 refused" in asha.text
    assert stage.desk.record(record).state == "accepted"
    answer = asha.client.post(f"{FILES}/apply", data={"confirmed": "1", "again": "?"}, headers=SAME)
    assert (answer.status_code, "choose the file again" in answer.text) == (422, True)


def test_who_only_looks_sends_nothing(served: Callable[..., Browser]) -> None:
    auditor = served("auditor", "auditor")
    assert 'type="file"' not in auditor.open(FILES)
    assert 'id="workbook"' in auditor.page


def test_an_open_page_follows_what_happens_from_when_it_was_made(stage: Stage, asha: Browser) -> None:
    record = stage.filed()
    stage.desk.accept(record)
    page = asha.open(f"/recipients/{BUYER}/inward")
    address = html.unescape(page.partition('data-live="')[2].partition('"')[0])
    assert f"kind={EventKind.TRANSITION}" in address
    cursor = address.partition("after=")[2]
    stage.desk.reject(record)
    since = list(stage.ims.events(cursor, gstin=BUYER))
    assert [event.trigger for event in since] == ["reject"]


def test_the_demonstration_has_a_month_and_a_token(tmp_path: Path) -> None:
    ims, secret = prepared(tmp_path)
    with ims:
        assert ims.tokens.holder(secret)
        assert ims.registered() == [BUYER]
        assert ims.recipient(BUYER, actor="x").summary().totals.records == 26
