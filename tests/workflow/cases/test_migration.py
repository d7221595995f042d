"""Live cases are taken over to another declaration: by a map, dry first, all or none, a step in the log each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ims_fsm import Engine, RefusedError, SettableClock
from ims_fsm.law.edition import Machine
from ims_fsm.store.register import LawMismatchError
from ims_fsm.workflow import upkeep
from tests.conftest import WRITTEN_AT

CLOCK = SettableClock("2025-03-10 11:00")
RENAMED = {"requested": "asked", "days.many": "long"}


@pytest.fixture(params=[pytest.param("file", marks=pytest.mark.sqlite("its twin is on PostgreSQL")), "pg"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"sqlite:///{tmp_path / 'ims.db'}"
        return
    databases = request.getfixturevalue("databases")
    made = databases.make()
    yield databases.address(made).render_as_string(hide_password=False)
    databases.drop([made])


@pytest.fixture
def amended(tmp_path: Path, machines: tuple[Path, ...]) -> Path:
    """The leave request with another name for a state and a value, and without the fact of the balance."""
    text = machines[0].read_text("utf-8")
    for old, new in {
        'version = "1"': 'version = "2"',
        "requested": "asked",
        'many = "more': 'long = "more',
        'days = "many"': 'days = "long"',
    }.items():
        text = text.replace(old, new)
    begin = text.index('[[fact]]\nname = "balance"')
    text = text[:begin] + text[text.index("[[state]]") :]
    begin = text.index('[[guard]]\nname = "days_left"')
    text = text[:begin] + text[text.index('[[guard]]\nname = "covered"') :]
    file = tmp_path / "leave_request.toml"
    file.write_text(text.replace(', "balance"]', "]"), "utf-8")
    return file


def test_cases_are_taken_over(
    url: str,
    machines: tuple[Path, ...],
    amended: Path,
    sound: Callable[[Engine], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "machine_clock", lambda: WRITTEN_AT)
    with Engine(url, machines=machines[0], clock=CLOCK) as engine:
        for owner in ("", "north"):
            desk = engine.cases("leave_request", actor="lead", owner=owner)
            ids = [desk.open(f"LR-{n}", days="many" if n else "few", balance="left").id for n in range(4)]
            desk.fire(ids[2], "approve")
            desk.fire(ids[3], "decline")
    with pytest.raises(LawMismatchError, match=r"live cases .* \(leave_request 6\); .* upkeep.carry_over"):
        Engine(url, machines=amended)
    stranded = upkeep.carry_over(url, amended, actor="asha", clock=CLOCK)
    assert stranded.moved == {}
    assert {problem.where for problem in stranded.stranded} == {"cases of leave_request"}
    assert [(problem.what, problem.remedy) for problem in stranded.stranded] == [
        ("have days = many, which is not a value of it any more (4)", "map days.many to one of few, long"),
        (
            "stand in requested, which is not a state any more (4)",
            "map requested to one of asked, approved, declined, taken",
        ),
    ]
    dry = upkeep.carry_over(url, amended, RENAMED, actor="asha", dry_run=True, clock=CLOCK)
    assert dry.moved == {"leave_request": {"requested → asked": 4, "approved → approved": 2}}
    with pytest.raises(LawMismatchError):
        Engine(url, machines=amended)
    assert upkeep.carry_over(url, amended, RENAMED, actor="asha", clock=CLOCK) == dry
    assert upkeep.carry_over(url, amended, RENAMED, actor="asha", clock=CLOCK).moved == {}
    with Engine(url, machines=amended, clock=CLOCK) as engine:
        desk = engine.cases("leave_request", actor="lead", owner="north")
        assert [(case.state, dict(case.facts)) for case in desk.list()] == [
            ("asked", {"days": "few"}),
            ("asked", {"days": "long"}),
            ("approved", {"days": "long"}),
            ("declined", {"days": "many", "balance": "left"}),
        ]
        taken = desk.find("LR-1")
        assert taken is not None
        last = desk.history(taken.id).transitions[-1]
        assert (last.trigger, last.source, last.dest, last.actor) == ("carry_over", "requested", "asked", "asha")
        assert desk.fire(taken.id, "approve").state == "approved"
        assert b"LR-1" in desk.diagram(taken.id)
        sound(engine)


def test_what_ended_under_an_old_declaration_is_over(
    url: str, machines: tuple[Path, ...], tmp_path: Path, sound: Callable[[Engine], None]
) -> None:
    with Engine(url, machines=machines[0], clock=CLOCK) as engine:
        desk = engine.cases("leave_request", actor="lead")
        ended = desk.open("LR-1", days="many")
        desk.fire(ended.id, "decline")
    text = machines[0].read_text("utf-8").replace("declined", "turned_down")
    file = tmp_path / "leave_request.toml"
    file.write_text(text.replace('many = "more', 'long = "more').replace('days = "many"', 'days = "long"'), "utf-8")
    with Engine(url, machines=file, clock=CLOCK) as engine:
        desk = engine.cases("leave_request", actor="lead")
        live = desk.open("LR-2", days="few")
        for trigger in ("approve", "decline"):
            assert [told.code for told in desk.may(ended.id, trigger).refusals] == ["over"]
        with pytest.raises(RefusedError, match="came to its end under an earlier declaration"):
            desk.fire(ended.id, "approve", days="few")
        assert desk.answers(ended.id) == {}
        assert b"LR-1" in desk.diagram(ended.id)
        assert b"Declined" in desk.diagram(ended.id)
        then = desk.machine_of(ended.id)
        assert (_ending(then), _ending(desk.machine_of(live.id))) == ("declined", "turned_down")
        report = desk.fire_on("approve")
        assert (report.applied, report.refused) == (1, ())
        reading = engine.cases("leave_request", actor="lead", facts=lambda _case: {"balance": "left"})
        assert reading.weigh("decline", ids=[ended.id]).applied == 0
        sound(engine)


def _ending(machine: Machine) -> str:
    return next(state.name for state in machine.declaration.state if "down" in state.name or state.name == "declined")


def test_what_is_still_declared_is_not_mapped_and_nothing_is_dated_before_its_case(
    url: str,
    machines: tuple[Path, ...],
    amended: Path,
    sound: Callable[[Engine], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "machine_clock", lambda: WRITTEN_AT)
    later = SettableClock("2025-03-12 11:00")
    with Engine(url, machines=machines[0], clock=later) as engine:
        engine.cases("leave_request", actor="lead").open("LR-1", days="few")
        later.set("2025-03-13 11:00")
        engine.cases("leave_request", actor="lead").open("LR-2", days="few")
        last = [case.last_at for case in engine.cases("leave_request", actor="lead").list()]
    mapping = {**RENAMED, "days.few": "long", "asked": "approved"}
    done = upkeep.carry_over(url, amended, mapping, actor="asha", clock=CLOCK)
    assert done.moved == {"leave_request": {"requested → asked": 2}}
    with Engine(url, machines=amended, clock=later) as engine:
        desk = engine.cases("leave_request", actor="lead")
        assert [(case.state, dict(case.facts), case.last_at) for case in desk.list()] == [
            ("asked", {"days": "few"}, at) for at in last
        ]
        assert [desk.history(case.id).transitions[-1].at for case in desk.list()] == last
        sound(engine)
