"""The benchmarks: the smallest size of each group runs, its own check holds, and a wrong result makes it fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from time import perf_counter, sleep

import psycopg
import pytest
from sqlalchemy import make_url, update

from benchmarks import __main__ as program
from benchmarks import alone, by_hand, fixture, proof, report
from benchmarks.databases import Place, SQLite
from benchmarks.groups import (
    action,
    bulk,
    calls,
    decision,
    few,
    imports,
    machines,
    matching,
    scattered,
    start_up,
    sweep,
    two_b,
)
from benchmarks.measure import CORES, CheckError, Samples, Spread, exponent, interleaved, ratio, timed
from benchmarks.result import Group, Size
from benchmarks.server import Server
from ims_fsm import IMS
from ims_fsm.law.refusal import Allowed
from ims_fsm.scheduler import scheduler
from ims_fsm.store import audit
from ims_fsm.store.connection import Engine, open_engine, reading, writing
from ims_fsm.store.schema import prepare
from ims_fsm.terms.vocabulary import Kind
from ims_fsm.workflow.calendar.jobs import Drained
from ims_fsm.workflow.desks import Action, RecipientDesk

pytestmark = pytest.mark.sqlite("the smallest size of a benchmark runs on files")
OURS = fixture.gstin(0)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return SQLite(tmp_path)


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is measured here, which saves a process for each size."""
    for group in (bulk, imports, matching, two_b):
        monkeypatch.setattr(group, "peak_of", lambda *_: alone.peak())


# --- each group runs and its check holds ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", program.GROUPS)
def test_the_smallest_size_of_a_group_holds(name: str, no_child: None) -> None:
    group: Group = import_module(f"benchmarks.groups.{name}").measure(Size.SMALLEST)
    assert group.name == name
    assert group.comparisons
    assert all(one.ours.least > 0 and one.base.least > 0 for one in group.comparisons)
    assert len({one.key for one in group.comparisons}) == len(group.comparisons)
    assert Group.from_data(json.loads(json.dumps(group.as_data()))) == group


# --- and a wrong result makes it fail ------------------------------------------------------------------------------


def test_a_decision_that_leads_elsewhere_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "decide", lambda *_: Allowed("rejected", ()))
    with pytest.raises(AttributeError):
        decision.measure(Size.SMALLEST)
    monkeypatch.undo()
    real = decision.decide
    monkeypatch.setattr(
        decision, "decide", lambda e, s, t, f: Allowed("pending", ()) if t == "reset" else real(e, s, t, f)
    )
    with pytest.raises(CheckError, match="the walk ended in pending"):
        decision.measure(Size.SMALLEST)


def test_a_library_that_walks_elsewhere_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "WALK", ("accept", "reject"))
    with pytest.raises(CheckError, match="the walk of dict table"):
        decision.measure(Size.SMALLEST)


def test_an_action_that_is_not_logged_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action.ObviousCode, "act", lambda *_: True)
    with pytest.raises(CheckError, match="accepted records"):
        action.measure(Size.SMALLEST)


def test_a_bulk_action_that_leaves_something_out_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    act_on = RecipientDesk.act_on

    def less(desk: RecipientDesk, trigger: Action) -> object:
        first = next(r.id for r in desk.records() if r.state == "no_action" and r.in_ims)
        return act_on(desk, trigger, ids=[first])

    monkeypatch.setattr(RecipientDesk, "act_on", less)
    with pytest.raises(CheckError, match="ours: records accepted: 1"):
        bulk.measure(Size.SMALLEST)


def test_a_call_that_comes_to_something_else_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls.Where, "checked", lambda _: calls.Where(number="INV/0"))
    monkeypatch.setattr(calls, "CALLS", {"number": calls.CALLS["number"]})
    with pytest.raises(CheckError, match="list --number, turn 0, of 100 records"):
        calls.measure(Size.SMALLEST)


def test_a_command_that_ends_otherwise_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "CALLS", {})
    monkeypatch.setattr(calls, "COMMANDS", {"audit": "show 99999"})
    with pytest.raises(CheckError, match="what ims-fsm show 99999 ended with"):
        calls.measure(Size.SMALLEST)


def test_a_loop_that_skips_a_recipient_with_few_records_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few, "core_executemany", lambda *_: 0)
    with pytest.raises(CheckError, match="what came of 27AAAAA0003F1ZV: 0"):
        few.measure(Size.SMALLEST)


def test_scattered_records_that_come_to_other_lines_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        scattered, "_REWRITE", ("UPDATE ims_record SET carried_igst = carried_igst + length('{order}')",)
    )
    with pytest.raises(CheckError, match="the lines of GSTR-2B"):
        scattered.measure(Size.SMALLEST)


