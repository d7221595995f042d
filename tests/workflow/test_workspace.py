"""How a use case runs: in one transaction, whole or not at all; once for a key; on a database that fits the law."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from ims_fsm import IMS, Form, Hooks, TaxPeriod, Where
from ims_fsm.errors import InputError
from ims_fsm.store.connection import StoreError
from ims_fsm.store.register import IdempotencyError
from ims_fsm.terms.vocabulary import Disposition, State, SupplierStatus

OCTOBER = TaxPeriod("2024-10")
OLD = date(2024, 3, 5)


# --- every use case that writes, each on a stage that gives it all it can do ------------------------------------------


def saving(stage):
    unknown = stage.document()
    stage.saved(stage.document(amends=unknown), "2024-11")
    return lambda **key: stage.ims.supplier(unknown.supplier, actor="seller").save(unknown, Form.GSTR_1, OCTOBER, **key)


def editing(stage):
    record_id = stage.saved()
    stage.act("accept", record_id)
    return lambda **key: stage.shop.edit(record_id, {"igst": 1}, **key)


def deleting(stage):
    record_id = stage.saved()
    return lambda **key: stage.shop.delete(record_id, **key)


def filing(stage):
    stage.taxpayer(stage.other, registered_from="2024-11")
    stage.saved()
    original = stage.document(recipient=stage.other)
    stage.saved(original)
    stage.saved(stage.document(amends=original, recipient=stage.other), "2024-11")
    return lambda **key: stage.shop.file(Form.GSTR_1, OCTOBER, **key)


def stating(stage):
    record_id = stage.filed(stage.document(amends=stage.document()))
    stage.at("2024-11-14").draft()
    return lambda: stage.desk.state_original(record_id, Disposition.ACCEPTED)


def acting(stage):
    record_id = stage.filed()
    stage.at("2024-11-14").draft()
    return lambda **key: stage.act("reject", record_id, remarks="no", **key)


def acting_on_many(stage):
    for number in range(3):
        stage.filed(stage.document("credit_note" if number == 1 else "invoice"))
    stage.at("2024-11-14").draft()
    return lambda **key: stage.desk.act_on("keep_pending", where=Where(), **key)


def generating(stage):
    stage.act("keep_pending", stage.filed(stage.document(date=OLD)))
    stage.filed()
    stage.at("2024-12-01").draft()
    stage.act("accept", stage.filed(form="IFF"))
    return lambda **key: stage.desk.generate_2b(OCTOBER, **key)


def filing_3b(stage):
    original = stage.document("credit_note")
    stage.act("reject", stage.filed(original))
    first = stage.document()
    stage.filed(first)
    stage.filed(stage.document(amends=first))
    stage.saved(stage.document("credit_note", amends=original), "2024-11")
    stage.at("2024-11-14").draft()
    return lambda **key: stage.desk.file_3b(OCTOBER, **key)


def filing_the_annual_return(stage):
    stage.filed(stage.document(date=OLD))
    return lambda **key: stage.desk.file_annual_return("2023-24", **key)


def sweeping(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    old = stage.at("2025-11-09").filed(stage.document(date=date(2025, 3, 5)), "2025-10")
    note = stage.filed(stage.document("credit_note", date=date(2025, 10, 5)), "2025-10")
    stage.desk.act_on("keep_pending", ids=[note])
    assert stage.act("keep_pending", old).state == State.PENDING
    stage.at("2025-12-21")

    def swept():
        report = stage.ims.sweep([stage.buyer])
        for failure in report.failures:
            raise failure.error
        return report.swept

    return swept


def receiving(stage):
    kept, changed, gone, filed, new, late = (stage.document() for _ in range(6))
    stage.desk.receive([stage.seen(one) for one in (kept, changed, gone, filed)])
    stage.desk.act_on("accept", where=Where())
    stage.at("2024-11-14").draft()
    shown = [
        stage.seen(kept, action=State.REJECTED),
        stage.seen(changed.changed(igst=1)),
        stage.seen(filed, SupplierStatus.FILED),
        stage.seen(new, SupplierStatus.FILED, State.REJECTED),
        stage.seen(stage.document(amends=late), SupplierStatus.FILED),
    ]
    return lambda: stage.desk.receive(shown, complete=frozenset({"invoice"}))


def registering(stage):
    return lambda: stage.taxpayer(stage.buyer, kind="casual")


WITH_KEY = [saving, editing, deleting, filing, acting, acting_on_many, generating, filing_3b, filing_the_annual_return]
ALL = [*WITH_KEY, stating, sweeping, receiving, registering]


class InTheWayError(Exception):
    """What a test lets go wrong."""


@contextmanager
def counted(engine, fail_at=None):
    """Count the statements that write; the one of that number fails, before the database sees it."""
    seen: list[str] = []

    def before(_connection, _cursor, statement, *_rest):
        # A step on PostgreSQL is one statement, whose parts stand in its WITH.
        if re.match(r"\s*(WITH\b.*?\(\s*)?(INSERT|UPDATE|DELETE)\b", statement, re.DOTALL):
            seen.append(statement)
            if len(seen) == fail_at:
                raise InTheWayError(statement)

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)


@pytest.mark.parametrize("prepared", ALL, ids=lambda one: one.__name__)
def test_nothing_is_half_written(stage, prepared):
    """Each statement that writes fails once: the database is as it was. Then the call goes through, and it has all."""
    call = prepared(stage)
    before = stage.tables()
    number = 1
    while True:
        with counted(stage.ims._workspace.engine, number) as seen:
            try:
                call()
            except InTheWayError:
                assert stage.tables() == before
            else:
                break
        number += 1
    # A taxpayer is a single row; everything else is several, which only PostgreSQL may write by one statement.
    at_once = prepared is registering or stage.ims._workspace.engine.dialect.name == "postgresql"
    assert number == len(seen) + 1 >= (2 if at_once else 3)
    assert stage.tables() != before
    assert not stage.faults()


@pytest.mark.parametrize("prepared", ALL, ids=lambda one: one.__name__)
def test_the_last_moment_counts_too(stage, prepared):
    """What fails when everything is written, before it is kept, leaves nothing."""
    call = prepared(stage)
    before = stage.tables()

    def fail(_connection):
        raise InTheWayError

    event.listen(stage.ims._workspace.engine, "commit", fail)
    with pytest.raises(InTheWayError):
        call()
    event.remove(stage.ims._workspace.engine, "commit", fail)
    assert stage.tables() == before


# --- idempotency keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prepared", WITH_KEY, ids=lambda one: one.__name__)
def test_a_key_is_answered_once(stage, prepared):
    """The same request again, also later and in another program: the same answer, and nothing is written."""
    call = prepared(stage)
    answer = call(key="k-1")
    after = stage.tables()
    stage.at("2026-01-01")
    assert call(key="k-1") == answer
    assert stage.tables() == after
    assert not stage.faults()


def test_the_log_says_by_which_request(stage):
    record_id = stage.saved()
    stage.act("accept", record_id, key="k-7")
    stage.act("accept", record_id)
    assert [one.request_key for one in stage.desk.history(record_id).transitions] == ["k-7", None]


@pytest.mark.parametrize(
    ("actor", "trigger", "remarks"), [("buyer", "reject", None), ("buyer", "accept", "yes"), ("clerk", "accept", None)]
)
def test_a_key_is_not_used_for_another_request(stage, actor, trigger, remarks):
    record_id = stage.saved()
    stage.act("accept", record_id, key="k")
    before = stage.tables()
    with pytest.raises(IdempotencyError) as caught:
        stage.ims.recipient(stage.buyer, actor=actor).act(trigger, record_id, remarks=remarks, key="k")
    assert str(caught.value) == (
        "the idempotency key 'k' belongs to an earlier request (act) and this one (act) is different; "
        "give it a key of its own"
    )
    assert stage.tables() == before


def test_a_refused_request_leaves_its_key_free(stage):
    """Nothing was written, so there is nothing to remember: the same request may succeed later."""
    record_id = stage.filed()
    with stage.refused("two_b_not_yet_open", "faq.23"):
        stage.desk.generate_2b(OCTOBER, key="k")
    assert (
        stage.at("2024-11-14").ims.recipient(stage.buyer, actor="buyer").generate_2b(OCTOBER, key="k").state == "draft"
    )
    assert stage.record(record_id).version == 2


def test_what_a_failed_call_has_kept_is_not_remembered(stage):
    """The declaration's row went with the transaction, and the next call begins anew."""
    document = stage.document()

    def fail(*_):
        raise RuntimeError

    event.listen(stage.ims._workspace.engine, "commit", fail)
    with pytest.raises(RuntimeError):
        stage.saved(document)
    event.remove(stage.ims._workspace.engine, "commit", fail)
    record_id = stage.saved(document)
    stage.act("accept", record_id)
    assert not stage.faults()


