"""Hooks outside of the transaction: events after their commit, in order, at least once; calls that came to nothing."""

from __future__ import annotations

import logging
from threading import Thread

import pytest

from ims_fsm import Attempt, ConflictError, Event, Form, Hooks, InputError, RefusedError, Tally, TaxPeriod
from ims_fsm.law.hooks import TransitionEvent


@pytest.fixture
def told(stage) -> list[Event]:
    """What the subscriber "mailer" is told of the actions on records."""
    events: list[Event] = []
    for trigger in ("accept", "reject"):
        stage.ims.hooks.after_commit(f"mailer of {trigger}", trigger=trigger)(events.append)
    return events


def subjects(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.trigger or "", event.subject) for event in events]


def test_events_are_told_once_they_are_committed(stage, told):
    """What is told is what `events` gives, with its cursor; other triggers are not, and nothing before the hook was."""
    first, second = stage.filed(), stage.filed()
    stage.desk.accept(first)
    stage.desk.reject(second, remarks="not received")
    stage.desk.reset(first)
    assert subjects(told) == [("accept", str(first)), ("reject", str(second))]
    assert told == [event for event in stage.ims.events() if event.trigger in {"accept", "reject"}]
    assert stage.ims.deliver().events == {"mailer of accept": 0, "mailer of reject": 0}


def test_a_hook_is_told_of_nothing_from_before_it(stage):
    stage.desk.accept(stage.filed())
    told: list[Event] = []
    stage.ims.hooks.after_commit("mailer")(told.append)
    second = stage.filed()
    assert stage.ims.deliver().events == {"mailer": 0}
    stage.desk.accept(second)
    assert subjects(told) == [("accept", str(second))]


def test_what_was_vetoed_or_undone_is_never_told(stage, told):
    record = stage.filed()

    @stage.ims.hooks.before(trigger="accept")
    def veto(_event: TransitionEvent) -> None:
        raise PermissionError

    @stage.ims.hooks.after(trigger="reject")
    def undo(_event: TransitionEvent) -> None:
        raise PermissionError

    for act in (stage.desk.accept, stage.desk.reject):
        with pytest.raises(PermissionError):
            act(record)
    stage.ims.deliver()
    assert told == []


def test_a_hook_that_raises_harms_nothing_and_is_told_again(stage, told, caplog):
    """The call is done, the sentence is logged, other hooks are told; the event comes again until it is taken."""
    down, seen = [True], list[Event]()

    @stage.ims.hooks.after_commit("down")
    def fail(event: Event) -> None:
        if down[0]:
            raise OSError("mail server down")
        seen.append(event)

    record = stage.filed()
    with caplog.at_level(logging.ERROR, "ims_fsm.hooks"):
        assert stage.desk.accept(record).state == "accepted"
    assert [log.getMessage() for log in caplog.records] == [
        f"after_commit hook 'down' raised at event transition/{stage.buyer}/{record}/1, which is given again"
    ]
    assert subjects(told) == [("accept", str(record))]
    event, error = stage.ims.deliver().failures["down"]
    assert (event, str(error)) == (told[0], "mail server down")
    down[0] = False
    stage.desk.reject(record)
    assert subjects(seen) == [("accept", str(record)), ("reject", str(record))]
    assert stage.states() == {record: "rejected"}


def test_what_others_wrote_is_told_at_the_next_delivery(stage, told):
    """Another process has no hooks, or ended between its commit and telling; and the cursor is in the database."""
    first, second = stage.filed(), stage.filed()
    hooks, stage.ims.hooks = stage.ims.hooks, Hooks(stage.ims.book.law)
    stage.desk.act_on("accept", ids=[first, second])
    assert told == []
    stage.ims.hooks = hooks
    assert stage.ims.deliver().events == {"mailer of accept": 2, "mailer of reject": 0}
    assert subjects(told) == [("accept", str(first)), ("accept", str(second))]


def test_pages_of_many_events_are_told_to_the_end(stage, told):
    records = [stage.filed() for _ in range(3)]
    for _ in range(40):
        for record in records:
            stage.ims.hooks, hooks = Hooks(stage.ims.book.law), stage.ims.hooks
            stage.desk.accept(record)
            stage.desk.reset(record)
            stage.ims.hooks = hooks
    assert stage.ims.deliver().events["mailer of accept"] == len(told) == 120


def test_a_hook_may_act_and_is_told_of_that_too(stage, told):
    first, second = stage.filed(), stage.filed()

    @stage.ims.hooks.after_commit("follower", trigger="accept")
    def follow(event: Event) -> None:
        if event.subject == str(first):
            stage.desk.reject(second, key=f"follow/{event.id}")

    stage.desk.accept(first)
    assert subjects(told) == [("accept", str(first)), ("reject", str(second))]


