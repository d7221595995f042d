"""A sign-off from its proposal to its application: who may, what is pinned, what refuses, what is proved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import (
    IMS,
    DeclarationError,
    InputError,
    MissingError,
    Principal,
    Proposal,
    RefusedError,
    SettableClock,
    shipped_book,
)
from ims_fsm.errors import FileError
from ims_fsm.law.modelcheck import check
from ims_fsm.resources import machines_folder
from ims_fsm.scheduler import Scheduler
from ims_fsm.terms.vocabulary import Job, State, Trigger
from ims_fsm.testing import Stage
from ims_fsm.workflow.signoff import steps
from ims_fsm.workflow.signoff.limits import read, shipped
from ims_fsm.workflow.upkeep import audit

PREPARER, APPROVER = Principal("asha", ["preparer"]), Principal("ravi", ["approver"])
CONTROLLER, CLERK = Principal("devi", ["controller"]), Principal("mina", ["clerk"])
SCHEDULER = Principal("clock", ["scheduler"])
SIX_LAKH = 60_000_000


@pytest.fixture(params=["sqlite", "pg"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_place")
    clock = SettableClock("2024-11-09 12:00")
    with IMS(url, clock=clock, signoff=True, log_refusals=True) as ims:
        yield Stage(ims, clock)


def desk(stage: Stage, who: Principal) -> Any:
    return stage.ims.recipient(stage.buyer, actor=who)


def rows(*actions: tuple[str, int]) -> list[Proposal]:
    return [
        Proposal(place=f"line {line}", trigger=Trigger(trigger), record_id=record)
        for line, (trigger, record) in enumerate(actions, start=2)
    ]


def codes(error: RefusedError) -> list[str]:
    return [refusal.code for refusal in error.refusals]


def test_what_one_proposes_another_approves_and_all_of_it_is_done(stage: Stage) -> None:
    first, second = stage.filed(), stage.filed()
    signoff = desk(stage, PREPARER).propose(rows(("accept", first), ("keep_pending", second), ("reject", second)))
    assert (signoff.state, signoff.proposed_by, signoff.case.facts) == ("proposed", "asha", {"amount": "small"})
    assert [stage.desk.record(record).state for record in (first, second)] == 2 * [State.NO_ACTION]
    view = desk(stage, APPROVER).signoff(signoff.id)
    assert (view.answers["approve"].allowed, view.judged.allowed, view.judged.done) == (True, 3, False)
    done = desk(stage, APPROVER).approve(signoff.id, remarks="as agreed")
    assert done.state == "applied"
    assert [stage.desk.record(record).state for record in (first, second)] == [State.ACCEPTED, State.REJECTED]
    trail = [(step.trigger, step.actor) for step in desk(stage, APPROVER).signoff(signoff.id).transitions]
    assert trail == [("propose", "asha"), ("approve", "ravi"), ("apply", "ravi")]
    assert {step.actor for step in stage.desk.history(second).transitions} == {"ravi"}
    assert [s.id for s in desk(stage, APPROVER).signoffs(states=["applied"])] == [signoff.id]
    assert audit(stage.ims).faults == ()


def test_who_may_what(stage: Stage) -> None:
    record = stage.filed()
    with pytest.raises(RefusedError) as caught:
        desk(stage, CLERK).propose(rows(("accept", record)))
    assert codes(caught.value) == ["not_permitted"]
    signoff = desk(stage, APPROVER).propose(rows(("accept", record)))
    table = {
        (who.id, trigger): codes_of(stage, who, signoff.id, trigger)
        for who in (PREPARER, APPROVER, Principal("omar", ["approver"]), CONTROLLER, CLERK)
        for trigger in ("pass_on", "approve", "decline", "withdraw", "lapse")
    }
    assert {key: found for key, found in table.items() if found} == {
        ("asha", "pass_on"): ["not_permitted"],
        ("asha", "approve"): ["not_permitted"],
        ("asha", "decline"): ["not_permitted"],
        ("asha", "withdraw"): ["not_yours"],
        ("ravi", "approve"): ["own_proposal"],
        ("ravi", "pass_on"): ["own_proposal"],
        ("omar", "withdraw"): ["not_yours"],
        ("devi", "withdraw"): ["not_yours"],
        ("mina", "pass_on"): ["not_permitted"],
        ("mina", "approve"): ["not_permitted"],
        ("mina", "decline"): ["not_permitted"],
        ("mina", "withdraw"): ["not_yours"],
        **{(who, "lapse"): ["not_permitted", "not_due"] for who in ("asha", "ravi", "omar", "devi", "mina")},
    }
    with pytest.raises(RefusedError):
        desk(stage, APPROVER).approve(signoff.id)
    assert stage.desk.record(record).state is State.NO_ACTION


def codes_of(stage: Stage, who: Principal, signoff_id: int, trigger: str) -> list[str]:
    answer = desk(stage, who).signoff(signoff_id).answers[trigger]
    return [refusal.code for refusal in answer.refusals]


def test_a_limit_is_a_controllers_and_overridden_with_a_reason(stage: Stage) -> None:
    large = stage.filed(stage.document(igst=SIX_LAKH, taxable=5 * SIX_LAKH))
    signoff = desk(stage, PREPARER).propose(rows(("accept", large)))
    assert signoff.case.facts == {"amount": "large"}
    for asked, expected in (
        ({}, ["above_the_limit"]),
        ({"override": True}, ["override_not_permitted", "reason_required"]),
        ({"override": True, "remarks": " \n "}, ["override_not_permitted", "reason_required"]),
        ({"override": True, "remarks": "why"}, ["override_not_permitted"]),
    ):
        with pytest.raises(RefusedError) as caught:
            desk(stage, APPROVER).approve(signoff.id, **asked)
        assert codes(caught.value) == expected
    assert desk(stage, CONTROLLER).approve(signoff.id).state == "applied"
    mine = desk(stage, CONTROLLER).propose(rows(("reject", large)))
    with pytest.raises(RefusedError):
        desk(stage, CONTROLLER).approve(mine.id)
    with pytest.raises(RefusedError) as caught:
        desk(stage, CONTROLLER).approve(mine.id, override=True, remarks="   ")
    assert codes(caught.value) == ["reason_required"]
    assert desk(stage, CONTROLLER).approve(mine.id, override=True, remarks="the approver is away").state == "applied"
    assert audit(stage.ims).faults == ()


def test_it_is_passed_on_to_one_who_then_decides(stage: Stage) -> None:
    record = stage.filed()
    signoff = desk(stage, PREPARER).propose(rows(("accept", record)))
    desk(stage, APPROVER).pass_on(signoff.id, "omar")
    desk(stage, APPROVER).pass_on(signoff.id, "mina")
    with pytest.raises(RefusedError) as caught:
        desk(stage, Principal("omar")).approve(signoff.id)
    assert codes(caught.value) == ["not_permitted"]
    assert desk(stage, CLERK).approve(signoff.id).state == "applied"


def test_what_has_moved_since_is_refused_with_all_reasons(stage: Stage) -> None:
    first, second, third = stage.filed(), stage.filed(), stage.filed()
    signoff = desk(stage, PREPARER).propose(rows(("accept", first), ("reject", second), ("accept", third)))
    stage.desk.accept(second)
    with pytest.raises(RefusedError) as caught:
        desk(stage, APPROVER).approve(signoff.id)
    assert codes(caught.value) == ["records_changed", "stale_version"]
    assert "the file has version 2 of it, and it is at version 3" in str(caught.value)
    assert [stage.desk.record(record).state for record in (first, third)] == 2 * [State.NO_ACTION]
    assert desk(stage, PREPARER).withdraw(signoff.id, remarks="again").state == "withdrawn"
    [event] = stage.ims.events(kinds=["refused"])
    assert (event.trigger, event.actor) == ("approve", "ravi")


def test_a_law_that_has_changed_since_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    signoff = desk(stage, PREPARER).propose(rows(("accept", stage.filed())))
    monkeypatch.setattr(steps, "_print_of", lambda _book: "another")
    with pytest.raises(RefusedError) as caught:
        desk(stage, APPROVER).approve(signoff.id)
    assert codes(caught.value) == ["law_changed"]


def test_the_records_themselves_are_kept_to_roles_too(stage: Stage) -> None:
    """Who approves does the actions in their own name: what they may not do is refused, and nothing is done."""
    record = stage.filed()
    signoff = desk(stage, PREPARER).propose(rows(("accept", record)))
    roles = """
    [[role]]
    name = "accountant"
    says = "who acts on records"

    [[permit]]
    machine = "record"
    triggers = ["accept"]
    roles = ["accountant"]
    """
    workspace = stage.ims._workspace
    workspace.book = workspace.book.permitting(roles)
    with pytest.raises(RefusedError) as caught:
        desk(stage, APPROVER).approve(signoff.id)
    assert codes(caught.value) == ["not_permitted"]
    assert desk(stage, APPROVER).signoff(signoff.id).signoff.state == "proposed"
    both = Principal("ravi", ["approver", "accountant"])
    assert desk(stage, both).approve(signoff.id).state == "applied"


def test_what_is_kept_to_the_role_signoff_is_done_through_a_signoff_alone(stage: Stage) -> None:
    """Who approves needs no role of the house's beside: the sign-off is the way, and nobody acts round it."""
    record = stage.filed()
    workspace = stage.ims._workspace
    workspace.book = workspace.book.permitting(THROUGH_A_SIGNOFF)
    for who in (PREPARER, APPROVER, CONTROLLER):
        with pytest.raises(RefusedError) as caught:
            desk(stage, who).accept(record)
        assert codes(caught.value) == ["not_permitted"]
    signoff = desk(stage, PREPARER).propose(rows(("accept", record)))
    assert desk(stage, APPROVER).approve(signoff.id).state == "applied"
    assert {step.actor for step in stage.desk.history(record).transitions} == {"ravi"}
    with pytest.raises(RefusedError):
        desk(stage, APPROVER).reject(record)


