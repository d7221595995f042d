"""A store with something in every table, in a file and on PostgreSQL, on which whatever is changed is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from ims_fsm import IMS, Engine, Heads, Principal, Proposal, RefusedError, TaxPeriod, Trigger
from ims_fsm.law.book import LawBook
from ims_fsm.store import audit
from ims_fsm.store.audit import Finding
from ims_fsm.store.connection import open_engine
from ims_fsm.workflow.engine import with_machines

BUYER = "27AAPFU0939F1ZV"
NOON = "2025-12-20 06:30:00.000000"
LEAVE = Path(__file__).resolve().parents[1] / "cases" / "leave_request.toml"
TWIN = pytest.mark.sqlite("its twin is on PostgreSQL")


@dataclass(frozen=True)
class Store:
    """A store on one connection."""

    connection: Connection
    book: LawBook
    disarm: Callable[[Connection], AbstractContextManager[None]]

    @property
    def kind(self) -> str:
        return self.connection.dialect.name

    def faults(self) -> tuple[Finding, ...]:
        return audit.verify(self.connection, book=self.book).faults

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back what is changed within.

        No transaction is left open between tests: others wait until all that have begun on the server have ended.
        """
        self.connection.rollback()
        with self.connection.begin() as transaction:
            yield
            transaction.rollback()

    def disarmed(self) -> AbstractContextManager[None]:
        """Lay down triggers and checks within."""
        return self.disarm(self.connection)


ON_BOTH = [pytest.param("file", marks=TWIN), "pg"]


@pytest.fixture(scope="session", params=ON_BOTH)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Give what makes addresses of stores that last for the session."""
    if request.param == "file":
        return lambda: f"sqlite:///{tmp_path_factory.mktemp('tampering') / 'ims.db'}"
    databases = request.getfixturevalue("databases")
    return lambda: databases.address(databases.make(lasting=True)).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def store(url: Callable[[], str], staging: type[Any], disarmed: Any) -> Iterator[Store]:
    """A store with something in every table."""
    with opened(staging(url()), lived, disarmed) as made:
        fill(made.connection)
        made.connection.commit()
        yield made


@pytest.fixture(scope="session")
def decided(url: Callable[[], str], staging: type[Any], disarmed: Any) -> Iterator[Store]:
    """A store with three months decided, of chains and of what stands alone."""
    with opened(staging(url()), decided_thrice, disarmed) as made:
        yield made


@contextmanager
def opened(stage: Any, live: Callable[[Any], None], disarmed: Any) -> Iterator[Store]:
    live(stage)
    engine, book = open_engine(stage.url), with_machines(stage.ims.book, LEAVE)
    with engine.connect() as connection:
        yield Store(connection, book, disarmed)
    engine.dispose()
    stage.ims.close()


def lived(stage: Any) -> None:
    """Let a month be decided, and another begin: 6 is accepted and waits, 7 amends what is not here."""
    for gstin in (stage.buyer, stage.seller):
        stage.taxpayer(gstin, registered_from="2025-10")
    stage.at("2025-11-05")
    for kind in ("invoice", "credit_note", "credit_note", "invoice", "invoice"):
        stage.filed(stage.document(kind, date=date(2025, 10, 5)), "2025-10")
    stage.act("accept", 1, remarks="as ordered")
    stage.act("reject", 2)
    stage.act("accept", 3, reduce_itc=Heads(igst=5_000), remarks="the rest was never availed")
    stage.close("2025-10")
    stage.at("2025-12-05")
    november = {"date": date(2025, 11, 5)}
    stage.filed(stage.document(**november), "2025-11")
    stage.ims.recipient(stage.buyer, actor="asha").accept(6, remarks="seen", key="k-6")
    unknown = stage.document(**november, amends=stage.document(number="OLD/1", date=date(2025, 10, 5)))
    stage.desk.state_original(stage.filed(unknown, "2025-11"), "accepted")
    shown = stage.seen(stage.document(**november), return_period=TaxPeriod("2025-11"))
    stage.at("2025-12-06").receive(shown, complete=frozenset({"invoice"}))
    stage.desk.file_annual_return("2023-24")
    for rules in (RULES, ""):
        stage.desk.change_setting("matching", rules, reason="as the auditor asked")
    stage.ims._workspace.log_refusals = True
    with pytest.raises(RefusedError):
        stage.draft("2025-11")
    stage.at("2025-12-14")
    stage.draft("2025-11")
    stage.at("2025-12-15")
    stage.act("reject", 7)
    stage.draft("2025-11")
    # A case of the recipient's, whose facts have changed once.
    with Engine(stage.url, machines=LEAVE, clock=stage.clock) as engine:
        desk = engine.cases("leave_request", actor="asha", owner=stage.buyer)
        case = desk.open("LR-1", days="many")
        desk.fire(case.id, "approve", cover="yes", key="k-case")
    with IMS(stage.url, signoff=True, clock=stage.clock) as ims:
        proposal = Proposal(place="line 2", trigger=Trigger.REJECT, record_id=6)
        ims.recipient(stage.buyer, actor=Principal("asha", ["preparer"])).propose([proposal])


def decided_thrice(stage: Any) -> None:
    """Have chains decided: 1, 7 and 14 are one, 2 has two amendments in one period, 3 was rejected, 6 becomes PoS."""
    for gstin in (stage.buyer, stage.seller):
        stage.taxpayer(gstin, registered_from="2025-10")
    october, november = {"date": date(2025, 10, 5)}, {"date": date(2025, 11, 5)}
    stage.at("2025-11-05")
    originals = [stage.document(kind, **october) for kind in ("invoice", "invoice", "credit_note")]
    originals += [stage.document(**october, **how) for how in ({"reverse_charge": True}, {"ineligible": "pos"}, {})]
    for document in originals:
        stage.filed(document, "2025-10")
    stage.act("accept", 1)
    stage.act("reject", 3)
    stage.close("2025-10")
    stage.at("2025-12-05")
    first = stage.document(igst=12_000, amends=originals[0], **november)
    stage.filed(first, "2025-11")
    for igst in (17_000, 16_000):
        stage.filed(stage.document(igst=igst, amends=originals[1], **november), "2025-11")
    stage.filed(stage.document("credit_note", igst=9_000, amends=originals[2], **november), "2025-11")
    stage.filed(stage.document(amends=originals[5], ineligible="pos", **november), "2025-11")
    stage.filed(stage.document(**november), "2025-11")
    stage.filed(stage.document("credit_note", ineligible="sec_16_4", **november), "2025-11")
    stage.act("accept", 7)
    stage.act("accept", 10)
    stage.act("accept", 12)
    stage.close("2025-11")
    stage.at("2026-01-05")
    stage.filed(stage.document(igst=10_000, amends=originals[0], date=date(2025, 12, 5)), "2025-12")
    stage.act("reject", 14)
    stage.close("2025-12")


JOB = """
    INSERT INTO ims_job_run
    (recipient_gstin, job, period, through, status, due_at, planned_at, recipients, attempt, done_at)
    VALUES ('{gstin}', 'draft', '2025-11', '{gstin}', 'done', '{noon}', '{noon}', 1, 0, '{noon}')
