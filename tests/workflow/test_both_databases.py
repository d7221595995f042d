"""One year of everybody's work, on SQLite and on PostgreSQL: the same answers, and the same rows in every table."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from ims_fsm import Booked, Form, Heads, PurchaseRegister, TaxPeriod, Where
from ims_fsm.scheduler import Scheduler
from ims_fsm.store.connection import open_engine, writing
from ims_fsm.store.partitions import partition
from ims_fsm.store.seals import seal
from ims_fsm.terms.vocabulary import Disposition, State, SupplierStatus

pytestmark = pytest.mark.slow
OLD = date(2024, 3, 5)


def october(stage):
    """Everything that a supplier and a recipient can do with what is first reported."""
    stage.taxpayer(stage.quarterly, filing="quarterly")
    accepted, _rejected, note, deemed = (
        stage.filed(stage.document(kind, igst=1_000 * n))
        for n, kind in enumerate(("invoice", "debit_note", "credit_note", "eco_document"), start=1)
    )
    pending = stage.filed(stage.document(date=OLD))
    stage.filed(stage.document(reverse_charge=True), form="IFF")
    stage.filed(stage.document(recipient=stage.quarterly), form="IFF")
    edited, gone = stage.saved(), stage.saved()
    stage.act("accept", edited)
    stage.shop.edit(edited, {"igst": 5, "date": date(2024, 10, 6)}, key="edit")
    stage.shop.delete(gone)
    stage.act("keep_pending", pending, remarks="अभी नहीं")
    stage.desk.act_on("accept", ids=[accepted], key="many")
    told = stage.desk.act_on("reject", where=Where(number="S/2"))
    assert told.applied == 1
    stage.act("reject", note, key="one")
    stage.act("reject", note, key="one")
    stage.at("2024-11-14").ims.sweep()
    stage.act("reset", deemed)
    stage.act("accept", deemed)
    stage.draft()
    done = stage.desk.file_3b(TaxPeriod("2024-10"), key="3b")
    assert done.decided == {"accepted": 2, "deemed_accepted": 1, "rejected": 2}
    return [stage.record(one).document for one in (accepted, note)]


def november(stage, originals):
    """Amendments, stated originals, a download, time limits, the annual return."""
    stage.at("2024-12-05")
    invoice, note = originals
    for document in (invoice, note):
        stage.act("reject", stage.filed(stage.document(document.kind, 900, amends=document), "2024-11"))
    unknown = stage.filed(stage.document(amends=stage.document()), "2024-11")
    stage.desk.state_original(unknown, Disposition.REJECTED)
    shown = [
        stage.seen(stage.document(), SupplierStatus.FILED, State.REJECTED, return_period=TaxPeriod("2024-11")),
        stage.seen(stage.document(), return_period=TaxPeriod("2024-11")),
    ]
    stage.receive(*shown)
    stage.again(*shown)
    stage.desk.file_annual_return("2023-24")
    stage.close("2024-11")
    stage.close("2024-12", stage.quarterly)


def october_2025(stage):
    """A declared reduction, and pending that lapses."""
    stage.taxpayer(stage.other, registered_from="2025-10")
    stage.at("2025-11-09")
    reduced, lapsing = (
        stage.filed(stage.document("credit_note", tax=tax, date=date(2025, 10, 5), recipient=stage.other), "2025-10")
        for tax in (Heads(0, 50, 50, 1), Heads(igst=10**15))
    )
    stage.act("accept", reduced, reduce_itc=Heads(0, 20, 50, 0), remarks="a part")
    stage.act("keep_pending", lapsing)
    stage.close("2025-10", stage.other)
    stage.at("2025-12-21").ims.sweep([stage.other])
    stage.close("2025-11", stage.other)
    return stage.totals("2025-10", stage.other), stage.totals("2025-11", stage.other)


def books(stage):
    """A purchase register that has most of it, and what somebody decides of it."""
    documents = [record.document for record in stage.desk.records() if record.document.amends is None]
    booked = tuple(
        Booked("", of.supplier, of.kind, of.number, of.date, of.taxable + n % 3 * 90, *of.tax, f"line {n}", 1)
        for n, of in enumerate(documents, start=2)
        if n % 5
    )
    stage.desk.match(PurchaseRegister("books.csv", booked, {}))
    paired = next(of for of in stage.desk.matches() if of.record)
    stage.desk.split(paired.document.id, paired.record.id, reason="seen")
    stage.desk.change_setting("matching", '[[match]]\nname = "same_in_all"\npaise = 50', reason="as agreed")
    matching = stage.desk.match(PurchaseRegister("books.csv", booked[::-1], {}))
    return matching, list(stage.desk.matches()), list(stage.desk.recommend()), stage.desk.match_decisions()


def told(stage):
    originals = october(stage)
    november(stage, originals)
    totals = october_2025(stage)
    matched = books(stage)
    views = [stage.desk.show(record.id) for record in list(stage.desk.records())]
    outward = list(stage.ims.supplier(stage.seller, actor="supplier").outward(TaxPeriod("2024-10")))
    assert not stage.faults()
    return totals, matched, views, outward, stage.shop.liabilities(), stage.ims.taxpayers()


def _comparable(stage):
    """Give every table but the one that counts: PostgreSQL takes the numbers of records from a sequence."""
    return {name: rows for name, rows in stage.tables().items() if name != "ims_counter"}


def test_both_databases_tell_and_hold_the_same(stage, on_pg):
    assert told(on_pg) == told(stage)
    on_one, on_other = _comparable(stage), _comparable(on_pg)
    assert on_one.keys() == on_other.keys()
    for name, rows in on_one.items():
        assert sorted(map(repr, rows)) == sorted(map(repr, on_other[name])), name
    assert on_pg.desk.seal() == stage.desk.seal()
    filled = {name for name, rows in on_one.items() if rows}
    assert filled >= on_one.keys() - {
        "ims_adoption",
        "ims_attempt",
        "ims_calendar_move",
        "ims_case",
        "ims_chase",
        "ims_proposal",
        "ims_seal",
        "ims_seal_leaf",
        "ims_job_run",
        "ims_reminder",
        "ims_subscriber",
        "ims_token",
        "ims_download",
        "ims_uploaded",
    }


@pytest.mark.slow
@pytest.mark.long
def test_partitions_tell_and_hold_the_same(stage, staging, pg_place):
    """The whole year on tables that are split by recipient, sealed and proved."""
    before = staging(pg_place)
    assert partition(before.ims._workspace.engine, 64).keys() >= {"ims_record", "ims_transition_log", "ims_two_b_line"}
    before.ims.close()
    parts = staging(pg_place)
    assert told(parts) == told(stage)
    on_one, on_other = _comparable(stage), _comparable(parts)
    for name, rows in on_one.items():
        assert sorted(map(repr, rows)) == sorted(map(repr, on_other[name])), name
    with writing(parts.ims._workspace.engine) as connection:
        assert seal(connection, parts.buyer, "asha", (parts.now, parts.now)).size > 1
    assert not parts.faults()
    parts.ims.close()


def of_the_guide(right: str) -> str:
    """Return the tables on which the guide gives the program a right."""
    guide = (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text("utf-8")
    (tables,) = re.findall(rf"{right} on ((?:`\w+`(?:, )?)+)", guide)
    return str(tables).replace("`", "").removesuffix(", ")


@pytest.fixture
def program(pg_url, pg_place, staging):
    """The URL of a prepared place for a role that has the rights of docs/postgresql.md and no other."""
    role, name = f"ims_fsm_test_program_{os.getpid()}", make_url(pg_place).query["options"].partition("=")[2]
    staging(pg_place).ims.close()
    engine = open_engine(pg_place)
    with writing(engine) as connection:
        database = connection.execute(text("SELECT current_database()")).scalar()
        for statement in (
            f"CREATE ROLE {role}",
            f"GRANT USAGE ON SCHEMA {name} TO {role}",
            f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {name} TO {role}",
            f"GRANT UPDATE ON {of_the_guide('UPDATE')} TO {role}",
            f"GRANT DELETE ON {of_the_guide('DELETE')} TO {role}",
            f"GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA {name} TO {role}",
            f"GRANT TEMPORARY ON DATABASE {database} TO {role}",
        ):
            connection.execute(text(statement))
    options = {"options": f"-csearch_path={name} -crole={role}"}
    yield make_url(pg_place).update_query_dict(options).render_as_string(hide_password=False)
    with writing(engine) as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    engine.dispose()


@pytest.mark.long
def test_the_program_needs_no_more_rights_than_the_guide_gives_it(stage, staging, program):
    restricted = staging(program)
    assert told(restricted) == told(stage)
    # A clock that ran ahead has what it planned withdrawn.
    for moment in ("2026-11-14", "2025-12-22"):
        Scheduler(restricted.at(moment).ims).run_once()
    restricted.ims.close()


def test_a_form_is_a_word_on_both(stage, on_pg):
    """Words of the law come back from the database as themselves."""
    for one in (stage, on_pg):
        record = one.record(one.saved())
        assert (type(record.form), type(record.state), type(record.return_period)) == (Form, State, TaxPeriod)
