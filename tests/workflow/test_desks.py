"""The desks: nobody acts beyond whom they are bound to, keys are their own, errors are told in our words."""

from __future__ import annotations

import traceback
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from ims_fsm import (
    IMS,
    ConflictError,
    Disposition,
    Form,
    Heads,
    IdempotencyError,
    ImsFsmError,
    InputError,
    RecipientDesk,
    State,
    StoreError,
    SupplierDesk,
    Taxpayer,
    TaxPeriod,
    Where,
)
from ims_fsm.store.failures import first_writer

OCTOBER = TaxPeriod("2024-10")


# --- whose records --------------------------------------------------------------------------------------------------


def of_a_recipient(desk):
    return {
        "accept": desk.accept,
        "reject": desk.reject,
        "keep_pending": desk.keep_pending,
        "reset": desk.reset,
        "act_on": lambda record_id: desk.act_on("accept", ids=[record_id]),
        "may": lambda record_id: desk.may("accept", record_id),
        "what_if": lambda record_id: desk.what_if("accept", record_id),
        "record": desk.record,
        "show": desk.show,
        "history": desk.history,
        "diagram": lambda record_id: desk.diagram(record_id, "mermaid"),
        "state_original": lambda record_id: desk.state_original(record_id, Disposition.ACCEPTED),
    }


def of_a_supplier(desk):
    return {"edit": lambda record_id: desk.edit(record_id, {"igst": 1}), "delete": desk.delete}


def told(call, record_id):
    with pytest.raises(InputError) as caught:
        call(record_id)
    return str(caught.value).replace(f": {record_id}: ", ": ID: ")


@pytest.mark.both
@pytest.mark.parametrize("name", [*of_a_recipient(RecipientDesk), *of_a_supplier(SupplierDesk)])
def test_anothers_record_is_not_here_as_one_that_does_not_exist(stage, name):
    stage.taxpayer(stage.other)
    stage.taxpayer(stage.quarterly, filing="quarterly")
    theirs = stage.filed(stage.document(recipient=stage.other))
    mine = stage.ims.recipient(stage.buyer, actor="asha")
    foreign = stage.ims.supplier(stage.quarterly, actor="erp")
    call = (of_a_recipient(mine) | of_a_supplier(foreign))[name]
    before = stage.tables()
    assert told(call, theirs) == told(call, theirs + 1000)
    assert stage.tables() == before


def test_a_filter_reaches_nobody_elses_records(stage):
    stage.taxpayer(stage.other)
    theirs, ours = stage.filed(stage.document(recipient=stage.other)), stage.filed()
    assert stage.desk.act_on("accept", where=Where()).applied == 1
    assert [record.id for record in stage.desk.records()] == [ours]
    assert stage.ims.recipient(stage.other, actor="x").record(theirs).state is State.NO_ACTION
    assert stage.ims.recipient_of(theirs) == stage.other


def test_who_is_not_known_is_told_by_every_call(stage):
    """By what is asked of their desk, and by a supplier who saves a document for them."""
    remedy = f'register it first: register(Taxpayer(gstin="{stage.other}", …))'
    desk = stage.ims.recipient(stage.other, actor="buyer")
    for call in (
        lambda: desk.generate_2b(OCTOBER),
        lambda: desk.file_3b(OCTOBER),
        lambda: desk.two_b(OCTOBER),
        lambda: desk.file_annual_return("2023-24"),
        lambda: desk.act_on("accept", ids=[]),
        lambda: desk.receive([]),
        desk.changed_since_portal,
        desk.export_upload,
        lambda: list(desk.records()),
        lambda: stage.saved(stage.document(recipient=stage.other)),
    ):
        with stage.unreadable(f"{stage.other}: is not a taxpayer known here; {remedy}"):
            call()


def test_a_supplier_saves_no_document_of_another(stage):
    foreign = stage.ims.supplier(stage.other, actor="erp")
    with stage.unreadable(
        f"S/1: is of the supplier {stage.seller}; save it at that supplier's desk, not at that of {stage.other}"
    ):
        foreign.save(stage.document(), Form.GSTR_1, OCTOBER)


# --- keys -----------------------------------------------------------------------------------------------------------