# --- opening and closing --------------------------------------------------------------------------------------------


def test_a_store_is_opened_again(tmp_path, staging):
    url = f"sqlite:///{tmp_path / 'ims.db'}"
    stage = staging(url)
    record_id = stage.saved()
    stage.ims.close()
    with IMS(url, clock=lambda: stage.now) as ims:
        assert ims.recipient(stage.buyer, actor="reader").record(record_id).id == record_id


def test_what_is_no_database_is_refused():
    with pytest.raises(StoreError, match="is not a database URL"):
        IMS("ims.db")


def test_without_a_clock_it_is_now():
    with IMS("sqlite://") as ims:
        before = datetime.now(UTC)
        assert before <= ims.clock() <= datetime.now(UTC)


def test_a_clock_without_a_time_zone_is_refused(stage):
    """Nothing is written by it."""
    record_id = stage.saved()
    before = stage.tables()
    stage.ims.clock = lambda: datetime(2024, 11, 9)  # noqa: DTZ001 -- naive on purpose
    for call in (stage.saved, lambda: stage.act("accept", record_id), stage.draft):
        with pytest.raises(InputError, match="gave no moment with a time zone"):
            call()
    assert stage.tables() == before


def test_asking_keeps_nothing(stage):
    record_id = stage.saved()
    with stage.ims._workspace.asking() as unit:
        assert (unit.now, unit.actor, unit.request_key) == (stage.now, "", None)
        assert unit.record(record_id).id == record_id