"""
REMINDER = """
    INSERT INTO ims_reminder (recipient_gstin, kind, subject, due_at, days, at, recorded_at, records, rule)
    VALUES ('{gstin}', 'draft_ready', '2025-11', '{noon}', 3, '{noon}', '{noon}', 1, 'faq.25')
"""
ADOPTION = "INSERT INTO ims_adoption VALUES (1, 'invoice', 1, 1, 0, 'asha', '{noon}')"
UPLOADED = """
    INSERT INTO ims_uploaded (recipient_gstin, record_id, action, at, answered)
    VALUES ('{gstin}', 1, 'accepted', '{noon}', TRUE)
"""
SUBSCRIBER = "INSERT INTO ims_subscriber VALUES ('mailer', NULL)"
CALLER = """
    INSERT INTO ims_token (digest, name, roles, gstins, made_at)
    VALUES ('5e', 'erp', 'recipient', '{gstin}', '{noon}')
"""
# PostgreSQL numbers records by a sequence and leaves the table empty.
COUNTER = (
    "INSERT INTO ims_counter SELECT 'record', 7 WHERE NOT EXISTS (SELECT 1 FROM ims_counter WHERE name = 'record')"
)
MOVE = "INSERT INTO ims_calendar_move VALUES ('{gstin}', 6, 1, '[]', '[]')"
REGISTER = """
    INSERT INTO ims_register_document (recipient_gstin, id, supplier_gstin, kind, number, written, canonical,
    document_date, taxable, igst, cgst, sgst, cess, period, source, place, lines)
    VALUES ('{gstin}', 1, '29AABCT1332L1ZA', 'invoice', 'S/1', 'S/1', 'S1', '2025-10-05', 100, 18, 0, 0, 0, '2025-10',
    'books.csv', 'line 2', 1)
"""
PAIR = "INSERT INTO ims_register_pair VALUES ('{gstin}', 1, 1, 'same_in_all', 'exact')"
NUMBER = "INSERT INTO ims_register_number VALUES ('{gstin}', 1, 'S/1', '2025-26', 'S/1', 'S1')"
DECISION = """
    INSERT INTO ims_register_decision VALUES ('{gstin}', 1, 'pair', '29AABCT1332L1ZA', 'invoice', 'S/1', '2025-10-05',
    1, 'seen', 'asha', '{noon}', '{noon}', NULL)
"""
CHASED = """
    INSERT INTO ims_chase VALUES ('{gstin}', 1, '29AABCT1332L1ZA', '29AABCT1332L1ZA.txt', 'ab12', 1, 18, 0, 0, 0,
    'asha', '{noon}', '{noon}', NULL)
"""
BOOKS = (REGISTER, PAIR, NUMBER, DECISION, CHASED)
RULES = '[[match]]\nname = "same_in_all"\npaise = 0\n'


def fill(connection: Connection) -> None:
    """Put a row where nothing of a month comes."""
    for statement in (JOB, REMINDER, ADOPTION, UPLOADED, SUBSCRIBER, MOVE, CALLER, COUNTER, *BOOKS):
        connection.execute(text(statement.format(gstin=BUYER, noon=NOON)))
