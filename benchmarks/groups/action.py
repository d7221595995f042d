"""One persisted action with its row of the log, committed, through the public API and as people write it.

Imports the face of the engine, the fixture and the rivals.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, func, select

from benchmarks import durable, fixture, proof
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.measure import Variant, interleaved, require, require_equal, timed
from benchmarks.result import Group, Size
from benchmarks.rivals import ObviousCode, TwoTables
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.workflow.engine import workspace_of

ACTIONS = {Size.SMALLEST: 3, Size.QUICK: 100, Size.FULL: 300}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 7, Size.FULL: 15}
HELD = {Size.SMALLEST: 10, Size.QUICK: 20_000, Size.FULL: 100_000}
GOAL = 1 / 2
_WARM_UP = 3
LEAVE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leave_request"
_BASELINES = {
    "obvious": "SQLModel and transitions: get, fire, log row, commit",
    "dbos": "the same code as the step of a DBOS workflow, its tables apart",
    "two tables": "a table of states with the newest marked, in Core",
}
Act = Callable[[str, int], bool]


def measure(size: Size) -> Group:
    """Measure actions on SQLite and PostgreSQL; the smallest size on SQLite alone."""
    group = Group("action", "One action, persisted with its row of the log and committed")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            _on(place, group, size)
    group.says.append(
        "An action reads the record and its chain, decides with all refusals, writes state, version and log, "
        "marks drafts of GSTR-2B stale and returns the record. A step of a case reads the case, decides, and writes "
        "the same. The others do the same update and one log row with two "
        "guards, on the same tables, through an engine with the same settings. The store holds "
        f"{HELD[size]:,} records more."
    )
    return group


def _on(place: Place, group: Group, size: Size) -> None:
    actions, rounds = ACTIONS[size], ROUNDS[size]
    gstin = fixture.gstin(0)
    shape = fixture.Shape("open", "all may be accepted", (("open", 1),))
    with ExitStack() as stack:
        ims = IMS(place.empty(), machines=LEAVE, clock=lambda: fixture.NOW)
        stack.callback(ims.close)
        engine = open_engine(workspace_of(ims).engine.url.render_as_string(hide_password=False))
        stack.callback(engine.dispose)
        per_variant = _WARM_UP + actions * rounds
        with writing(engine) as connection:
            first = fixture.fill(connection, shape, each=4 * per_variant)
            fixture.fill(connection, shape, each=HELD[size], first=1)
        place.settled(engine.url.render_as_string(hide_password=False))
        obvious, tables = ObviousCode(engine), TwoTables(engine)
        acts: dict[str, Act] = {
            "ours": lambda of, id_: ims.recipient(of, actor=fixture.ACTOR).accept(id_).recipient == of,
            "obvious": lambda of, id_: obvious.act(of, id_, "accept", fixture.NOW),
        }
        if size is not Size.SMALLEST and durable.installed():
            code = stack.enter_context(durable.launched(engine, place.empty()))
            acts["dbos"] = lambda of, id_: code.act(of, id_, "accept", fixture.NOW)
        # The last one, for it leaves the records as they are.
        acts["two tables"] = lambda of, id_: tables.act(of, id_, "accept", fixture.NOW)
        variants: dict[str, Variant] = {}
        at = first
        for name, act in acts.items():
            moved, times = at - first, _times(name, actions)
            _all(act, gstin, range(at, at + _WARM_UP))
            starts = range(at + _WARM_UP, at + _WARM_UP + times * rounds, times)
            variants[name] = _variant(act, gstin, [range(start, start + times) for start in starts])
            at = starts.stop
        variants["case"] = _cases(ims, actions, rounds)
        samples = interleaved(variants, rounds)
        _check(engine, gstin, first, moved)
        require_equal(tables.accepted(), per_variant, "records that the table of states says are accepted")
    of_record = ("ours", "accept one record")
    group.compare(f"{place.name}.case", f"fire on one case, {place.name}", samples, of_record, ours="case", goal=1)
    for name, said in ((name, _BASELINES[name]) for name in samples if name in _BASELINES):
        goal = GOAL if name == "obvious" and place.name == "SQLite" else None
        key = f"{place.name}.{name.replace(' ', '_')}"
        group.compare(key, f"accept one record, {place.name}", samples, (name, said), goal=goal)
    if isinstance(place, PostgreSQL):
        group.says.append(f"PostgreSQL: {place.version()}.")


def _cases(ims: IMS, actions: int, rounds: int) -> Variant:
    """Give the seconds of one step of a case of a host's own, as many as there are actions on records."""
    leave = ims.cases("leave_request", actor=fixture.ACTOR)
    ids = [leave.open(f"LR-{number}", days="many").id for number in range(_WARM_UP + actions * rounds)]

    def act(_of: str, number: int) -> bool:
        desk = ims.cases("leave_request", actor=fixture.ACTOR)
        return desk.fire(ids[number], "escalate").state == "escalated"

    _all(act, "", range(_WARM_UP))
    starts = range(_WARM_UP, len(ids), actions)
    return _variant(act, "", [range(start, start + actions) for start in starts])


def _times(name: str, actions: int) -> int:
    return max(1, actions // 10) if name == "dbos" else actions


def _variant(act: Act, gstin: str, rounds: list[range]) -> Variant:
    """Give the seconds of one action, over the ids of one round after the other."""
    turns = iter(rounds)

    def run() -> float:
        ids = next(turns)
        return timed(lambda: _all(act, gstin, ids))[0] / len(ids)

    return run


def _all(act: Act, gstin: str, ids: range) -> None:
    for record_id in ids:
        if not act(gstin, record_id):
            require(holds=False, what=f"record {record_id} was not acted on")


def _check(engine: Engine, gstin: str, first: int, count: int) -> None:
    """Check that the variants that move the record did, each with its row of the log, and no other moved."""
    with reading(engine) as connection:
        at = fixture.RECORDS.c
        moved = select(func.min(at.id), func.max(at.id), func.count()).where(at.state == "accepted")
        require_equal(tuple(connection.execute(moved).one()), (first, first + count - 1, count), "accepted records")
        proof.every_acceptance_logged(connection, gstin, count)
        proof.audited(connection)