def test_an_import_that_loses_a_record_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "import_file", lambda url, path: 199)
    with pytest.raises(CheckError, match="the records that the import showed: 199"):
        imports.measure(Size.SMALLEST)


def test_another_taxable_value_than_the_files_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "_taxable_of", lambda _: 1)
    with pytest.raises(CheckError, match="the taxable value, in paise"):
        imports.measure(Size.SMALLEST)


def test_other_lines_than_those_by_hand_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_hand, "_CHAINS", by_hand._CHAINS.replace("max(id)", "max(id) - 1"))
    with pytest.raises(CheckError, match="the lines of GSTR-2B"):
        two_b.measure(Size.SMALLEST)


def test_a_sweep_that_leaves_shards_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (sweep.workers, scheduler):
        monkeypatch.setattr(room, "drain", lambda *_: Drained())
    with pytest.raises(CheckError, match="shards that are still to be done: 2"):
        sweep.measure(Size.SMALLEST)


def test_shards_of_another_size_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_shards", lambda *_: 9)
    with pytest.raises(CheckError, match="shards of the 14th, and recipients in them"):
        sweep.measure(Size.SMALLEST)


def test_workers_begin_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch, place: Place, tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    noted.mkdir()
    monkeypatch.setattr(sweep, "_OPENED_WITHIN_S", 0)
    alone = sweep.Together(place.empty(), str(noted), 1)
    before = perf_counter()
    alone().close()
    assert before < alone.all_open_at() < perf_counter()
    with pytest.raises(TimeoutError, match="2 workers should have opened the database"):
        sweep.Together(alone.url, str(noted), 2)()


def test_a_command_that_loads_the_database_fails(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="sqlmodel"):
        start_up.loads_nothing_unwanted(("list",), tmp_path)


def test_a_group_that_is_wrong_is_told_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machines, "WALK", ("accept",))
    found = tmp_path / "found.json"
    assert program.main(["decision", "--size", "smallest", "--found", str(found)]) == 1
    assert "decision is wrong: the walk of dict table" in capsys.readouterr().err
    assert not found.exists()


# --- the fixture ----------------------------------------------------------------------------------------------------


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    made = open_engine(place.empty())
    prepare(made)
    yield made
    made.dispose()


@pytest.mark.parametrize("shape", fixture.SHAPES.values(), ids=lambda shape: shape.name)
def test_the_audit_holds_on_what_the_fixture_writes(engine: Engine, shape: fixture.Shape) -> None:
    with writing(engine) as connection:
        fixture.fill(connection, shape, recipients=3, each=100, first=9_999)
    with reading(engine) as connection:
        found = audit.verify(connection)
        standing = proof.standing(connection, fixture.gstin(10_000))
    assert (found.records, found.faults) == (300, ())
    assert standing.records == 100
    assert 0 < standing.open <= 100


def test_what_the_fixture_writes_is_listed(engine: Engine) -> None:
    """Two years on, when 16(4) has passed for invoices and never does for a credit note."""
    with writing(engine) as connection:
        fixture.fill(connection, fixture.SHAPES["usual"], each=100)
    later = fixture.CUT_OFF + timedelta(days=365)
    with IMS(engine.url.render_as_string(), clock=lambda: later) as ims:
        listed = list(ims.recipient(OURS, actor="benchmark").listed())
    limited = {row.record.document.kind: row.record.cutoff_at is not None for row in listed}
    assert (len(listed), limited) == (100, {Kind.INVOICE: True, Kind.CREDIT_NOTE: False})


def test_the_proof_sees_what_is_missing(engine: Engine) -> None:
    with writing(engine) as connection:
        fixture.fill(connection, fixture.SHAPES["usual"], each=100)
        before = proof.standing(connection, OURS)
    with IMS(engine.url.render_as_string(), clock=lambda: fixture.NOW) as ims:
        bulk.ours(ims, OURS)
    with writing(engine) as connection:
        after = proof.standing(connection, OURS)
        proof.accepted(before, after, logged=True)
        proof.every_acceptance_logged(connection, OURS, before.open)
        with pytest.raises(CheckError, match="steps, versions, rows of the log"):
            proof.accepted(before, after, logged=False)
        connection.execute(update(fixture.RECORDS).where(fixture.RECORDS.c.id == 1).values(igst=1))
        with pytest.raises(CheckError, match="the totals of the records"):
            proof.accepted(before, proof.standing(connection, OURS), logged=True)
        with pytest.raises(CheckError, match="what the audit found"):
            proof.audited(connection)


# --- measuring and telling -----------------------------------------------------------------------------------------


