"""A month of everybody's work as a client does it: call after call, each repeated until it is acknowledged.

What was acknowledged is kept outside of the database. It must then be there whatever happened meanwhile: a call that is
repeated under its key answers what it answered, and does nothing. The tests compare what stands at the end with a month
in which nothing happened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, select, text

from ims_fsm import (
    IMS,
    ConflictError,
    Document,
    Form,
    Heads,
    Kind,
    SettableClock,
    StoreError,
    Taxpayer,
    TaxPeriod,
    Where,
)
from ims_fsm.resources import samples_folder
from ims_fsm.scheduler import Scheduler
from ims_fsm.store.connection import reading
from ims_fsm.store.job_tables import RequestRow
from ims_fsm.store.log import STEPS
from ims_fsm.store.tables import CALL, LOG, core
from ims_fsm.store.tables import Table as Row
from ims_fsm.testing import Stage
from ims_fsm.workflow.upkeep import audit

BUYER, SELLER, OCTOBER = Stage.buyer, Stage.seller, TaxPeriod("2024-10")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the month: its key or name, its moment, what it does under the key."""

    name: str
    at: str
    do: Callable[[IMS, str], object]
    keyed: bool = True

    def __call__(self, ims: IMS) -> str:
        """Do it at its moment; returns the answer as text."""
        ims.clock = SettableClock(self.at)
        answer: Any = self.do(ims, self.name)
        return TypeAdapter(type(answer)).dump_json(answer).decode()


def desk(ims: IMS) -> Any:
    """Return the buyer's desk."""
    return ims.recipient(BUYER, actor="buyer")


def acted(number: str, trigger: str) -> Callable[[IMS, str], object]:
    """Return the call that acts on a document by its number."""

    def act(ims: IMS, key: str) -> object:
        record = next(record for record in desk(ims).records() if record.document.number == number)
        return desk(ims).act(trigger, record.id, key=key)

    return act


def leave(ims: IMS) -> Any:
    """Return the buyer's desk of leave requests."""
    return ims.cases("leave_request", actor="asha", owner=BUYER)


def the(ims: IMS, key: str) -> int:
    """Return the id of a leave request."""
    case = leave(ims).find(key)
    assert case is not None
    return int(case.id)


def registered(ims: IMS, _key: str) -> None:
    """Register the buyer and the seller."""
    for gstin in (BUYER, SELLER):
        ims.register(Taxpayer(gstin=gstin, registered_from=OCTOBER))


def saved(number: int) -> Callable[[IMS, str], object]:
    """Return the call that saves a document of the seller."""
    document = Document(
        kind=Kind.INVOICE,
        supplier=SELLER,
        recipient=BUYER,
        number=f"M/{number}",
        date=date(2024, 10, 5),
        taxable=100_000,
        tax=Heads(igst=18_000),
    )
    return lambda ims, key: ims.supplier(SELLER, actor="seller").save(document, Form.GSTR_1, OCTOBER, key=key)


def imported(*names: str) -> Callable[[IMS, str], object]:
    """Return the call that takes in a sample of the portal's downloads."""
    files = [samples_folder() / name for name in names]
    return lambda ims, _key: [ims.import_download(file, actor="portal").received for file in files]


def swept(ims: IMS) -> int:
    """Do what the calendar owes; raises what a recipient failed of, for a sweep tells it and goes on."""
    report = ims.sweep()
    for failure in report.failures:
        raise failure.error
    return len(report.swept)


CASES = ("LR-1", "LR-2", "LR-3")
LEAVE = Path(__file__).resolve().parents[1] / "workflow" / "cases" / "leave_request.toml"
FILE = samples_folder() / "actions_2024-11.csv"
BULK = Where(kinds=(Kind.INVOICE, Kind.DEBIT_NOTE))
MONTH = (
    Call("registered", "2024-11-09 10:00", registered, keyed=False),
    *(Call(f"saved {number}", "2024-11-09 11:00", saved(number)) for number in range(3)),
    Call(
        "filed",
        "2024-11-10 11:00",
        lambda ims, key: ims.supplier(SELLER, actor="seller").file(Form.GSTR_1, OCTOBER, key=key),
    ),
    Call("downloaded", "2024-11-12 10:00", imported("ims_2024-11.json"), keyed=False),
    Call("applied", "2024-11-12 10:15", lambda ims, key: desk(ims).apply(FILE, key=key)),
    Call("accepted", "2024-11-12 10:20", acted("M/0", "accept")),
    Call("rejected", "2024-11-12 10:20", acted("M/1", "reject")),
    Call("bulk", "2024-11-12 10:30", lambda ims, key: desk(ims).act_on("accept", where=BULK, key=key)),
    Call(
        "case",
        "2024-11-12 10:35",
        lambda ims, _key: [leave(ims).open(key, days="many").id for key in CASES],
        keyed=False,
    ),
    Call("case approved", "2024-11-12 10:36", lambda ims, key: leave(ims).fire(the(ims, "LR-1"), "approve", key=key)),
    Call("cases declined", "2024-11-12 10:37", lambda ims, key: leave(ims).fire_on("decline", cover="no", key=key)),
    Call("sealed", "2024-11-12 10:40", lambda ims, _key: desk(ims).seal(), keyed=False),
    Call("pending", "2024-11-12 10:50", acted("M/2", "keep_pending")),
    Call("scheduler", "2024-11-14 06:00", lambda ims, _key: Scheduler(ims).run_once().fault, keyed=False),
    Call("downloaded again", "2024-11-15 10:00", imported("ims_2024-11_later.json"), keyed=False),
    Call("regretted", "2024-11-18 10:00", acted("M/0", "reject")),
    Call("2b", "2024-11-18 10:10", lambda ims, key: desk(ims).generate_2b(OCTOBER, key=key)),
    Call("3b", "2024-11-20 10:00", lambda ims, key: desk(ims).file_3b(OCTOBER, consent=True, key=key)),
    Call("swept", "2024-12-14 06:00", lambda ims, _key: swept(ims), keyed=False),
)


