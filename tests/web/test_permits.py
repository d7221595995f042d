"""Roles that a house lays over the triggers, over HTTP: a token that may call, and may not fire."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ims_fsm import InputError, Principal, TaxPeriod, shipped_book
from ims_fsm.testing import Stage
from tests.web import conftest
from tests.web.conftest import BUYER, Caller

ROLES = (Path(__file__).resolve().parents[2] / "docs" / "examples" / "roles.toml").read_text("utf-8")
AT = f"/recipients/{BUYER}"
NAMED = {"record_id": 1, "version": 2, "action": "reject"}
PATHS = {
    "one record": ("approver", "POST", f"{AT}/records/1/action", {"json": {"action": "reject"}}),
    "a filter": ("approver", "POST", f"{AT}/actions/by-filter", {"json": {"action": "reject"}}),
    "ids": ("approver", "POST", f"{AT}/actions/by-id", {"json": {"actions": [NAMED]}}),
    "a file": ("approver", "POST", f"{AT}/actions/by-file", {"files": {"file": ("a.csv", b"id,action\n1,reject\n")}}),
    "GSTR-2B": ("filer", "POST", f"{AT}/2b/2024-10", {}),
    "GSTR-3B": ("filer", "POST", f"{AT}/3b/2024-10", {"json": {"consent": True}}),
}


@pytest.fixture(autouse=True)
def _roles(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.filed()
    stage.at("2024-11-16").desk.generate_2b(TaxPeriod("2024-10"))
    monkeypatch.setattr(stage.ims._workspace, "book", shipped_book(None, ROLES))
    for role in ("approver", "filer"):
        caller = Principal(id=role, roles=["recipient", role], gstins=[BUYER])
        monkeypatch.setitem(conftest.CALLERS, role, caller)


@pytest.mark.parametrize("what", PATHS)
def test_a_caller_without_the_role_is_refused_with_its_rule(
    stage: Stage, calling: Callable[[str], Caller], what: str
) -> None:
    needed, method, path, sent = PATHS[what]
    seen = {"If-Match": f'"{stage.desk.record(1).version}"'}
    before = stage.desk.history(1), stage.desk.two_bs()
    for who in {"asha", "approver", "filer"} - {needed}:
        in_sets = what in {"a filter", "ids", "a file"}
        answer = calling(who)(method, path, status=200 if in_sets else 403, headers=seen, **sent)
        assert "house.roles" in answer.text
        assert in_sets or answer.json()["code"] == "not_permitted"
        assert before == (stage.desk.history(1), stage.desk.two_bs())
    assert "house.roles" not in calling(needed)(method, path, headers=seen, **sent).text
    assert before != (stage.desk.history(1), stage.desk.two_bs())


def test_a_token_may_have_a_role_of_the_house(stage: Stage) -> None:
    made = stage.ims.tokens.issue("ravi", roles=["recipient", "approver"], gstins=[BUYER])
    held = stage.ims.tokens.holder(made.secret)
    assert held is not None
    assert held.roles == ("recipient", "approver")
    with pytest.raises(InputError, match="did you mean approver"):
        stage.ims.tokens.issue("ravi", roles=["aprover"], gstins=[BUYER])