def test_two_recipients_may_use_the_same_key(stage):
    stage.taxpayer(stage.other)
    theirs, ours = stage.filed(stage.document(recipient=stage.other)), stage.filed()
    assert stage.desk.accept(ours, key="k").state is State.ACCEPTED
    assert stage.ims.recipient(stage.other, actor="buyer").reject(theirs, key="k").state is State.REJECTED
    with pytest.raises(IdempotencyError, match="belongs to an earlier request"):
        stage.desk.reject(ours, key="k")


@pytest.mark.both
def test_a_repeated_key_answers_what_the_first_call_answered(stage):
    record_id = stage.filed()
    first = stage.desk.accept(record_id, key="k", remarks="as ordered")
    stage.desk.reject(record_id)
    before = stage.tables()
    assert stage.desk.accept(record_id, key="k", remarks="as ordered") == first
    assert (first.state, first.version) == (State.ACCEPTED, stage.desk.record(record_id).version - 1)
    assert stage.tables() == before


def test_a_fingerprint_is_canonical_data(stage):
    """Frozen: a request kept by this version must be known by the next."""
    stage.at("2025-11-09")
    stage.desk.act_on(
        "accept", where=Where(states=(State.NO_ACTION,), supplier=stage.seller), reduce_itc=Heads(igst=5), key="k"
    )
    ((owner, key, use_case, kept, *_),) = stage.tables()["ims_request"]
    assert (owner, key, use_case) == (stage.buyer, "k", "act_on")
    assert kept == "39279427ca61a9d5a7ed919a7c0a2935389c1df52c7cc5ff955117f152a55da0"


# --- what comes in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [None, "", "  ", {"id": 1}, "a\nb", "x" * 300, "\ud800"])
def test_an_actor_is_a_name_of_one_line(stage, actor):
    for desk in (stage.ims.recipient, stage.ims.supplier):
        with pytest.raises(InputError):
            desk(stage.buyer, actor=actor)


@pytest.mark.parametrize("record_id", [0, -1, 2**63, 1.5, "7", None, True])
def test_an_id_is_a_whole_number_that_a_database_holds(stage, record_id):
    for call in (*of_a_recipient(stage.desk).values(), *of_a_supplier(stage.shop).values()):
        with pytest.raises(InputError):
            call(record_id)


@pytest.mark.parametrize("given", [{"remarks": 5}, {"remarks": "a\x00"}, {"reduce_itc": Heads(igst=1.5)}, {"key": ""}])
def test_what_goes_with_an_action_is_looked_at(stage, given):
    record_id = stage.filed()
    before = stage.tables()
    with pytest.raises(InputError):
        stage.desk.accept(record_id, **given)
    assert stage.tables() == before


def test_what_a_call_does_not_take_is_not_passed_over(stage):
    record_id = stage.filed()
    with pytest.raises(TypeError, match="remark"):
        stage.desk.accept(record_id, remark="not received")
    with pytest.raises(TypeError, match="registered_as"):
        stage.desk.import_download(b"{}", registered_as=None)


@pytest.mark.parametrize("period", ["2024-13", "132024", None, 202410])
def test_a_period_is_a_month(stage, period):
    for call in (
        stage.desk.generate_2b,
        stage.desk.file_3b,
        stage.desk.two_b,
        lambda one: stage.shop.file(Form.GSTR_1, one),
    ):
        with pytest.raises(InputError, match="is not a tax period"):
            call(period)


def test_one_registration_that_cannot_be_read_stops_no_sweep(stage):
    """Whoever wrote it: an older version, or a hand in the table."""
    stage.taxpayer(stage.other)
    with stage.ims._workspace.engine.begin() as connection:
        connection.execute(
            text("UPDATE ims_taxpayer SET registered_from = 'junk' WHERE gstin = :gstin"), {"gstin": stage.other}
        )
    report = stage.at("2024-11-14").ims.sweep()
    assert [failure.recipient for failure in report.failures] == [stage.other]
    assert {swept.recipient for swept in report.swept} == {stage.buyer, stage.seller}


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_lost_race_is_tried_again(stage, monkeypatch):
    tries = []

    def losing(unit):
        tries.append(unit)
        if len(tries) < 3:
            raise ConflictError("a record")
        return "done"

    monkeypatch.setattr("ims_fsm.workflow.workspace.FIRST_PAUSE_S", 0)
    assert stage.ims._workspace.run(losing, actor="x") == "done"
    tries.clear()
    with pytest.raises(ConflictError):
        stage.ims._workspace.run(losing, actor="x", retries=1)


