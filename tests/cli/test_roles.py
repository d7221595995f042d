"""`--as NAME:ROLE` and `--roles FILE`: who acts at a terminal, and what is kept to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "roles.toml"
NOW = ("--at", "2024-11-12T10:00", "--roles", str(FILE))
LATER = ("--at", "2024-11-16T10:00", "--roles", str(FILE))


def test_an_action_is_for_who_has_the_role(run, ids):
    record = ids("KCL/24-25/0412")
    refused = run("act", "accept", "--id", record, "--as", "ravi:filer", *NOW).ended(1).out
    assert "house.roles: 1 record\n" in refused
    assert "The trigger accept on invoice KCL/24-25/0412 of" in refused
    assert (
        run("act", "accept", "--id", record, "--as", "asha:approver", *NOW).ended(0).out == "1 record was accepted.\n"
    )
    last = run("history", record, "--json").ended(0).json["transitions"][-1]
    assert (last["trigger"], last["actor"]) == ("accept", "asha")


@pytest.mark.parametrize("role", ["approver", "filer", "scheduler", None])
def test_every_command_asks_who_it_is(run, ids, tmp_path, role):
    who = ("--as", f"asha:guest,{role}" if role else "asha")
    record, approves, files = ids("KCL/24-25/0412"), role != "approver", role != "filer"
    (tmp_path / "actions.csv").write_text(f"id,action\n{record},reject\n")
    assert run("check", "actions.csv", *who, *NOW).code == approves
    assert run("apply", "actions.csv", *who, *NOW).code == approves
    assert ("house.roles" in run("what-if", record, "accept", *who, *NOW).ended(0).out) == approves
    assert ("house.roles" in run("show", record, *who, *NOW).ended(0).out) == approves
    assert run("act", "reset", "--where", "number=KCL/24-25/0412", "--all", *who, *NOW).code in {approves, 2}
    drafts = role not in {"filer", "scheduler"}
    assert run("2b", "generate", "--period", "2024-10", *who, *LATER).code == drafts
    run("2b", "generate", "--period", "2024-10", "--as", "f:filer", *LATER).ended(0)
    assert run("3b", "file", "--period", "2024-10", "--yes", *who, *LATER).code == files
    run("audit", "verify").ended(0)


def test_they_may_come_from_the_environment(run, ids):
    record = ids("KCL/24-25/0412")
    asks = ("what-if", record, "accept", "--at", "2024-11-12T10:00")
    assert "house.roles" in run(*asks, IMS_FSM_ROLES=str(FILE)).ended(0).out
    assert "house.roles" not in run(*asks, IMS_FSM_ROLES=str(FILE), IMS_FSM_AS="asha:approver").ended(0).out


@pytest.mark.parametrize("given", ["asha:", "asha:Approver", "asha:a b", ":approver", "asha:a,,b"])
def test_a_name_with_roles_is_written_so(run, given):
    assert "NAME" in run("list", "--as", given, *NOW).ended(2).err or given.startswith(":")


def test_an_unknown_role_is_hinted(run, tmp_path):
    (tmp_path / "r.toml").write_text(FILE.read_text().replace('roles = ["approver"]', 'roles = ["aprover"]'))
    said = run("list", "--roles", "r.toml", "--at", "2024-11-12T10:00").ended(2).err
    assert "permit[1]: names the unknown role 'aprover'; did you mean approver?" in said
