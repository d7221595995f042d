"""Events out: the same on both databases, page by page while others write, and followed as they come."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text

from ims_fsm import IMS, EventKind, Form, RefusedError, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.store.connection import ConflictError
from ims_fsm.workflow.views import events
from ims_fsm.workflow.views.events import FIRST_PAUSE_S, LONGEST_PAUSE_S

OCTOBER = TaxPeriod("2024-10")
EVERY = events.wanted()


def settled(stage):
    """Wait until no transaction that had begun by now is under way, of whomever on the server (statistics, say)."""
    if stage.ims._workspace.engine.dialect.name == "postgresql":
        with stage.ims._workspace.engine.connect() as connection:
            now = connection.execute(text("SELECT txid_snapshot_xmax(txid_current_snapshot())")).scalar_one()
            connection.rollback()
            ends = time.monotonic() + 60
            while connection.execute(text("SELECT txid_snapshot_xmin(txid_current_snapshot())")).scalar_one() < now:
                connection.rollback()
                assert time.monotonic() < ends, "a transaction is open on the server that nobody ends"
                time.sleep(0.01)
    return stage.ims


def a_month(stage):
    """Everything that makes an event but a reminder, from the first action to the filing that adds back."""
    note, invoice = stage.filed(stage.document("credit_note")), stage.filed()
    stage.act("reject", note)
    stage.act("keep_pending", invoice)
    stage.act("reset", invoice)
    stage.at("2024-11-14").ims.sweep([stage.buyer])
    stage.act("accept", invoice)
    stage.draft()
    stage.desk.file_3b(OCTOBER, key="3b")
    return note, invoice


def test_a_month_tells_itself(stage):
    note, invoice = a_month(stage)
    told = [(event.kind, event.subject, event.trigger, event.dest) for event in settled(stage).events()]
    assert told == [
        ("transition", f"{note}", "reject", "rejected"),
        ("transition", f"{invoice}", "keep_pending", "pending"),
        ("transition", f"{invoice}", "reset", "no_action"),
        ("two_b", "2024-10", "generate", "draft"),
        ("transition", f"{invoice}", "accept", "accepted"),
        ("two_b", "2024-10", "change", "stale"),
        ("two_b", "2024-10", "generate", "draft"),
        ("transition", f"{note}", "freeze", "frozen"),
        ("transition", f"{invoice}", "freeze", "frozen"),
        ("add_back", f"{note}", None, None),
        ("three_b", "2024-10", "file_3b", "final"),
    ]


def test_both_databases_tell_the_same(stage, on_pg):
    told = []
    for one in (stage, on_pg):
        a_month(one)
        told.append([{**vars_of(event), "cursor": None} for event in settled(one).events()])
    assert told[0] == told[1]


def vars_of(event):
    return {name: getattr(event, name) for name in event.__slots__}


def test_what_is_read_may_be_acted_on_while_it_is_read(stage):
    first, second = stage.filed(), stage.filed()
    stage.act("reject", first)
    settled(stage)
    read = []
    for event in stage.ims.events():
        read.append(event.id)
        if event.trigger == "reject" and event.subject == str(first):
            stage.act("accept", second)
    assert read == [f"transition/{stage.buyer}/{first}/1"]
    settled(stage)
    after = next(stage.ims.events()).cursor
    assert [event.subject for event in stage.ims.events(after)] == [str(second)]


def test_a_limit_is_kept_whatever_the_pages(stage):
    a_month(stage)
    every = list(settled(stage).events())
    for limit in range(len(every) + 2):
        assert list(stage.ims.events(limit=limit)) == every[:limit]
        read = events.read(stage.ims._workspace, None, limit, EVERY, page=3)
        assert list(read) == every[:limit]


def test_no_more_than_a_page_is_in_hand(stage):
    """Nothing is read ahead of the page that is being given, and no transaction stays open between two."""
    a_month(stage)
    settled(stage)
    reading = events.read(stage.ims._workspace, None, None, EVERY, page=2)
    next(reading)
    with stage.statements() as run:
        next(reading)
        assert run == []
        next(reading)
        assert run


def test_narrowed_by_recipient_and_kind(stage):
    a_month(stage)
    every = list(settled(stage).events())
    for kind in EventKind:
        assert list(stage.ims.events(kinds=[kind])) == [event for event in every if event.kind == kind]
    assert list(stage.ims.events(gstin=stage.buyer)) == every
    assert list(stage.ims.events(gstin=stage.other)) == []


@pytest.mark.parametrize("size", [1, 3, 50])
def test_read_back_it_is_the_same_the_other_way_round(stage, size):
    a_month(stage)
    stage.taxpayer("24AAACC1206D1ZM")
    stage.ims.recipient(stage.buyer, actor="buyer").act_on("accept")
    ims = settled(stage)
    for narrowed in ({}, {"gstin": stage.buyer}, {"kinds": ["two_b", "three_b"]}, {"gstin": "24AAACC1206D1ZM"}):
        before, read = None, []
        while page := ims.latest_events(before, limit=size, **narrowed):
            assert len(page) <= size
            read += page
            before = page[-1].cursor
        assert read == list(ims.events(**narrowed))[::-1]


def test_what_cannot_be_read_back_is_said(stage):
    for wrong in ({"before": "x"}, {"before": 7}, {"limit": None}, {"limit": -1}, {"kinds": ["party"]}):
        with pytest.raises(InputError):
            stage.ims.latest_events(**wrong)


def test_what_cannot_be_meant_is_said_at_once(stage):
    with pytest.raises(InputError) as refused:
        stage.ims.events(gstin="27", kinds=["moved"])
    assert [str(problem) for problem in refused.value.problems] == [
        "gstin: '27' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV",
        "'moved': is not a kind of event; the kinds are transition, case, add_back, two_b, three_b, reminder, refused",
    ]
    with pytest.raises(InputError, match="'yesterday': is not a cursor of events"):
        stage.ims.events("yesterday")


def test_following_waits_longer_while_nothing_comes(stage):
    a_month(stage)
    settled(stage)
    waited = []

    def wait(seconds):
        waited.append(seconds)
        if len(waited) == 8:
            stage.filed()
            stage.act("reject", stage.filed())
            settled(stage)
        return len(waited) == 10

    told = list(events.follow(stage.ims._workspace, None, EVERY, wait, page=3))
    assert waited == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 0.25, 0.5]
    assert (FIRST_PAUSE_S, LONGEST_PAUSE_S) == (0.25, 8.0)
    assert told == list(stage.ims.events())


def test_whoever_writes_holds_the_recipients_first(on_pg):
    """On PostgreSQL a transaction is numbered when it first writes: before that it must hold what it writes about."""
    held, late = {}, []
    count = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"

    def state(cursor):
        with cursor.connection.cursor() as own:
            numbered = own.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchone()[0]
            return numbered, own.execute(count).fetchone()[0]

    def before(_connection, cursor, *_rest):
        held[cursor.connection] = state(cursor)

    def after(_connection, cursor, statement, *_rest):
        numbered, locks = held[cursor.connection]
        if numbered and state(cursor)[1] > locks:
            late.append(statement)

    listening.listen(on_pg.ims._workspace.engine, "before_cursor_execute", before)
    listening.listen(on_pg.ims._workspace.engine, "after_cursor_execute", after)
    note, _ = a_month(on_pg)
    on_pg.shop.edit(on_pg.saved(), {"igst": 5})
    on_pg.shop.delete(on_pg.saved())
    on_pg.receive(on_pg.seen(on_pg.document()))
    on_pg.desk.act_on("accept")
    amended = on_pg.saved(on_pg.document("credit_note", 900, amends=on_pg.record(note).document), "2024-11")
    on_pg.shop.file(Form.GSTR_1, TaxPeriod("2024-11"))
    on_pg.act("accept", amended)
    assert held
    assert late == []


WRITERS, ACTS = 4, 25


@pytest.fixture(params=["sqlite", "pg"])
def crowded(request, staging, tmp_path):
    """A stage on a database that many use at once, with records of two recipients."""
    made = staging(
        f"sqlite:///{tmp_path / 'ims.db'}" if request.param == "sqlite" else request.getfixturevalue("pg_place")
    )
    made.taxpayer(made.other)
    for recipient in (made.buyer, made.other):
        for _ in range(5):
            made.saved(made.document(recipient=recipient))
    made.ims.supplier(made.seller, actor="seller").file(Form.GSTR_1, OCTOBER)
    made.at("2024-11-15")
    yield made
    made.ims.close()


def act_at_will(stage, own):
    chance = random.Random(own)  # noqa: S311 -- the same race each time, no secret
    with IMS(stage.url, clock=lambda: stage.now) as ims:
        ids = [
            (gstin, record.id)
            for gstin in (stage.buyer, stage.other)
            for record in ims.recipient(gstin, actor="reader").records()
        ]
        for _ in range(ACTS):
            gstin = chance.choice([stage.buyer, stage.other])
            try:
                match chance.randrange(4):
                    case 0:
                        ims.recipient(gstin, actor=str(own)).generate_2b(OCTOBER)
                    case 1:
                        ims.recipient(gstin, actor=str(own)).act_on(chance.choice(["accept", "reject"]))
                    case _:
                        trigger = chance.choice(["accept", "reject", "keep_pending", "reset"])
                        whose, record_id = chance.choice(ids)
                        ims.recipient(whose, actor=str(own)).act(trigger, record_id)
            except (ConflictError, RefusedError):
                pass


def read_along(stage, done):
    """Read on and on with pages of any size, as a consumer does; give what was read in its order."""
    chance, after, read = random.Random(7), None, []  # noqa: S311
    with IMS(stage.url) as ims:
        while True:
            over = all(one.done() for one in done)
            page = list(ims.events(after, limit=chance.randint(1, 7)))
            read += page
            after = page[-1].cursor if page else after
            if over and not page:
                return read


def test_who_reads_along_while_others_write_reads_what_is_read_afterwards(crowded):
    """The same events in the same order: none passed over, none twice, and every record's steps in their order."""
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        writers = [pool.submit(act_at_will, crowded, own) for own in range(WRITERS)]
        reader = pool.submit(read_along, crowded, writers)
        for writer in writers:
            writer.result()
        settled(crowded)
        read = reader.result()
    every = list(settled(crowded).events())
    read += crowded.ims.events(read[-1].cursor)
    assert read == every
    steps = Counter()
    for event in every:
        steps[event.recipient, event.subject] += 1
        assert event.seq == steps[event.recipient, event.subject]
    logged = [
        crowded.ims.recipient(g, actor="reader").history(r.id).transitions
        for g in (crowded.buyer, crowded.other)
        for r in crowded.ims.recipient(g, actor="reader").records()
    ]
    assert sum(event.kind is EventKind.TRANSITION for event in every) == sum(map(len, logged))
    assert not crowded.faults()