def test_rounds_are_interleaved_and_each_begins_once() -> None:
    ran: list[str] = []

    def variant(name: str) -> float:
        ran.append(name)
        return float(len(ran))

    samples = interleaved({name: lambda name=name: variant(name) for name in "abc"}, 3)
    assert "".join(ran) == "abcbcacab"
    assert samples == {"a": [1.0, 6.0, 8.0], "b": [2.0, 4.0, 9.0], "c": [3.0, 5.0, 7.0]}


def test_seconds_on_cores_stand_beside_the_wall() -> None:
    spent = iter((0.0, 3.0, 3.0, 9.0))

    def idle() -> float:
        with CORES.watching(lambda: next(spent)):
            return timed(lambda: sleep(0.01))[0] / 2

    samples = interleaved({"ours": idle, "untimed": lambda: 1.0}, 2)
    # Half of what was timed is told, and the server spent three seconds, then six.
    assert samples.cores.keys() == {"ours"}
    assert samples.cores["ours"] == [pytest.approx(1.5, abs=0.05), pytest.approx(3.0, abs=0.05)]


@pytest.mark.skipif(not Path("/proc").exists(), reason="what processes spend stands in /proc")
def test_what_a_server_spends_for_its_clients_is_counted(pg_url: str) -> None:
    with psycopg.connect(make_url(pg_url).set(drivername="postgresql").render_as_string(hide_password=False)) as client:
        server = Server.of(client)
        before = server()
        client.execute("SELECT sum(n) FROM generate_series(1, 300000) AS n").fetchone()
        assert server() > before
    assert Server(None, frozenset())() == 0.0


def test_the_exponent_of_what_must_not_grow_is_taken_from_the_smallest() -> None:
    group = Group("calls", "About calls")
    seconds = {10: 1.0, 100: 10.0, 1_000: 10.0}
    group.grows("last", "some work", seconds)
    group.grows("all", "some work", seconds, from_smallest=True)
    assert [one.exponent for one in group.growth] == [pytest.approx(0.0), pytest.approx(0.5)]


def test_a_ratio_is_taken_round_by_round() -> None:
    samples = {"ours": [1.0, 4.0, 9.0], "bare": [2.0, 2.0, 3.0]}
    assert ratio(samples, "ours", "bare") == Spread(0.5, 2.0, 3.0)
    assert ratio(samples, "ours", "bare", scale=2.0) == Spread(0.25, 1.0, 1.5)


def test_the_exponent_of_what_grows_in_proportion_is_one() -> None:
    assert exponent((10, 0.5), (1_000, 50.0)) == pytest.approx(1.0)
    assert exponent((10, 1.0), (100, 100.0)) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(12.3456, "12.3 s"), (0.0123, "12.3 ms"), (0.00000123, "1.23 µs"), (1e-9, "0.001 µs")]
)
def test_durations_are_shown_in_their_unit(seconds: float, shown: str) -> None:
    assert report.duration(seconds) == shown


def told(name: str, ours: float, goal: float) -> Group:
    group = Group(name, f"About {name}", ["it is so"])
    samples = Samples({"ours": [ours, ours], "bare": [1.0, 1.0]}, {"ours": [3.0, 3.0], "bare": [1.0, 1.0]})
    group.compare("one", "some work", samples, ("bare", "the floor"), goal=goal)
    group.grows("growth", "some work", {10: 1.0, 100: 20.0}, 1.02)
    group.tell("memory", "peak memory", 50.0, "MiB", 300.0)
    return group


def test_a_missed_goal_is_marked_and_its_reason_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reasons = tmp_path / "reasons.toml"
    reasons.write_text('"bulk.one" = "it also writes the log"\n', encoding="utf-8")
    monkeypatch.setattr(report, "REASONS", reasons)
    page = report.page({"bulk": told("bulk", 2.0, 1.6)}, "today", ["a machine"])
    assert "| some work | 2 s (2 s-2 s) | the floor: 1 s | **2** (2-2) | ≤ 1.6 | **missed** | 3 s, 3 |" in page
    assert "- `bulk.one`: it also writes the log" in page
    assert "- `bulk.growth`: no reason is written yet" in page
    assert "| peak memory | 50.00 MiB | ≤ 300 MiB | yes |" in page


def test_a_group_that_is_not_run_keeps_its_section() -> None:
    before = report.page({n: told(n, 0.5, 1.0) for n in ("action", "bulk")}, "yesterday", [])
    after = report.page({"bulk": told("bulk", 0.025, 1.0)}, "today", [], before)
    assert after.count("## About") == 2
    assert "## About action\n\nyesterday" in after
    assert "## About bulk\n\ntoday" in after
    assert "**1/40** (1/40-1/40)" in after