def test_threads_leave_nothing_untold(tmp_path, staging):
    """One thread tells what the others commit meanwhile."""
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")
    records, told = [stage.filed() for _ in range(24)], list[Event]()
    stage.ims.hooks.after_commit("mailer", trigger="accept")(told.append)
    threads = [Thread(target=lambda own=records[at::4]: [*map(stage.desk.accept, own)]) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stage.ims.deliver()
    assert sorted(int(event.subject) for event in told) == records
    assert told == [event for event in stage.ims.events() if event.trigger == "accept"]
    stage.ims.close()


@pytest.mark.parametrize("kept", [True, False])
def test_in_the_hosts_transaction_nothing_is_told_before_the_host_commits(tmp_path, staging, kept):
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")
    record, told = stage.filed(), list[Event]()
    stage.ims.hooks.after_commit("mailer", trigger="accept")(told.append)
    with stage.ims._workspace.engine.connect() as connection, connection.begin() as transaction:
        stage.ims.bound(connection).recipient(stage.buyer, actor="host").accept(record)
        assert told == []
        if not kept:
            transaction.rollback()
    stage.ims.deliver()
    assert subjects(told) == [("accept", str(record))] * kept
    stage.desk.act("reject" if kept else "accept", record)
    assert subjects(told) == [("accept", str(record))]
    stage.ims.close()


def test_calls_that_came_to_nothing_are_told_when_their_transaction_is_over(stage, caplog):
    """Refused, not here, stood in the way of; a hook may act, and what it raises does not replace the error."""
    attempts: list[Attempt] = []
    note = stage.filed(stage.document("credit_note"))

    @stage.ims.hooks.refused
    def keep(attempt: Attempt) -> None:
        attempts.append(attempt)
        assert stage.states() == {note: "no_action"}
        raise ValueError

    with caplog.at_level(logging.ERROR, "ims_fsm.hooks"):
        with pytest.raises(RefusedError):
            stage.desk.keep_pending(note, key="k1")
        with pytest.raises(InputError):
            stage.desk.accept(note + 1)

        def lost(_unit: object) -> None:
            raise ConflictError("the same records")

        with pytest.raises(ConflictError):
            stage.ims._workspace.run(lost, actor="asha", retries=0)
    refused, missing, conflict = attempts
    assert isinstance(refused.error, RefusedError)
    assert (refused.actor, refused.request_key, refused.at) == ("buyer", "k1", stage.now)
    assert [told.code for told in refused.error.refusals] == ["pending_not_allowed"]
    assert (type(missing.error).__name__, type(conflict.error).__name__) == ("MissingError", "ConflictError")
    assert [log.getMessage() for log in caplog.records] == ["refused hook 'keep' raised"] * 3


def test_what_goes_well_is_no_attempt(stage):
    attempts: list[Attempt] = []
    stage.ims.hooks.refused(attempts.append)
    stage.shop.save(stage.document(), Form.GSTR_1, TaxPeriod("2024-10"))
    assert attempts == []


@pytest.mark.parametrize(
    ("name", "trigger", "sentence"),
    [
        ("", None, "hook: '': is taken or empty; give each a name of its own"),
        ("mailer", None, "hook: 'mailer': is taken or empty; give each a name of its own"),
        ("other", "acept", "hook: acept: is not a trigger of any machine; use one of "),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, trigger, sentence):
    hooks = Hooks()
    hooks.after_commit("mailer")(print)
    with pytest.raises(InputError) as caught:
        hooks.after_commit(name, trigger=trigger)
    assert str(caught.value).startswith(sentence)


def test_what_an_action_came_to_is_counted(stage, caplog):
    """Over a set in one tally, by rule; what the hook raises harms nothing."""
    tallies: list[Tally] = []
    record, note = stage.filed(), stage.filed(stage.document("credit_note"))

    @stage.ims.hooks.count
    def count(tally: Tally) -> None:
        tallies.append(tally)
        raise ValueError

    with caplog.at_level(logging.ERROR, "ims_fsm.hooks"):
        stage.desk.accept(record)
        stage.desk.act_on("keep_pending", ids=[record, note])
    assert tallies == [
        Tally("accept", applied=1, machine="invoice"),
        Tally("keep_pending", applied=1, refused=1, by_rule={"faq.11.a": 1}),
    ]
    assert [log.getMessage() for log in caplog.records] == ["count hook 'count' raised"] * 2
