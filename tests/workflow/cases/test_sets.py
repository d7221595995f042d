"""Many cases at once: as one by one, decided once for what is alike, and refused in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_fsm import Case, CasesDesk, Engine, MissingError, RefusedError, SettableClock
from ims_fsm.law import decision
from ims_fsm.law.loading import load_own
from ims_fsm.law.register import Law
from ims_fsm.workflow import upkeep
from ims_fsm.workflow.cases import steps
from tests.conftest import ON_POSTGRESQL

START = "2025-03-10 11:00"
# What cases were opened with, and what was fired on each before.
LIVES = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {}, optional={"days": st.sampled_from(["few", "many"]), "cover": st.sampled_from(["yes", "no"])}
        ),
        st.lists(st.sampled_from(["approve", "decline", "revoke", "end"]), max_size=3),
        st.sampled_from(["2024-06", "2025-03"]),
    ),
    max_size=8,
)
FIRINGS = st.tuples(
    st.sampled_from(["approve", "decline", "revoke", "end"]),
    st.fixed_dictionaries({}, optional={"cover": st.just("yes"), "balance": st.just("spent")}),
    st.sampled_from([(), ("requested",), ("approved", "requested")]),
)


@pytest.fixture(scope="module")
def law(machines: tuple[Path, ...]) -> Law:
    """The leave request, read once."""
    return load_own(machines[0])


def filled(desk: CasesDesk, lives: Any) -> list[int]:
    ids = []
    for number, (facts, triggers, period) in enumerate(lives):
        case = desk.open(f"LR-{number}", period=period, facts=facts)
        ids.append(case.id)
        for trigger in triggers:
            if desk.may(case.id, trigger):
                desk.fire(case.id, trigger)
    return ids


def read(case: Case) -> Mapping[str, str]:
    return {"balance": "spent" if case.id % 3 == 0 else "left"}


# Each opens two stores, which takes longest on PostgreSQL.
@settings(max_examples=2 if ON_POSTGRESQL else 12)
@given(lives=LIVES, firing=FIRINGS, has_reader=st.booleans())
def test_a_set_is_as_one_by_one(law: Law, rows: Any, lives: Any, firing: Any, has_reader: bool) -> None:
    trigger, facts, states = firing
    left = []
    for in_sets in (True, False):
        with Engine("sqlite://", machines=law, clock=SettableClock(START)) as engine:
            desk = engine.cases("leave_request", actor="lead", facts=read if has_reader else None)
            ids = filled(desk, lives)
            if in_sets:
                weighed = desk.weigh(trigger, states=states, facts=facts)
                report = desk.fire_on(trigger, states=states, facts=facts)
                assert weighed == report
                refused = sum((Counter({g.refusals[0].code: g.count}) for g in report.refused), Counter[str]())
                counted = (report.applied, refused)
            else:
                assert counted == one_by_one(desk, ids, trigger, facts, states)
            left.append(rows(engine))
            assert upkeep.audit(engine).faults == ()
    assert left[0] == left[1]


def one_by_one(desk: CasesDesk, ids: list[int], trigger: str, facts: Any, states: Any) -> Any:
    applied, refused = 0, Counter[str]()
    for number in ids:
        if states and desk.case(number).state not in states:
            continue
        try:
            desk.fire(number, trigger, facts=facts)
            applied += 1
        except RefusedError as error:
            refused[error.code] += 1
    return applied, refused


def test_what_is_alike_is_decided_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = engine.cases("leave_request", actor="lead")
    for number in range(30):
        desk.open(f"LR-{number}", days="many" if number % 2 else "few", cover="no" if number % 3 else "yes")
    asked: list[object] = []

    def decide(*of: Any) -> Any:
        asked.append(of)
        return decision.decide(*of)

    monkeypatch.setattr(steps, "decide", decide)
    report = desk.fire_on("approve", remarks="all of them")
    assert (report.applied, report.refused_records, len(asked)) == (20, 10, 4)
    assert report.by_rule() == {"manual.3": 10}
    [group] = report.refused
    assert [answer.document for answer in group.examples] == [f"leave request LR-{n}" for n in (1, 5, 7, 11, 13)]
    assert upkeep.audit(engine).faults == ()
    # Twenty steps of one call, and one of each opening.
    assert {event.detail["remarks"] for event in engine.events() if event.seq == 2 and event.detail} == {"all of them"}


def test_many_are_chosen_by_state_facts_month_and_id(engine: Engine) -> None:
    desk = engine.cases("leave_request", actor="lead")
    ids = [
        desk.open(
            f"LR-{number}", period="2025-01" if number < 2 else "2025-02", facts={"days": days} if days else {}
        ).id
        for number, days in enumerate(["few", "many", "many", None])
    ]
    desk.fire(ids[0], "decline")

    def chosen(**how: Any) -> list[int]:
        return [ids.index(case.id) for case in desk.list(**how)]

    assert chosen() == [0, 1, 2, 3]
    assert chosen(states="requested") == [1, 2, 3]
    # What has no such fact takes the default.
    assert chosen(where={"days": "few"}) == [0, 3]
    assert chosen(where={"days": ["few", "many"]}, period="2025-02") == [2, 3]
    assert chosen(after=ids[1], limit=1) == [2]
    assert desk.count(where={"days": "many"}) == 2
    assert desk.fire_on("approve", ids=ids[2:], cover="yes").applied == 2
    assert chosen(states=["approved"]) == [2, 3]
    with pytest.raises(MissingError, match="99: is not a case of leave_request here"):
        desk.fire_on("revoke", ids=[ids[2], 99])
    assert chosen(states=["approved"]) == [2, 3]


def test_a_set_that_is_repeated_under_its_key_is_done_once(
    engine: Engine, rows: Callable[[Engine], dict[str, list[Any]]]
) -> None:
    desk = engine.cases("leave_request", actor="lead")
    desk.open("LR-1")
    first = desk.fire_on("approve", key="k")
    desk.open("LR-2")
    before = rows(engine)
    assert desk.fire_on("approve", key="k") == first
    assert rows(engine) == before


def test_hooks_hear_of_each_case_of_a_set(engine: Engine) -> None:
    desk, heard = engine.cases("leave_request", actor="lead"), list[object]()
    for number in range(3):
        desk.open(f"LR-{number}", cover="no", days="many" if number == 1 else "few")
    engine.hooks.before(machine="leave_request", trigger="approve")(lambda event: heard.append(event.record))
    desk.fire_on("approve")
    assert [case.key for case in heard if isinstance(case, Case)] == ["LR-0", "LR-2"]
