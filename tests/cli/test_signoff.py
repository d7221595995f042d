"""`signoff` at a terminal: proposed, shown, refused, approved, declined, withdrawn."""

from __future__ import annotations

import pytest

from tests.cli.test_answers import holds

AT = ("--at", "2024-11-12T10:00")
ASHA, RAVI = ("--as", "asha:preparer"), ("--as", "ravi:approver")


@pytest.fixture
def proposed(run, ids, tmp_path):
    (tmp_path / "actions.csv").write_text(f"id,action\n{ids('KCL/24-25/0412')},reject\n")

    def propose() -> int:
        answer = run("signoff", "propose", "actions.csv", *ASHA, *AT, "--json").ended(0).json
        holds("signoff propose", answer)
        return int(answer["id"])

    return propose


def test_what_is_proposed_is_approved_by_another(run, ids, proposed):
    number = proposed()
    assert "has proposed sign-off" in run("signoff", "approve", number, "--as", "asha:approver", *AT).ended(1).err
    shown = run("signoff", "show", number, *RAVI, *AT, "--json").ended(0).json
    holds("signoff show", shown)
    assert (shown["may"]["approve"]["allowed"], shown["refused"], shown["proposed_by"]) == (True, [], "asha")
    told = run("signoff", "show", number, *RAVI, *AT).ended(0).out
    assert "approve: may be fired" in told
    assert "withdraw: refused" in told
    done = run("signoff", "approve", number, *RAVI, *AT, "--remarks", "as agreed").ended(0)
    assert done.out == f"Sign-off {number} of 1 action: applied.\n"
    assert run("show", ids("KCL/24-25/0412"), "--json", *AT).ended(0).json["state"] == "rejected"
    listed = run("signoff", "list", "--json").ended(0).json
    holds("signoff list", listed)
    assert [signoff["state"] for signoff in listed["signoffs"]] == ["applied"]
    assert "applied" in run("signoff", "list").ended(0).out


def test_it_is_declined_withdrawn_or_applied_later(run, proposed):
    for word, who, state in (("decline", RAVI, "declined"), ("withdraw", ASHA, "withdrawn")):
        ended = run("signoff", word, proposed(), *who, *AT, "--remarks", "no", "--json").ended(0).json
        holds(f"signoff {word}", ended)
        assert ended["state"] == state
    number = proposed()
    approved = run("signoff", "approve", number, *RAVI, *AT, "--later", "--json").ended(0).json
    holds("signoff approve", approved)
    assert approved["state"] == "approved"
    applied = run("signoff", "apply", number, *RAVI, *AT, "--json").ended(0).json
    holds("signoff apply", applied)
    assert applied["state"] == "applied"
    run("audit", "verify").ended(0)


def test_it_is_passed_on_and_lapses_with_a_sweep(run, proposed):
    number = proposed()
    passed = run("signoff", "pass-on", number, "mina", *RAVI, *AT, "--json").ended(0).json
    holds("signoff pass-on", passed)
    assert passed["state"] == "proposed"
    assert run("signoff", "approve", number, "--as", "omar", *AT).ended(1)
    assert run("signoff", "approve", number, "--as", "mina", *AT).ended(0)
    late = ("--at", "2024-11-20T10:00")
    number = proposed()
    run("sweep", *late).ended(0)
    assert "Sign-off" not in run("signoff", "list", "--state", "lapsed").ended(0).out.replace("No sign-offs.", "")
    run("sweep", "--signoff", *late).ended(0)
    listed = run("signoff", "list", "--state", "lapsed", "--json").ended(0).json
    assert [signoff["id"] for signoff in listed["signoffs"]] == [number]
