"""Dask workers: the same loop on a cluster of two processes; a worker killed in the middle, and a scheduler lost."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import warnings
from contextlib import ExitStack

import pytest

from ims_fsm.scheduler.workers import Elsewhere, Opening, WorkersError, drained, elsewhere
from ims_fsm.workflow.calendar import jobs

distributed = pytest.importorskip("distributed", reason="install ims-fsm[cluster]")
pytestmark = [
    pytest.mark.slow,
    # What a cluster's own threads leave open when its processes are killed is not ours to close.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cluster():
    """Begins two workers in processes of their own, whose environment names a database."""
    with ExitStack() as stack:

        def begin(url):
            how = {"threads_per_worker": 1, "processes": True, "dashboard_address": None, "silence_logs": 50}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made = distributed.LocalCluster(n_workers=2, env={"IMS_FSM_DB": url} if url else {}, **how)
            stack.callback(made.close)
            return made

        yield begin


def address(cluster):
    return cluster.scheduler_address.replace("tcp://", "dask://")


def url_of(town):
    return town.ims._workspace.engine.url.render_as_string(hide_password=False)


def test_what_is_sent_to_a_cluster_holds_no_url():
    """Whoever listens at its ports learns of no password."""
    opening = Opening("postgresql://ims:s3cret@db/ims")
    assert b"s3cret" not in pickle.dumps(elsewhere(opening))


def test_a_worker_without_a_database_says_what_it_lacks(monkeypatch):
    monkeypatch.delenv("IMS_FSM_DB", raising=False)
    done, fault = drained(Elsewhere(), (), lambda: False)
    assert not done.shards
    assert fault.startswith("a worker has no IMS_FSM_DB in its environment; start it with IMS_FSM_DB=URL")


def pids(cluster):
    client = distributed.Client(cluster, set_as_default=False)
    with client:
        return list(client.run(os.getpid).values())


def test_a_cluster_does_what_one_process_would(shared_town, cluster):
    cluster = cluster(url_of(shared_town))
    shared_town.recipients(*range(1, 30)).at("2024-11-14")
    tick = shared_town.ring(workers=address(cluster), chunk=2)
    assert tick.done == jobs.Drained(shards=30, recipients=58)
    assert shared_town.two_bs("2024-10", *range(1, 30)) == ["draft"] * 29
    assert not shared_town.ring(workers=address(cluster))


@pytest.mark.long
def test_a_worker_is_killed_in_the_middle(file_town, cluster, who):
    """Its shard stands as before, and another worker does it."""
    numbers, cluster = range(1, 81), cluster(url_of(file_town))
    file_town.recipients(*numbers).at("2024-11-14")
    scheduler = file_town.scheduler(workers=address(cluster), chunk=2)
    victim = pids(cluster)[0]
    running = threading.Thread(target=scheduler.run_once)
    running.start()
    latest = time.monotonic() + 60
    while not file_town.run_rows(job="draft", status="done") and time.monotonic() < latest:
        time.sleep(0.005)
    os.kill(victim, signal.SIGKILL)
    running.join(120)
    assert not running.is_alive()
    file_town.ring()
    assert file_town.two_bs("2024-10", *numbers) == ["draft"] * 80
    assert {(row.status, row.attempt) for row in file_town.run_rows(job="draft")} == {("done", 0)}
    assert [one.kind for number in numbers for one in file_town.reminders(number)] == ["draft_ready"] * 80


def test_a_cluster_that_is_not_there_loses_nothing(file_town):
    file_town.recipients(1).at("2024-11-14")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ims_fsm.scheduler.cluster.TIMEOUT_S", 0.3)
        with pytest.raises(WorkersError, match=r"the Dask scheduler at 127.0.0.1:1 is lost"):
            file_town.ring(workers="dask://127.0.0.1:1")
    assert file_town.ring().done.shards == 2
