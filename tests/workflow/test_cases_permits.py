"""Who may, for cases: roles on triggers, limits by role, four eyes read from the log; one by one and in sets."""

from __future__ import annotations

import pytest

from ims_fsm import Engine, InputError, MissingError, Principal, RefusedError, SettableClock
from ims_fsm.law.loading import load_own
from ims_fsm.workflow.upkeep import audit

LAW = """
name = "payment"
title = "Payment"
says = "a payment from its proposal to its approval"
initial = "proposed"

[[role]]
name = "clerk"
says = "who prepares"

[[role]]
name = "director"
says = "who may decide on much"

[[fact]]
name = "sum"
says = "how much it is"
said_by = ["open", "change"]
values = { small = "little", large = "much" }
default = "small"

[[fact]]
name = "own"
says = "whether who decides has proposed or changed it"
same_actor_as = ["propose", "change"]
values = { no = "somebody else has", yes = "they have" }
default = "no"

[[state]]
name = "proposed"
says = "It waits."

[[state]]
name = "approved"
says = "It is paid."
terminal = true

[[trigger]]
name = "propose"
actor = "clerk"
roles = ["clerk"]
says = "It is proposed."

[[trigger]]
name = "change"
actor = "clerk"
says = "It is changed."

[[trigger]]
name = "approve"
actor = "manager"
roles = ["clerk", "director"]
says = "It is approved."

[[transition]]
trigger = "propose"
source = "[*]"
dest = "proposed"

[[transition]]
trigger = "change"
source = "proposed"
dest = "proposed"

[[transition]]
trigger = "approve"
source = "proposed"
dest = "approved"

[[guard]]
name = "four_eyes"
triggers = ["approve"]
refuse_when = { own = "yes" }
says = "{document} is approved by somebody else than who proposed or changed it"
remedy = "have a colleague approve it"

[[guard]]
name = "much_is_the_directors"
triggers = ["approve"]
refuse_when = { sum = "large", role_director = "lacking" }
says = "{document} is more than a clerk decides"
remedy = "have a director approve it"
"""
ASHA, RAVI = Principal("asha", ["clerk"], ["acme"]), Principal("ravi", ["clerk"])
DEVI = Principal("devi", ["director"])


@pytest.fixture(params=["sqlite", "pg"])
def engine(request, tmp_path):
    path = tmp_path / "payment.toml"
    path.write_text(LAW)
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_place")
    with Engine(url, machines=path, clock=SettableClock("2026-11-30 12:00"), log_refusals=True) as made:
        yield made


def desk(engine, who):
    return engine.cases("payment", actor=who, owner="acme")


def codes(answer):
    return [refusal.code for refusal in answer.refusals]


def test_who_opens_it_needs_the_role(engine):
    with pytest.raises(RefusedError) as caught:
        desk(engine, "asha").open("P-1")
    assert caught.value.code == "not_permitted"
    assert desk(engine, ASHA).open("P-1").state == "proposed"


def test_four_eyes_and_limits_are_read_and_told(engine):
    small, large = desk(engine, ASHA).open("P-1"), desk(engine, ASHA).open("P-2", sum="large")
    desk(engine, "mina").fire(large.id, "change")
    asked = {
        (who.id, case.key): codes(desk(engine, who).may(case.id, "approve"))
        for who in (ASHA, RAVI, DEVI, Principal("mina", ["director"]), Principal("nobody"))
        for case in (small, large)
    }
    assert asked == {
        ("asha", "P-1"): ["four_eyes"],
        ("asha", "P-2"): ["four_eyes", "much_is_the_directors"],
        ("ravi", "P-1"): [],
        ("ravi", "P-2"): ["much_is_the_directors"],
        ("devi", "P-1"): [],
        ("devi", "P-2"): [],
        ("mina", "P-1"): [],
        ("mina", "P-2"): ["four_eyes"],
        ("nobody", "P-1"): ["not_permitted"],
        ("nobody", "P-2"): ["not_permitted", "much_is_the_directors"],
    }
    for (who, key), expected in asked.items():
        if expected:
            roles = {"asha": ["clerk"], "ravi": ["clerk"], "nobody": []}.get(who, ["director"])
            case = small if key == "P-1" else large
            with pytest.raises(RefusedError) as caught:
                desk(engine, Principal(who, roles)).fire(case.id, "approve")
            assert codes(caught.value) == expected
    assert desk(engine, DEVI).fire(large.id, "approve").state == "approved"
    assert audit(engine).faults == ()


def test_in_sets_each_case_is_asked_as_alone(engine):
    for number in range(3):
        desk(engine, ASHA).open(f"A-{number}")
        desk(engine, RAVI).open(f"R-{number}")
    report = desk(engine, ASHA).fire_on("approve")
    assert (report.applied, [(codes(group), group.count) for group in report.refused]) == (3, [(["four_eyes"], 3)])
    assert {case.key[0] for case in desk(engine, ASHA).list(states=["approved"])} == {"R"}
    nobody = desk(engine, "nobody").fire_on("approve")
    assert (nobody.applied, nobody.by_rule()) == (0, {"house.roles": 6})
    assert audit(engine).faults == ()


def test_nobody_says_who_acts_but_the_engine(engine):
    case = desk(engine, ASHA).open("P-1")
    for facts in ({"own": "no"}, {"role_director": "held"}):
        with pytest.raises(InputError, match="is about who acts, and nobody gives it"):
            desk(engine, ASHA).fire(case.id, "approve", facts=facts)
        with pytest.raises(InputError, match="is about who acts"):
            engine.cases("payment", actor=ASHA, owner="acme", facts=lambda _case, f=facts: f).may(case.id, "approve")


def test_a_fact_is_given_with_the_triggers_that_it_names(engine):
    case = desk(engine, ASHA).open("P-1", sum="large")
    for call in (
        lambda at: at.fire(case.id, "approve", sum="small"),
        lambda at: at.may(case.id, "approve", sum="small"),
        lambda at: at.fire_on("approve", sum="small"),
        lambda at: at.weigh("approve", states=["approved"], sum="small"),
    ):
        with pytest.raises(InputError) as caught:
            call(desk(engine, RAVI))
        assert (
            str(caught.value) == "facts: sum: is not given with approve; leave it out; it is given with open or change"
        )
    assert desk(engine, RAVI).case(case.id).version == 1
    assert codes(desk(engine, RAVI).may(case.id, "approve")) == ["much_is_the_directors"]
    assert desk(engine, ASHA).fire(case.id, "change", sum="small").facts == {"sum": "small"}
    assert desk(engine, RAVI).fire(case.id, "approve").state == "approved"


def test_who_can_say_a_fact_is_part_of_what_a_machine_decides_by(tmp_path):
    by = []
    for text in (LAW, LAW.replace('said_by = ["open", "change"]', 'said_by = ["open"]')):
        path = tmp_path / "payment.toml"
        path.write_text(text)
        by.append(load_own(path).machines["payment"].fingerprint)
    assert by[0] != by[1]


def test_what_is_refused_is_an_event_of_its_owner(engine):
    case = desk(engine, ASHA).open("P-1")
    with pytest.raises(RefusedError):
        desk(engine, ASHA).fire(case.id, "approve")
    [event] = engine.events(owner="acme", kinds=["refused"])
    assert (event.trigger, event.actor, event.detail["refusals"][0]["code"]) == ("approve", "asha", "four_eyes")


def test_another_owner_is_not_here(engine):
    with pytest.raises(MissingError):
        engine.cases("payment", actor=ASHA, owner="other")
