"""Live cases are taken over to another declaration: by a map, dry first, all or none, a step in the log each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ims_fsm import Engine, SettableClock
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