def opened(url: str) -> IMS:
    """Open a database at the moment at which the month begins."""
    return IMS(url, machines=LEAVE, clock=SettableClock(MONTH[0].at))


def repeated(work: Callable[[], T], failed: Callable[[Exception], object]) -> T:
    """Do something until it is done, and say each time what failed."""
    while True:
        try:
            return work()
        except (StoreError, ConflictError) as error:
            failed(error)


@dataclass
class Client:
    """Does the month on a database; what was acknowledged goes by `acknowledge`, and is asked for again."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    acknowledge: Callable[[str, str], object] = lambda _name, _answer: None

    def live(self, ims: IMS) -> None:
        """Do what is not acknowledged yet, and have the rest answered again."""
        for call in MONTH:
            self.call(ims, call)

    def call(self, ims: IMS, call: Call) -> None:
        """Do a call, or have it answered again; raises `AssertionError` where the answer is another one."""
        before = self.acknowledged.get(call.name)
        if before is None:
            self.acknowledged[call.name] = call(ims)
            self.acknowledge(call.name, self.acknowledged[call.name])
        elif call.keyed:
            assert call(ims) == before, call.name


# What a number counts, by the column that holds it.
_NUMBERS = {
    **dict.fromkeys(("record_id", "chain_id"), "ims_record"),
    "declaration_id": "ims_declaration",
    "calendar_id": "ims_calendar",
}
# Cases are numbered with records.
_CASES = "ims_case"
# In which order and when things were committed, and how jobs and calls were cut, is each run's own.
_APART = frozenset({"ims_job_run", "ims_counter", "ims_log_call"})
# These hold numbers inside of texts and digests, which the audit proves; and answers are compared as they come.
_WRITTEN = frozenset({"place", "recorded_at"})
_NUMBERED, _DIGEST = frozenset({"ims_request", "ims_seal", "ims_seal_leaf"}), re.compile(r'(?<="digest": ")\w+')


def content(ims: IMS) -> dict[str, list[str]]:
    """Return every row of every table; numbers with gaps, as PostgreSQL leaves them, are told as if they had none."""
    with reading(ims._workspace.engine) as connection:
        tables = {
            table.name: connection.execute(STEPS if table is LOG else select(table)).mappings().all()
            for table in Row.metadata.sorted_tables
            if table.name not in _APART | _NUMBERED
        }
    counted = {of: sorted(row["id"] for row in tables[of]) for of in {*_NUMBERS.values(), _CASES}}
    counted["ims_record"] = counted[_CASES] = sorted(counted["ims_record"] + counted[_CASES])

    def said(name: str, column: str, value: Any) -> Any:
        of = name if column == "id" else _NUMBERS.get(column)
        return counted[of].index(value) if of in counted and value is not None else value

    def line(name: str, row: RowMapping) -> str:
        return _DIGEST.sub("", repr([said(name, *cell) for cell in row.items() if cell[0] not in _WRITTEN]))

    return {name: sorted(line(name, row) for row in rows) for name, rows in tables.items()}


def differences(ims: IMS, expected: Mapping[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """Return the rows, by table, that only the one has and only the other."""
    found = content(ims)
    return {
        name: tuple(sorted((Counter(one) - Counter(other)).elements()) for one, other in pairs)
        for name, rows in expected.items()
        if (pairs := ((found[name], rows), (rows, found[name])))[0][0] != rows
    }


def kept(ims: IMS) -> Counter[str]:
    """Return the keys under which answers are kept."""
    with reading(ims._workspace.engine) as connection:
        return Counter(connection.execute(select(REQUEST.c.key)).scalars())


def held(ims: IMS, acknowledged: Mapping[str, str]) -> None:
    """Assert that a database is sound, and that what was acknowledged under a key is kept, each once."""
    assert audit(ims).faults == ()
    with reading(ims._workspace.engine) as connection:
        if connection.dialect.name == "sqlite":
            for pragma, answer in (("quick_check", [("ok",)]), ("foreign_key_check", [])):
                assert [tuple(row) for row in connection.execute(text(f"PRAGMA {pragma}"))] == answer
        acted = Counter(connection.execute(select(CALL.c.request_key).where(CALL.c.trigger != "freeze")).scalars())
    keyed = {call.name for call in MONTH if call.keyed} & acknowledged.keys()
    answers = kept(ims)
    assert {key: answers[key] for key in keyed} == dict.fromkeys(keyed, 1)
    assert {key: acted[key] for key in keyed & ACTED} == dict.fromkeys(keyed & ACTED, 1)


ACTED = frozenset({"accepted", "rejected", "bulk", "pending", "regretted", "case approved", "cases declined"})
REQUEST = core(RequestRow)
