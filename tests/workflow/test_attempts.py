"""The log of what was refused or failed: a row of its own, an event of its own, sealed, and in the host's hands."""

from __future__ import annotations

import pytest

from ims_fsm import EventKind, Hooks, InputError, RefusedError, TaxPeriod, TransitionEvent
from ims_fsm.store.attempts import AttemptRow
from ims_fsm.workflow import upkeep

TABLE = str(AttemptRow.__tablename__)
OCTOBER = TaxPeriod("2024-10")


@pytest.fixture
def logged(stage, monkeypatch):
    """A stage on which refusals are logged."""
    monkeypatch.setattr(stage.ims._workspace, "log_refusals", True)
    return stage


def refused(stage, **narrowed):
    return list(stage.ims.events(kinds=[EventKind.REFUSED], **narrowed))


def test_a_refused_call_is_an_event_and_nothing_else_is_kept(logged):
    note = logged.filed(logged.document("credit_note"))
    before = logged.tables({TABLE, "ims_counter", "ims_declaration"})
    with pytest.raises(RefusedError):
        logged.desk.keep_pending(note, key="k1")
    assert logged.tables({TABLE, "ims_counter", "ims_declaration"}) == before
    [event] = refused(logged, gstin=logged.buyer)
    assert (event.trigger, event.subject) == ("keep_pending", f"credit note S/1 of {logged.seller}")
    assert (event.actor, event.at, event.request_key, event.seq) == ("buyer", logged.now, "k1", None)
    assert event.rules[0] == "faq.11.a"
    assert event.detail["refusals"][0]["code"] == event.detail["outcome"] == "pending_not_allowed"
    assert event.id == f"refused/{logged.buyer}/1"


def test_a_call_that_failed_is_one_too(logged):
    with pytest.raises(InputError):
        logged.desk.act_on("accept", ids=[999])
    [event] = refused(logged)
    assert (event.trigger, event.subject, event.rules) == ("act_on", "act_on", ())
    assert event.detail == {"outcome": "not_here", "refusals": [], "use_case": "act_on"}


def test_what_a_hook_vetoed_is_one_too(logged, monkeypatch):
    """What a host's hook raises has no code of ours, and its words are not kept: they may name anybody."""
    hooks = Hooks(logged.ims.book.law)
    monkeypatch.setattr(logged.ims._workspace, "hooks", hooks)
    seen = []
    hooks.refused(seen.append)

    @hooks.before(trigger="accept")
    def veto(_event: TransitionEvent) -> None:
        raise PermissionError("s3cret")

    record = logged.filed()
    with pytest.raises(PermissionError):
        logged.desk.accept(record)
    [event] = refused(logged)
    assert (event.trigger, event.detail) == ("act", {"outcome": "failed", "refusals": [], "use_case": "act"})
    assert [type(attempt.error) for attempt in seen] == [PermissionError]
    assert logged.record(record).state == "no_action"


def test_they_stand_in_the_order_of_all_events(logged):
    """The same cursor: what was refused before an action comes before it."""
    record = logged.filed()
    with pytest.raises(RefusedError):
        logged.desk.generate_2b(OCTOBER)
    logged.desk.accept(record)
    with pytest.raises(RefusedError):
        logged.desk.reject(record, version=1)
    every = list(logged.ims.events())
    assert [event.kind for event in every] == ["refused", "transition", "refused"]
    assert list(logged.ims.events(every[0].cursor)) == every[1:]
    assert logged.ims.latest_events()[0] == every[-1]
    assert logged.ims.newest_event() == every[-1].cursor


def test_without_being_asked_nothing_is_written_down(stage):
    with pytest.raises(RefusedError):
        stage.desk.generate_2b(OCTOBER)
    assert refused(stage) == []


def test_in_a_hosts_transaction_it_is_kept_as_far_as_the_host_commits(logged):
    engine = logged.ims._workspace.engine
    for kept in (False, True):
        with engine.connect() as connection:
            with pytest.raises(RefusedError):
                logged.ims.bound(connection).recipient(logged.buyer, actor="asha").generate_2b(OCTOBER)
            connection.commit() if kept else connection.rollback()
        assert len(refused(logged)) == kept


def test_they_are_sealed_and_audited(logged):
    for _ in range(2):
        with pytest.raises(RefusedError):
            logged.desk.generate_2b(OCTOBER)
    logged.desk.seal()
    assert upkeep.audit(logged.ims).faults == ()
    with pytest.raises(RefusedError):
        logged.desk.generate_2b(OCTOBER)
    logged.desk.seal()
    assert upkeep.audit(logged.ims).faults == ()