THROUGH_A_SIGNOFF = """
[[role]]
name = "signoff"
says = "as what the actions of a sign-off are done; nobody has it"

[[permit]]
machine = "record"
triggers = ["accept", "reject", "keep_pending", "reset"]
roles = ["signoff"]
"""


def test_a_file_of_roles_that_names_the_signoff_is_for_a_store_without_it_too(tmp_path: Path) -> None:
    more = '[[permit]]\nmachine = "signoff"\ntriggers = ["decline"]\nroles = ["controller"]\n'
    (tmp_path / "roles.toml").write_text(THROUGH_A_SIGNOFF + more)
    for signoff in (False, True):
        with IMS("sqlite://", roles=tmp_path / "roles.toml", signoff=signoff) as ims:
            assert (ims.signoff is not None) is signoff
            assert {"signoff", "controller"} <= ims.book.law.roles.keys()
    (tmp_path / "roles.toml").write_text(THROUGH_A_SIGNOFF + more.replace("decline", "declin"))
    with pytest.raises(DeclarationError, match="unknown trigger"):
        IMS("sqlite://", roles=tmp_path / "roles.toml")


def test_who_looks_tells_no_hook_and_writes_nothing(stage: Stage) -> None:
    told: list[str] = []

    def veto(event: Any) -> None:
        told.append(event.trigger)
        raise LookupError(event.trigger)

    record = stage.filed()
    stage.ims.hooks.before(trigger="accept")(veto)
    signoff = desk(stage, PREPARER).propose(rows(("accept", record)))
    view = desk(stage, APPROVER).signoff(signoff.id)
    assert (view.judged.allowed, told) == (1, [])
    with pytest.raises(MissingError):
        desk(stage, APPROVER).signoff(999)
    assert list(stage.ims.events(kinds=["refused"])) == []
    with pytest.raises(LookupError):
        desk(stage, APPROVER).approve(signoff.id)
    assert told == ["accept"]
    assert desk(stage, APPROVER).signoff(signoff.id).signoff.state == "proposed"


