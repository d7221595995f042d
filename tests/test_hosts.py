"""What docs/embedding.md says of threads, forks, other processes and cancelled tasks, as it is."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import anyio
import anyio.lowlevel
import pytest
from anyio import to_thread

import ims_fsm
from ims_fsm import IMS, ImsFsmError, RefusedError, SettableClock, Told, UnsettledError
from ims_fsm.cli.failures import exit_code
from ims_fsm.testing import Stage
from ims_fsm.web.problems import status_of
from ims_fsm.workflow import upkeep

NOON = "2024-11-09 12:00"
PAGE = Path(__file__).parent.parent / "docs" / "embedding.md"
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A buyer and a seller on a file, or on PostgreSQL where stores are opened there."""
    clock = SettableClock(NOON)
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock) as ims:
        yield Stage(ims, clock)


def actors(stage: Stage, records: list[int]) -> list[list[str]]:
    return [[str(entry.actor) for entry in stage.desk.history(record).transitions] for record in records]


# --- threads and processes --------------------------------------------------------------------------------------------


def test_one_ims_serves_many_threads(stage: Stage) -> None:
    records = [stage.filed() for _ in range(12)]
    desk = stage.ims.recipient(stage.buyer, actor="asha")
    with ThreadPoolExecutor(6) as threads:
        states = list(threads.map(lambda record: (desk.accept(record).state, len(list(desk.records()))), records))
    assert {state for state, _ in states} == {"accepted"}
    assert actors(stage, records) == [["asha"]] * len(records)


@posix
@pytest.mark.both
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_that_is_forked_opens_connections_of_its_own(stage: Stage) -> None:
    """As under gunicorn with --preload: opened and used before the fork, by parent and children behind it."""
    records = [stage.filed() for _ in range(5)]
    stage.desk.accept(records[0])
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_acts, args=(stage.ims, record)) for record in records[1:]]
    for child in children:
        child.start()
    stage.desk.reset(records[0])
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert actors(stage, records) == [["buyer", "buyer"], *[["child"]] * 4]
    assert upkeep.audit(stage.ims).sound


def _acts(ims: IMS, record: int) -> None:
    ims.recipient(Stage.buyer, actor="child").accept(record)


@pytest.mark.slow
@pytest.mark.sqlite("another process opens the file by its path")
@pytest.mark.parametrize("how", ["spawn", pytest.param("forkserver", marks=[posix, pytest.mark.long])])
def test_another_process_opens_the_url(stage: Stage, tmp_path: Path, how: str) -> None:
    record, url = stage.filed(), f"sqlite:///{tmp_path / 'ims.db'}"
    child = multiprocessing.get_context(how).Process(target=_opens, args=(url, record))
    child.start()
    child.join(120)
    assert child.exitcode == 0
    assert actors(stage, [record]) == [["child"]]
    with pytest.raises(TypeError, match="send the URL of its database"):
        pickle.dumps(stage.ims)


def _opens(url: str, record: int) -> None:
    with IMS(url, clock=SettableClock(NOON)) as ims:
        _acts(ims, record)


# --- tasks that are cancelled -----------------------------------------------------------------------------------------


@pytest.fixture
def held(stage: Stage) -> tuple[threading.Event, threading.Event]:
    """A `before` hook that says that a call has begun, and waits until it may go on."""
    begun, may_go_on = threading.Event(), threading.Event()

    @stage.ims.hooks.before(trigger="accept")
    def wait(_event: object) -> None:
        begun.set()
        assert may_go_on.wait(60)

    return begun, may_go_on


def test_a_cancelled_task_of_anyio_waits_for_its_call(stage: Stage, held: tuple[threading.Event, ...]) -> None:
    """The call comes to its end and answers; the task is cancelled behind it."""
    record, (begun, may_go_on) = stage.filed(), held
    answered = []

    async def accept() -> None:
        answered.append((await to_thread.run_sync(stage.desk.accept, record)).state)
        await anyio.lowlevel.checkpoint()
        answered.append("went on")

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept)
            await to_thread.run_sync(begun.wait)
            tasks.cancel_scope.cancel()
            may_go_on.set()

    anyio.run(main)
    assert answered == ["accepted"]


def test_a_cancelled_task_of_asyncio_leaves_its_call_alone(stage: Stage, held: tuple[threading.Event, ...]) -> None:
    """The task ends at once and the call goes on; repeated under its key it answers what it did."""
    record, (begun, may_go_on) = stage.filed(), held

    async def main() -> None:
        task = asyncio.create_task(asyncio.to_thread(stage.desk.accept, record, key="r-1"))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        may_go_on.set()

    asyncio.run(main())
    assert stage.desk.accept(record, key="r-1").state == "accepted"
    assert actors(stage, [record]) == [["buyer"]]


# --- errors -----------------------------------------------------------------------------------------------------------


def family() -> Iterator[type[ImsFsmError]]:
    """Give every error of the package that a call may raise, the base too."""
    for module in walk_packages(ims_fsm.__path__, "ims_fsm."):
        if not module.name.startswith(("ims_fsm.store.migrations", "ims_fsm.writers", "ims_fsm.__main__")):
            import_module(module.name)
    waiting = [ImsFsmError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("ims_fsm."):
            yield kind


def described(kind: type[ImsFsmError]) -> tuple[str, str, int, int]:
    """Return what a class of errors is answered by: outcome, code, exit code, status."""
    error = kind.__new__(kind)
    if issubclass(kind, RefusedError):
        RefusedError.__init__(error, "it", "accept", [Told("any", "faq.1", ("faq.1",), "no", "no")])
        return error.outcome, "of the refusal", exit_code(error), status_of(error)
    return error.outcome, f"`{error.code}`", exit_code(error), status_of(error)


@pytest.mark.skipif(not PAGE.exists(), reason="the page lies in the checkout")
def test_the_table_of_errors_has_the_whole_family() -> None:
    rows = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) == 6 and cells[0].endswith("Error`"):
            rows[cells[0].strip("`")] = (cells[1], cells[2], int(cells[3]), int(cells[4]))
    public = {kind.__name__: described(kind) for kind in family() if kind.__name__ in ims_fsm.__all__}
    assert rows == public


def test_what_nobody_may_do_is_told_apart_from_what_the_law_refuses() -> None:
    barred = RefusedError("it", "accept", [Told("not_permitted", "faq.1", ("faq.1",), "no", "no")])
    assert (barred.outcome, exit_code(barred), status_of(barred)) == ("not_permitted", 1, 403)


def test_every_error_has_an_outcome_by_its_class() -> None:
    """What is not public is a program's own: it is bad input, the database's, or a fault."""
    inner = {kind.__name__: described(kind)[0] for kind in family() if kind.__name__ not in ims_fsm.__all__}
    assert set(inner.values()) <= {"bad_input", "refused", "failed"}
    assert exit_code(UnsettledError("it")) == 3
