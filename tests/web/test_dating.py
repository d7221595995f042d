"""The header Backdate: why what a request does is dated back, for every request that changes something, alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from ims_fsm import TaxPeriod
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, SELLER, Caller

WHY = "काग़ज़ late, 100%"
DOCUMENT = {"number": "S/9", "date": "2024-10-05", "taxable": "7.00"}
AT = f"/recipients/{BUYER}"
# Who asks for what, with which status without a reason, and what is sent.
CHANGES: dict[str, tuple[str, str, str, int, dict[str, Any]]] = {
    "one record": ("asha", "POST", f"{AT}/records/1/action", 409, {"json": {"action": "reject"}}),
    "a file": ("asha", "POST", f"{AT}/actions/by-file", 200, {"files": {"file": ("a.csv", b"id,action\n1,reject\n")}}),
    "a filter": ("asha", "POST", f"{AT}/actions/by-filter", 200, {"json": {"action": "reject"}}),
    "GSTR-2B": ("asha", "POST", f"{AT}/2b/2024-10", 409, {}),
    "a document": ("shop", "PUT", f"/suppliers/{SELLER}/documents/2", 409, {"json": DOCUMENT}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_dated_back_is_refused_and_with_a_reason_done(
    stage: Stage, calling: Callable[[str], Caller], what: str
) -> None:
    stage.at("2024-11-15").filed()
    stage.saved(period="2024-11")
    buyer = stage.ims.recipient(BUYER, actor="asha")
    buyer.accept(1)
    buyer.generate_2b(TaxPeriod("2024-10"))
    stage.at("2024-11-14")
    who, method, path, refused, sent = CHANGES[what]
    seen = {"If-Match": f'"{buyer.record(1).version}"'}
    assert "rule.56_8" in calling(who)(method, path, status=refused, headers=seen, **sent).text
    assert noted(calling) == []
    calling(who)(method, path, headers={**seen, "Backdate": quote(WHY, safe=" ,")}, **sent)
    assert noted(calling)


def noted(calling: Callable[[str], Caller]) -> list[str]:
    """Return what the audit notes as dated back for the reason."""
    audit = calling("auditor").get(f"{AT}/audit")
    assert audit["faults"] == []
    return [note["what"] for note in audit["notes"] if note["what"].endswith(f": {WHY}")]