# --- hooks ----------------------------------------------------------------------------------------------------------


def test_hooks_see_every_transition_of_a_record(stage):
    """Before, on entering, after; with the record as it was and where it goes: one, many, the clock, the return."""
    seen = []
    hooks = stage.ims.hooks

    @hooks.before()
    def before(told):
        seen.append(("before", told.record.id, told.trigger, told.source, told.dest))

    @hooks.on_enter()
    def entered(told):
        seen.append(("on_enter", told.record.id, told.dest))

    @hooks.after()
    def after(told):
        seen.append(("after", told.record.id, str(told.record.state), told.dest))

    def since():
        told = [*seen]
        seen.clear()
        return told

    first, second, old = stage.filed(), stage.filed(), stage.filed(stage.document(date=OLD))
    assert since() == []
    stage.act("accept", first)
    assert since() == [
        ("before", first, "accept", "no_action", "accepted"),
        ("on_enter", first, "accepted"),
        ("after", first, "no_action", "accepted"),
    ]
    stage.desk.act_on("keep_pending", ids=[second, old])
    assert [one for one in since() if one[0] == "after"] == [
        ("after", second, "no_action", "pending"),
        ("after", old, "no_action", "pending"),
    ]
    stage.at("2024-12-01").ims.sweep([stage.buyer])
    assert [one[1:] for one in since() if one[0] == "on_enter"] == [(old, "removed")]
    stage.close()
    assert [one[1:] for one in since() if one[0] == "on_enter"] == [(first, "frozen")]


@pytest.mark.parametrize("when", ["before", "on_enter", "after"])
@pytest.mark.parametrize("prepared", [acting, acting_on_many, editing, deleting, sweeping, filing_3b, receiving],
                         ids=lambda one: one.__name__)  # fmt: skip
def test_a_hook_that_raises_vetoes_all(stage, when, prepared):
    """Also at the second record of many: nothing of the call is kept."""
    call = prepared(stage)
    before, told = stage.tables(), []
    hooks = Hooks(stage.ims.book.law)
    stage.ims.hooks = hooks

    @getattr(hooks, when)()
    def veto(one):
        told.append(one)
        if len(told) == 2 or prepared in {acting, editing, deleting}:
            raise InTheWayError

    with pytest.raises(InTheWayError):
        call()
    assert told
    assert stage.tables() == before


def test_a_hook_is_not_called_for_what_is_refused(stage):
    seen = []
    stage.ims.hooks.before()(seen.append)
    record_id = stage.filed(stage.document("credit_note"))
    with stage.refused("pending_not_allowed", "faq.11.a"):
        stage.act("keep_pending", record_id)
    stage.desk.may("accept", record_id)
    stage.desk.what_if("accept", record_id)
    assert seen == []
