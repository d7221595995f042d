"""Random stores: rows as a supplier's reports, recipients' actions and filed returns could have left them, and more.

A chain here has any mix of versions, also such as no sequence of use cases leads to; left out is only what no row can
be: what a machine's facts do not allow, a record that is filed and has no 2B period, a saved one that has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.hooks import Hooks
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import writing
from ims_fsm.store.tables import RecordRow, TwoBRow
from ims_fsm.terms.document import Ineligible
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import (
    Disposition,
    Filing,
    Form,
    Kind,
    RemovedFor,
    Route,
    State,
    SupplierStatus,
    TaxpayerKind,
    TwoBState,
)
from ims_fsm.workflow.unit import UnitOfWork

BOOK = shipped_book()
MONTHLY, QUARTERLY, FAR = "27AAPFU0939F1ZV", "27AAACP7879D1ZM", "07AAACC1206D1ZM"
SUPPLIERS = ("29AABCT1332L1ZA", "24AABCT1332L1ZA", "33AABCT1332L1ZA")
PERIODS = ("2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2025-03",
           "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-03")  # fmt: skip
INSTANT = timedelta(microseconds=1)
LIMITED = tuple(BOOK.calendar.declared.time_limit.kinds)


def edges() -> tuple[datetime, ...]:
    """Return the instants at which a reading turns, by the calendar, and those just before them."""
    calendar = BOOK.calendar
    turns = {calendar.opens_at, calendar.declaration_mandatory_from}
    for period in map(TaxPeriod, PERIODS):
        turns |= {calendar.pending_until(period, filing, state) for filing in Filing for state in ("07", "27")}
        for day in (12, 14):
            turns.add(datetime(period.year, period.month, day, tzinfo=UTC) - timedelta(hours=5, minutes=30))
    turns |= {calendar.amendment_limit(Kind.INVOICE, date(year, 6, 1), None) for year in (2023, 2024)}
    return tuple(sorted(moment - early for moment in turns for early in (INSTANT, timedelta())))


EDGES = edges()
NOTHING: tuple[Any, ...] = (None,)


def words(vocabulary: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(word) for word in vocabulary)


# What a column of a version can hold, the plainest first; what is there several times comes up more often.
VERSION: Mapping[str, Sequence[Any]] = {
    "state": words(State),
    "form": words(form for form in Form if form is not Form.ICEGATE),
    "return_period": PERIODS,
    "two_b_period": NOTHING * 8 + PERIODS,
    "route": (str(Route.IMS),) * 8 + words(Route),
    "reverse_charge": (False, False, False, True),
    "ineligible": NOTHING * 8 + get_args(Ineligible),
    "cutoff_at": NOTHING * 60 + EDGES,
    "stated_original": NOTHING * 4 + words(Disposition),
    "disposition": NOTHING + words(Disposition),
    "settled_in": NOTHING * 8 + PERIODS,
    "removed_for": NOTHING * 6 + words(RemovedFor),
    "pending_blocked": (None, True, False),
    "reduction_blocked": (None, True, False),
    "version": (1, 2),
    "igst": (0, 1, 2),
    "cess": (0, 0, 1),
    "carried_igst": (0, 1, 2, -1),
    "carried_cess": (0, 0, 1),
    "calm": (True, True, False),
    "acted": ((None, 0), ("full", 1), ("none", 0), ("partial", 2)),
}
# What bars most actions: a calm version has it as plain as it can be.
ENDS = (str(State.FROZEN), str(State.REMOVED))
BARRING = ("form", "route", "reverse_charge", "ineligible", "cutoff_at", "disposition", "settled_in", "removed_for")
# One draw for a whole version: a byte for each column.
DRAWN = st.binary(min_size=len(VERSION), max_size=len(VERSION))
# A document alone, an original with one amendment, and longer chains: each of the three is read in its own way.
VERSIONS = st.one_of(*(st.lists(DRAWN, min_size=least, max_size=most) for least, most in ((1, 1), (2, 2), (1, 8))))
CHAIN = st.tuples(st.sampled_from(words(Kind)), st.sampled_from(SUPPLIERS), st.booleans(), VERSIONS)


def version_of(drawn: bytes) -> dict[str, Any]:
    """Return the columns of a version that a draw stands for."""
    pairs = zip(VERSION.items(), drawn, strict=True)
    version = {column: values[byte % len(values)] for (column, values), byte in pairs}
    if version.pop("calm"):
        version |= {column: VERSION[column][0] for column in BARRING}
        version["state"] = str(State.NO_ACTION) if version["state"] in ENDS else version["state"]
    return version


@dataclass(frozen=True, repr=False)
class RandomStore:
    """What a random store holds: taxpayers, the rows of records, and the drafts of GSTR-2B."""

    recipients: tuple[Taxpayer, ...]
    suppliers: tuple[Taxpayer, ...]
    rows: tuple[Mapping[str, Any], ...]
    drafts: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        """Show what the rows have otherwise than empty ones, as far as hypothesis takes it."""
        plain = {None, 0, "", "no_action", "ims"}
        shown = ("id", "chain_id", "machine", "supplier_gstin", *VERSION)
        whose = [(one.gstin, str(one.filing), str(one.kind)) for one in self.recipients]
        rows = [[f"{name}={one[name]}" for name in shown if one.get(name) not in plain] for one in self.rows]
        return "\n".join(map(str, [*whose, *rows, *self.drafts]))[:20_000]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        # Hypothesis would print every field of what is a dataclass.
        printer.text(repr(self))

    def write(self, connection: Connection) -> None:
        for taxpayer in (*self.recipients, *self.suppliers):
            taxpayers.put(connection, taxpayer)
        if self.rows:
            connection.execute(insert(RecordRow), self.rows)
        if self.drafts:
            states = {"state": str(TwoBState.DRAFT), "seq": 1, "generation": 1}
            rows = [{"recipient_gstin": gstin, "period": period, **states} for gstin, period in self.drafts]
            connection.execute(insert(TwoBRow), rows)


def row(number: int, chain: tuple[str, str, str, int, bool], version: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a version of a chain: recipient, kind, supplier, the chain's number, whether it amends."""
    recipient, kind, supplier, chain_id, amends = chain
    given = {name: value for name, value in version.items() if name != "acted"}
    fixed = str(kind) != str(Kind.BILL_OF_ENTRY)
    reduction, declared = version["acted"]
    empty = {f"{part}{head}": 0 for part in ("", "carried_", "standing_", "declared_") for head in HEADS}
    return {
        **empty,
        **given,
        "recipient_gstin": recipient,
        "id": number,
        "machine": f"{kind}_amendment" if amends and fixed else kind,
        "declaration_id": 1,
        "kind": kind,
        "supplier_gstin": supplier,
        "number": f"S/{number}",
        "document_date": date(2024, 10, 5),
        "fy": "2024-25",
        "taxable": 1,
        "original_number": "S/0" if amends else None,
        "original_date": date(2024, 10, 5) if amends else None,
        "content_hash": "",
        "form": given["form"] if fixed else str(Form.ICEGATE),
        "supplier_status": str(SupplierStatus.FILED if given["two_b_period"] else SupplierStatus.SAVED),
        # What is frozen was decided by a GSTR-3B; no log leads to anything else.
        "settled_in": given["settled_in"] or (given["return_period"] if given["state"] == str(State.FROZEN) else None),
        "cutoff_at": given["cutoff_at"] if kind in LIMITED else None,
        "chain_id": chain_id,
        "reduction": reduction,
        "declared_igst": declared,
    }