def test_a_sweep_lets_lapse_what_is_overdue_and_names_what_fails(stage: Stage) -> None:
    first, second, third = (desk(stage, PREPARER).propose(rows(("accept", stage.filed()))) for _ in range(3))
    desk(stage, APPROVER).approve(second.id, apply=False)
    assert stage.ims.sweep().failures == ()
    assert [signoff.state for signoff in stage.desk.signoffs()] == ["proposed", "approved", "proposed"]

    def veto(event: Any) -> None:
        if event.record.id == first.id:
            raise LookupError("not yet")

    stage.ims.hooks.before(trigger="lapse", machine="signoff")(veto)
    stage.at("2024-11-17")
    [failure] = stage.ims.sweep(actor="asha").failures
    assert (failure.recipient, failure.code) == (stage.buyer, "unexpected")
    assert [signoff.state for signoff in stage.desk.signoffs()] == ["proposed", "lapsed", "lapsed"]
    step = desk(stage, APPROVER).signoff(third.id).transitions[-1]
    assert (step.trigger, step.actor) == ("lapse", "clock")
    assert audit(stage.ims).faults == ()


def test_the_scheduler_lets_them_lapse_too_and_logs_what_fails(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    first, second = (desk(stage, PREPARER).propose(rows(("accept", stage.filed()))) for _ in range(2))
    assert Scheduler(stage.ims).run_once().signoffs == 0

    @stage.ims.hooks.before(trigger="lapse", machine="signoff")
    def veto(event: Any) -> None:
        if event.record.id == first.id:
            raise LookupError("not yet")

    stage.at("2024-11-17")
    assert Scheduler(stage.ims).run_once(only=[Job.DRAFT]).signoffs == 0
    tick = Scheduler(stage.ims).run_once()
    assert (tick.signoffs, tick.done.failed, bool(tick)) == (1, 0, True)
    assert [signoff.state for signoff in stage.desk.signoffs()] == ["proposed", "lapsed"]
    assert [record.ims_event for record in caplog.records] == ["signoff_not_lapsed"]  # type: ignore[attr-defined]
    assert desk(stage, APPROVER).signoff(second.id).transitions[-1].actor == "clock"


def test_the_newest_come_first_where_so_many_are_wanted(stage: Stage) -> None:
    ids = [desk(stage, PREPARER).propose(rows(("accept", stage.filed()))).id for _ in range(3)]
    desk(stage, APPROVER).decline(ids[2])
    assert [signoff.id for signoff in stage.desk.signoffs(newest=2)] == [ids[2], ids[1]]
    assert [signoff.id for signoff in stage.desk.signoffs(states=["proposed"], newest=1)] == [ids[1]]
    assert [signoff.id for signoff in stage.desk.signoffs()] == ids
    assert [signoff.id for signoff in stage.desk.signoffs(after=ids[0], limit=1)] == [ids[1]]
    assert (stage.desk.count_signoffs(), stage.desk.count_signoffs(states=["proposed"])) == (3, 2)
    with pytest.raises(InputError, match="is not a number of sign-offs"):
        stage.desk.signoffs(newest=-1)


def test_it_is_approved_now_and_applied_later_or_lapses(stage: Stage) -> None:
    first, second = stage.filed(), stage.filed()
    later, forgotten = (desk(stage, PREPARER).propose(rows(("accept", record))) for record in (first, second))
    assert desk(stage, APPROVER).approve(later.id, apply=False).state == "approved"
    assert desk(stage, APPROVER).apply_signoff(later.id).state == "applied"
    with pytest.raises(RefusedError) as caught:
        desk(stage, SCHEDULER).lapse(forgotten.id)
    assert codes(caught.value) == ["not_due"]
    stage.at("2024-11-17")
    with pytest.raises(RefusedError) as caught:
        desk(stage, APPROVER).approve(forgotten.id)
    assert codes(caught.value) == ["lapsed"]
    assert desk(stage, SCHEDULER).lapse(forgotten.id).state == "lapsed"
    assert audit(stage.ims).faults == ()


def test_a_proposal_that_nobody_may_take_is_refused_at_once_and_repeated_once(stage: Stage) -> None:
    note = stage.filed(stage.document("credit_note"))
    with pytest.raises(RefusedError) as caught:
        desk(stage, PREPARER).propose(rows(("keep_pending", note)))
    assert codes(caught.value) == ["pending_not_allowed"]
    ids = {desk(stage, PREPARER).propose(rows(("accept", note)), key="k").id for _ in range(2)}
    assert len(ids) == 1
    with pytest.raises(MissingError):
        desk(stage, APPROVER).approve(999)


def test_it_is_not_driven_as_a_case_whose_facts_anybody_says(stage: Stage) -> None:
    assert "signoff" not in stage.ims.machines
    with pytest.raises(MissingError, match="is driven at a recipient's desk"):
        stage.ims.cases("signoff", actor=APPROVER, owner=stage.buyer)


def test_a_house_may_have_limits_of_its_own(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(machines_folder() / "signoff", tmp_path / "house"))
    limits = (folder / "limits.toml").read_text()
    (folder / "limits.toml").write_text(limits.replace("500000", "100.50"))
    assert read(folder)[1].small == 10_050
    (folder / "limits.toml").write_text('small = "much"\ndays = 0\n')
    with pytest.raises(DeclarationError, match="write rupees in quotes") as caught:
        IMS("sqlite://", signoff=folder)
    assert "write a whole number of days from 1" in str(caught.value)
    with pytest.raises(FileError):
        IMS("sqlite://", signoff=tmp_path / "nowhere")


def test_it_is_proved_as_every_machine() -> None:
    assert check(shipped()[0]).holds


def test_without_it_nothing_is_proposed() -> None:
    with IMS("sqlite://") as ims:
        Stage(ims, SettableClock("2024-11-09 12:00"))
        with pytest.raises(InputError, match="open the store with signoff=True"):
            ims.recipient(Stage.buyer, actor=PREPARER).propose(rows(("accept", 1)))
    assert "signoff" not in shipped_book().law.machines


def test_pairs_by_hand_are_not_signed_off(stage: Stage) -> None:
    record = stage.filed()
    rows_of_file = f"id,action,pair with,reason for the pair\n{record},accept,#1,why\n".encode()
    with pytest.raises(InputError, match="pairs by hand, which nobody signs off"):
        desk(stage, PREPARER).propose(rows_of_file)
