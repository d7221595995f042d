"""Declarations: kept once, whole; a law that changed under live records is loud, and adopting it moves them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from ims_fsm.law.declaration import MachineDeclaration, RuleSetDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.reading import validated
from ims_fsm.law.register import Law
from ims_fsm.store.connection import reading, writing
from ims_fsm.store.register import Adoption, LawMismatchError, adopt, check, declaration_id
from ims_fsm.store.tables import AdoptionRow, DeclarationRow, RecordRow, core

NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
LATER = datetime(2024, 12, 1, 12, 0, tzinfo=UTC)
STATES = ("no_action", "accepted", "rejected", "pending", "frozen", "removed")
RULE_SETS = (RuleSetDeclaration(id="IMS-2024-10", title="The first"),)


def machine(name: str, states: tuple[str, ...] = STATES, version: str = "1") -> Machine:
    declared = [{"name": state, "title": state, "says": state, "rules": ["faq.5"]} for state in states]
    table = {
        "name": name,
        "title": name,
        "says": "an invoice",
        "version": version,
        "state": declared,
        "extends": "record",
    }
    return Machine(validated(MachineDeclaration, table), (), RULE_SETS)


def law(*machines: Machine) -> Law:
    by_name = {machine.name: machine for machine in machines}
    return Law(sources={}, rule_sets=RULE_SETS, rules={}, facts={}, machines=by_name, use_cases={})


FIRST = law(machine("invoice"), machine("credit_note"))
SECOND = law(machine("invoice", version="2"), machine("credit_note"))
WITHOUT_PENDING = law(machine("invoice", tuple(state for state in STATES if state != "pending")))


@pytest.fixture
def filled(engine: Engine, write: type) -> Engine:
    """Two live invoices and two that are decided, and a live credit note, all under the first law."""
    with writing(engine) as connection:
        ids = {name: declaration_id(connection, found, NOON) for name, found in FIRST.machines.items()}
        for number, state in enumerate(("no_action", "pending", "frozen", "removed"), start=1):
            write(connection).record(number, state=state, declaration_id=ids["invoice"])
        write(connection).record(5, machine="credit_note", declaration_id=ids["credit_note"])
    return engine


def test_a_declaration_is_kept_once_and_whole(engine: Engine) -> None:
    invoice = FIRST.machines["invoice"]
    with writing(engine) as connection:
        first = declaration_id(connection, invoice, NOON)
        assert declaration_id(connection, invoice, LATER) == first
        assert declaration_id(connection, SECOND.machines["invoice"], LATER) != first
        assert declaration_id(connection, FIRST.machines["credit_note"], LATER) != first
        row = connection.execute(select(DeclarationRow).where(DeclarationRow.id == first)).one()
        assert (row.machine, row.version, row.fingerprint, row.recorded_at) == (
            "invoice",
            "1",
            invoice.fingerprint,
            NOON,
        )
        assert hashlib.sha256(row.declared.encode()).hexdigest() == invoice.fingerprint


def test_writers_at_once_keep_one_declaration(shared: Engine) -> None:
    def keep(_: int) -> int:
        with writing(shared) as connection:
            return declaration_id(connection, FIRST.machines["invoice"], NOON)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(keep, range(12)))) == 1


def test_an_empty_store_fits_every_law(engine: Engine) -> None:
    with reading(engine) as connection:
        check(connection, FIRST)


def test_the_law_that_records_were_written_under_fits(filled: Engine) -> None:
    with reading(filled) as connection:
        check(connection, FIRST)


def test_a_law_that_changed_under_live_records_is_refused(filled: Engine) -> None:
    with pytest.raises(LawMismatchError) as refused, reading(filled) as connection:
        check(connection, SECOND)
    assert refused.value.records == {"invoice": 2}
    assert str(refused.value) == (
        "live records were written under another declaration of their machine (invoice 2); "
        "read what changed in machines/, then run upkeep.migrate(…, adopt=True)"
    )
    assert refused.value.as_dict()["code"] == "law_mismatch"


def test_a_machine_that_is_gone_is_refused(filled: Engine) -> None:
    with pytest.raises(LawMismatchError, match=r"\(credit_note 1\)"), reading(filled) as connection:
        check(connection, law(machine("invoice")))


def test_decided_records_stay_under_the_law_that_decided_them(engine: Engine, write: type) -> None:
    with writing(engine) as connection:
        first = declaration_id(connection, FIRST.machines["invoice"], NOON)
        write(connection).record(1, state="frozen", declaration_id=first)
        check(connection, SECOND)
        assert adopt(connection, SECOND, "asha", LATER) == Adoption({}, ())


def test_adopting_moves_live_records_and_says_who_did(filled: Engine) -> None:
    with writing(filled) as connection:
        assert adopt(connection, SECOND, "asha", LATER) == Adoption({"invoice": 2}, ())
        check(connection, SECOND)
        new = declaration_id(connection, SECOND.machines["invoice"], LATER)
        rows = connection.execute(select(core(RecordRow).c["id", "declaration_id", "version"]))
        assert {row.id: row.version for row in rows if row.declaration_id == new} == {1: 2, 2: 2}
        told = connection.execute(select(core(AdoptionRow).c["machine", "to_id", "rows", "actor", "recorded_at"])).all()
        assert told == [("invoice", new, 1, "asha", LATER), ("invoice", new, 1, "asha", LATER)]
        assert adopt(connection, SECOND, "asha", LATER) == Adoption({}, ())


def test_trying_what_adopting_would_do_writes_nothing(filled: Engine) -> None:
    with writing(filled) as connection:
        assert adopt(connection, SECOND, "asha", LATER, dry_run=True) == Adoption({"invoice": 2}, ())
        assert {row.recorded_at for row in connection.execute(select(DeclarationRow))} == {NOON}
        assert connection.execute(select(AdoptionRow)).all() == []
        with pytest.raises(LawMismatchError):
            check(connection, SECOND)


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_record_whose_state_or_machine_is_gone_stays(filled: Engine, dry_run: bool) -> None:
    with writing(filled) as connection:
        adopted = adopt(connection, WITHOUT_PENDING, "asha", LATER, dry_run=dry_run)
    again = "declare the state again and adopt then"
    assert adopted.records == {"invoice": 1}
    assert [str(problem) for problem in adopted.problems] == [
        "credit_note: is no longer declared and has live records (1); declare the machine again and adopt then",
        f"invoice: no longer has the state pending, in which there are live records (1); {again}",
    ]
    with pytest.raises(LawMismatchError), reading(filled) as connection:
        check(connection, WITHOUT_PENDING)