def rows_of(
    first: int, chain: tuple[str, str, str, bool], versions: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows of a chain: recipient, kind, supplier, and whether its original lies elsewhere."""
    recipient, kind, supplier, apart = chain
    return [
        row(first + at, (recipient, kind, supplier, first, apart or at > 0), version)
        for at, version in enumerate(versions)
    ]


def settled(recipient: str, filing: Filing, kind: TaxpayerKind = TaxpayerKind.NORMAL) -> Taxpayer:
    return Taxpayer(gstin=recipient, filing=filing, kind=kind, registered_from=TaxPeriod("2024-04"))


KINDS = st.sampled_from([TaxpayerKind.NORMAL] * 5 + [TaxpayerKind.COMPOSITION])


@st.composite
def stores(draw: st.DrawFn) -> RandomStore:
    """Give stores of three recipients, two of whom share a scene, and of suppliers who are known or not."""
    recipients = (
        settled(MONTHLY, Filing.MONTHLY),
        settled(QUARTERLY, Filing.QUARTERLY),
        settled(FAR, draw(st.sampled_from(Filing)), draw(KINDS)),
    )
    suppliers = (settled(SUPPLIERS[0], Filing.MONTHLY), settled(SUPPLIERS[1], Filing.QUARTERLY))
    rows: list[Mapping[str, Any]] = []
    for recipient in recipients:
        for kind, supplier, apart, versions in draw(st.lists(CHAIN, min_size=4, max_size=8)):
            rows += rows_of(len(rows) + 1, (recipient.gstin, kind, supplier, apart), map(version_of, versions))
    whose = st.sampled_from([MONTHLY, QUARTERLY, FAR])
    drafts = draw(st.lists(st.tuples(whose, st.sampled_from(PERIODS)), unique=True, min_size=6, max_size=12))
    return RandomStore(recipients, suppliers, tuple(rows), tuple(drafts))


TWIN = pytest.mark.sqlite("its twin is on PostgreSQL")


@pytest.fixture(
    params=[
        pytest.param(("memory", 8), marks=TWIN),
        pytest.param(("memory", 30), marks=[TWIN, pytest.mark.long]),
        ("pg", 4),
    ],
    ids=["memory", "memory, long", "pg"],
)
def over(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give what calls a check over random stores: with a connection, a store that is written there, and what is drawn.

    Nothing is kept of one store when the next is written.
    """
    database, examples = request.param
    engine = request.getfixturevalue(database)

    def run(check: Callable[..., None], *drawn: st.SearchStrategy[Any]) -> None:
        @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
        @given(store=stores(), asked=st.tuples(*drawn))
        def on(store: RandomStore, asked: tuple[Any, ...]) -> None:
            with writing(engine) as connection:
                store.write(connection)
                check(connection, store, *asked)
                connection.get_transaction().rollback()

        on()

    return run


@pytest.fixture(scope="session")
def moments() -> Sequence[datetime]:
    """Every instant at which a reading turns, and the one before it; those on which all records turn come up often."""
    calendar = BOOK.calendar
    return (*EDGES, *[calendar.opens_at, calendar.declaration_mandatory_from] * (len(EDGES) // 8))


@pytest.fixture(scope="session")
def unit_of() -> Callable[..., UnitOfWork]:
    """Give what makes a unit of work on a connection at a moment."""

    def make(connection: Connection, now: datetime, hooks: Hooks | None = None, book: LawBook = BOOK) -> UnitOfWork:
        hooks = hooks or Hooks(book.law)
        buyer = Principal("buyer")
        return UnitOfWork(connection=connection, book=book, hooks=hooks, now=now, principal=buyer, recorded_at=now)

    return make


@pytest.fixture(scope="session")
def plain_store() -> Callable[..., RandomStore]:
    """Give what makes a store of plain records of the monthly recipient: each a kind, a supplier's place, columns."""

    def make(*records: tuple[Kind, int, Mapping[str, Any]]) -> RandomStore:
        rows: list[dict[str, Any]] = []
        for kind, supplier, columns in records:
            version = version_of(bytes(len(VERSION))) | columns
            rows += rows_of(len(rows) + 1, (MONTHLY, str(kind), SUPPLIERS[supplier], False), [version])
        suppliers = (settled(SUPPLIERS[0], Filing.MONTHLY), settled(SUPPLIERS[1], Filing.QUARTERLY))
        return RandomStore((settled(MONTHLY, Filing.MONTHLY),), suppliers, tuple(rows), ())

    return make


@pytest.fixture(scope="session")
def chain_rows() -> Callable[[Kind, Sequence[int]], tuple[Taxpayer, list[dict[str, Any]]]]:
    """Give what makes a recipient's chains of these lengths, in periods that come round and every state."""

    def make(kind: Kind, lengths: Sequence[int]) -> tuple[Taxpayer, list[dict[str, Any]]]:
        rows: list[dict[str, Any]] = []
        for length in lengths:
            first = len(rows) + 1
            for at in range(length):
                version = version_of(bytes((first + at) * (place + 1) % 256 for place in range(len(VERSION))))
                filed = {"two_b_period": PERIODS[(first + at) % len(PERIODS)]}
                rows.append(row(first + at, (MONTHLY, str(kind), SUPPLIERS[0], first, at > 0), version | filed))
        return settled(MONTHLY, Filing.MONTHLY), rows

    return make