def test_what_the_database_refuses_is_told_without_statement_and_values(stage):
    def broken(unit):
        unit.connection.execute(text("INSERT INTO ims_counter (name, last) VALUES (:name, NULL)"), {"name": "s3cret"})

    with pytest.raises(StoreError) as caught:
        stage.ims._workspace.run(broken, actor="x")
    printed = "".join(traceback.format_exception(caught.value))
    assert "please report it" in str(caught.value)
    assert "INSERT" not in printed
    assert "s3cret" not in printed


def test_a_password_is_not_told():
    urls = (
        "postgres//me:s3cret@host/db",
        "oracle://me:s3cret@host/db",
        "postgresql:/host?password=s3cret",
        "postgresql://127.0.0.1:1/db?password=s3cret&user=me",
    )
    for url in urls:
        with pytest.raises(ImsFsmError) as caught:
            IMS(url)
        assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_records_are_named_by_id_or_by_filter(stage):
    record_id = stage.filed(stage.document("invoice"))
    with pytest.raises(InputError, match="are named by id and by filter; give ids or where, not both"):
        stage.desk.act_on("accept", ids=[record_id], where=Where(states=[State.REJECTED]))
    assert stage.desk.record(record_id).state is State.NO_ACTION


@pytest.mark.parametrize("database", [None, 5, "", "sqlite:///a\0b", b"sqlite://"])
def test_what_is_not_an_address_is_told(database):
    with pytest.raises(StoreError, match="is not a database URL"):
        IMS(database)


@pytest.mark.parametrize("given", [{"retries": -1}, {"retries": "3"}, {"clock": 5}, {"book": "law"}, {"hooks": "none"}])
def test_what_an_ims_cannot_be_opened_with_is_told(given):
    with pytest.raises(InputError, match=f"IMS: {next(iter(given))}: "):
        IMS("sqlite://", **given)


@pytest.mark.sqlite("opened twice in memory, there would be two")
def test_after_closing_every_call_says_so():
    ims = IMS("sqlite://")
    ims.close()
    ims.close()
    for call in (ims.registered, ims.sweep, lambda: list(ims.events()), ims.supplier("", actor="erp").liabilities):
        with pytest.raises(StoreError, match="this IMS is closed; open another one"):
            call()


def test_who_was_first_is_told_without_statement_and_values(stage):
    def second(unit):
        with first_writer("the counter"):
            for _ in range(2):
                unit.connection.execute(
                    text("INSERT INTO ims_counter (name, last) VALUES (:name, 1)"), {"name": "s3cret"}
                )

    with pytest.raises(ConflictError) as caught:
        stage.ims._workspace.run(second, actor="x", retries=0)
    printed = "".join(traceback.format_exception(caught.value))
    assert "INSERT" not in printed
    assert "s3cret" not in printed


# --- an engine of one's own -----------------------------------------------------------------------------------------


@pytest.mark.sqlite("an engine of the embedder's")
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///{folder}/ims.db"])
def test_an_engine_is_taken_as_it_is_and_left_open(stage, tmp_path, url):
    engine = create_engine(url.format(folder=tmp_path))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with IMS(engine, clock=lambda: stage.now) as ims:
        for gstin in (stage.buyer, stage.seller):
            ims.register(Taxpayer(gstin=gstin, registered_from=OCTOBER))
        record_id = ims.supplier(stage.seller, actor="erp").save(stage.document(), Form.GSTR_1, OCTOBER)
        for record in ims.recipient(stage.buyer, actor="asha").records():
            assert ims.recipient(stage.buyer, actor="asha").accept(record.id).id == record_id
    with closing(IMS(engine)) as ims:
        assert ims.recipient(stage.buyer, actor="asha").record(record_id).state is State.ACCEPTED
    engine.dispose()


def test_an_engine_of_another_database_is_refused():
    engine = create_engine("sqlite://")
    engine.dialect.name = "mysql"
    with pytest.raises(StoreError, match=r"mysql\+pysqlite is not supported"):
        IMS(engine)
