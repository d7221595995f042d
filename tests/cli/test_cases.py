"""`cases`: a leave from its opening to its end, refusals with their remedies, filters, sets, and what cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

LEAVE = Path(__file__).parents[2] / "docs" / "examples" / "leave_request"


STORY = """
title = "Only a manager approves"
machines = ["leave_request.toml"]

[[step]]
at = 2026-12-01T09:00:00
do = "open"
case = "LR-1"
machine = "leave_request"

[[step]]
at = 2026-12-01T09:01:00
do = "fire"
case = "LR-1"
trigger = "approve"
by = "asha:director"
refused = "not_permitted"

[[step]]
at = 2026-12-01T09:02:00
expect = { case = "LR-1", trigger = "approve", allowed = true, by = "ravi:manager" }
"""


@pytest.fixture
def cases(bare: Run) -> Run:
    """Run a command of cases on leave requests, at noon."""

    def run(command: str, *arguments: object, **env: str) -> Any:
        at = () if command in {"list", "history"} else ("--at", "2026-12-01T12:00")
        return bare("cases", command, *arguments, *at, IMS_FSM_MACHINES=str(LEAVE), **env)

    return run


def test_who_says_a_fact_is_declared(bare: Run, tmp_path: Path) -> None:
    law = (LEAVE / "leave_request.toml").read_text("utf-8")
    file = tmp_path / "leave_request.toml"
    file.write_text(law.replace('name = "days"\n', 'name = "days"\nsaid_by = ["open"]\n', 1), "utf-8")
    more = ("--at", "2026-12-01T12:00", "--machines", file)
    bare("cases", "open", "leave_request", "LR-1", "--fact", "days=many", *more).ended(0)
    refused = bare("cases", "fire", "leave_request", "LR-1", "approve", "--fact", "days=few", *more).ended(2)
    assert "days: is not given with approve; leave it out; it is given with open" in refused.err


def test_a_leave_goes_from_its_opening_to_its_end(cases: Run, tmp_path: Path) -> None:
    opened = cases("open", "leave_request", "LR-17", "--fact", "days=many").ended(0)
    assert opened.out == "Leave request LR-17, case 1: Asked.\n"
    again = cases("open", "leave_request", "LR-17", "--fact", "days=many", "--json").ended(0).json
    assert (again["id"], again["version"], again["facts"]) == (1, 1, {"days": "many"})
    refused = cases("fire", "leave_request", "LR-17", "approve").ended(1)
    assert refused.err == "error: More than five days are asked for (leave_request); escalate it to the director\n"
    shown = cases("show", "leave_request", "LR-17").ended(0).out
    assert "  approve: no\n" in shown
    assert "  escalate, decline, withdraw: yes\n" in shown
    fired = cases("fire", "leave_request", "id=1", "escalate", "--remarks", "it is long", "--key", "k").ended(0)
    assert fired.out == "Leave request LR-17, case 1: escalate took it from Asked to Escalated.\n"
    asked = cases("may", "leave_request", "LR-17", "confirm", "--fact", "balance=short").ended(1)
    assert "confirm is refused.\n  The year has too few days left for it (leave_request); decline it" in asked.out
    assert cases("may", "leave_request", "LR-17", "confirm").ended(0).out.endswith("may fire, and leads to Approved.\n")
    stale = cases("fire", "leave_request", "LR-17", "confirm", "--version", "1").ended(1)
    assert "has changed since this was chosen" in stale.err
    history = cases("history", "leave_request", "LR-17").ended(0).out
    assert "asked → escalated" in history
    assert "remarks it is long" in history
    cases("diagram", "leave_request", "LR-17", "--out", "path.svg").ended(0)
    assert "Leave request LR-17" in (tmp_path / "path.svg").read_text("utf-8")


def test_cases_are_listed_and_fired_in_sets(cases: Run) -> None:
    for number, days in enumerate(("few", "many", "few"), start=1):
        cases("open", "leave_request", f"LR-{number}", "--fact", f"days={days}").ended(0)
    few = cases("list", "leave_request", "--where", "days=few", "--json").ended(0).json
    assert [case["key"] for case in few["cases"]] == ["LR-1", "LR-3"]
    page = cases("list", "leave_request", "--limit", "2").ended(0).out
    assert page.endswith("2 cases of leave_request. There are more: --after 2.\n")
    tried = cases("fire-on", "leave_request", "approve", "--all", "--dry-run").ended(1).out
    assert tried.startswith("approve would fire on 2 cases.\nRefused: 1 case.\n")
    assert "case 2: More than five days are asked for." in tried
    done = cases("fire-on", "leave_request", "approve", "--where", "days=few|many", "--json").ended(1).json
    assert (done["done"], done["applied"], done["refused"], done["refused_by_rule"]) == (
        True, 2, 1, {"leave_request": 1}
    )  # fmt: skip
    approved = cases("list", "leave_request", "--state", "approved,taken", "--json").ended(0).json
    assert [case["key"] for case in approved["cases"]] == ["LR-1", "LR-3"]


def test_what_is_anothers_is_not_here(cases: Run) -> None:
    cases("open", "leave_request", "LR-1", "--owner", "hr").ended(0)
    cases("open", "leave_request", "LR-1").ended(0)
    mine = cases("show", "leave_request", "LR-1", "--owner", "hr", "--json").ended(0).json
    assert (mine["id"], mine["owner"]) == (1, "hr")
    assert cases("show", "leave_request", "id=1").ended(2).err.startswith("error: case: 1: is not a case of")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "open leave_reqest X",
            "leave_request, or name its file with --machines",
        ),
        ("open leave_request X --fact dayz=few", "days"),
        ("open leave_request X --fact days=none", "few, many"),
        ("fire leave_request LR-9 approve", "is not the key of a case of leave_request here; see ims-fsm cases list"),
        ("fire leave_request id=x approve", "is not the id of a record"),
        ("fire leave_request LR-1 approv", "approve"),
        ("fire-on leave_request approve", "say which cases are meant"),
        ("fire-on leave_request approve --all --state asked", "say which cases are meant"),
        ("list leave_request --state askd", "asked"),
        ("list leave_request --where days", "write it NAME=VALUE"),
    ],
)
def test_what_cannot_be_is_said(cases: Run, words: str, sentence: str) -> None:
    cases("open", "leave_request", "LR-1").ended(0)
    command, *arguments = words.split()
    assert sentence in cases(command, *arguments).ended(2).err


def test_without_a_law_or_a_database_the_way_is_said(bare: Run) -> None:
    assert "name its file with --machines" in bare("cases", "open", "leave_request", "LR-1").ended(2).err
    (Path.cwd() / "ims.db").unlink()
    missing = bare("cases", "list", "leave_request", "--machines", LEAVE).ended(2).err
    assert "there is no database ims.db; open a case first (ims-fsm cases open)" in missing
    assert "cannot be read" in bare("cases", "open", "x", "y", "--machines", "nowhere.toml").ended(2).err


def test_events_name_the_machine_of_a_case(cases: Run, bare: Run) -> None:
    cases("open", "leave_request", "LR-1", "--owner", "hr").ended(0)
    assert "hr  leave request 1  open  [*] → asked  meera" in bare("events").ended(0).out


def test_who_may_fire_is_asked_by_role(cases: Run, bare: Run, tmp_path: Path) -> None:
    law = tmp_path / "leave_request.toml"
    kept = (LEAVE / "leave_request.toml").read_text("utf-8").replace(
        'name = "approve"\nactor', 'name = "approve"\nroles = ["manager"]\nactor'
    )  # fmt: skip
    law.write_text(f'{kept}\n[[role]]\nname = "manager"\nsays = "who approves leaves"\n', "utf-8")
    at = ("--machines", law, "--at", "2026-12-01T12:00")
    bare("cases", "open", "leave_request", "LR-1", *at).ended(0)
    refused = bare("cases", "fire", "leave_request", "LR-1", "approve", "--as", "asha", "--json", *at).ended(1).json
    assert refused["error"]["code"] == "not_permitted"
    bare("cases", "may", "leave_request", "LR-1", "approve", "--as", "asha", *at).ended(1)
    assert "approve: no" in bare("cases", "show", "leave_request", "LR-1", *at).ended(0).out
    done = bare("cases", "fire", "leave_request", "LR-1", "approve", "--as", "ravi:manager", *at).ended(0)
    assert "from Asked to Approved" in done.out
    story = tmp_path / "story.toml"
    story.write_text(STORY, "utf-8")
    assert bare("scenario", "run", story).ended(0).out.startswith("held ")


def test_a_law_that_changed_under_live_cases_names_the_way(cases: Run, bare: Run, tmp_path: Path) -> None:
    cases("open", "leave_request", "LR-1").ended(0)
    law = tmp_path / "leave_request.toml"
    law.write_text((LEAVE / "leave_request.toml").read_text("utf-8").replace('"asked"', '"requested"'), "utf-8")
    stopped = bare("cases", "list", "leave_request", "--machines", law).ended(2).err
    assert "live cases were written under another declaration of their machine (leave_request 1)" in stopped
    assert stopped.endswith("then run ims-fsm migrate --machines PATH --dry-run\n")
