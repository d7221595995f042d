"""Between the portal's files and an IMS: takes a download in, and says what the portal is still to be told.

Imports the portal's JSON, the workflow and the store's values; opens no file and knows no command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import Dialect, Download
from ims_fsm.formats.gstn.download import DownloadReader, MisreadError, Source, Whole, opened
from ims_fsm.formats.gstn.repetitions import Repetitions
from ims_fsm.formats.gstn.sections import SECTIONS
from ims_fsm.record.sighting import Shown, flat
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.store.staging.entering import is_empty
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, SupplierStatus, TaxpayerKind
from ims_fsm.workflow.reception.receiving import Reception, SeenTwiceError
from ims_fsm.workflow.reception.registration import register
from ims_fsm.workflow.reception.upload import Each, Received
from ims_fsm.workflow.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Registration:
    """How to register a recipient who is not known here: his kind and how often he files; None is the usual."""

    kind: TaxpayerKind | None = None
    filing: Filing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What importing a download did: whose it is, how many records it shows, what was received, what to warn of.

    `registered` is the taxpayer where he was registered with it.
    """

    recipient: str
    records: int
    received: Received
    registered: Taxpayer | None
    warnings: tuple[Problem, ...]


AS_USUAL = Registration()
Run = Callable[[Callable[[UnitOfWork], Imported]], Imported]


def import_download(  # noqa: PLR0913 -- what, of whom, and who wants to know
    run: Run,
    source: Source,
    where: str,
    *,
    gstin: str | None = None,
    registration: Registration = AS_USUAL,
    each: Each | None = None,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Read a download in any dialect of the portal and take it in; importing the same again changes nothing.

    It is read as it is taken in, so memory does not grow with it. `run` runs a use case in one transaction, and is
    called again where the end of the file tells that it must be read otherwise. `source` is a path, an open file, or
    the bytes; `where` names it in errors; `gstin` is the recipient, where the file does not name them; `each` is
    called with what happened to which record, `progress` with how many bytes were read. Raises `InputError` for what
    cannot be read, and for a recipient registered otherwise than `registration` says; nothing is written then.
    """
    promise, straight = None, True
    with opened(source) as file:
        while True:
            reader = DownloadReader(file, where, gstin, promise=promise, tell=progress)
            imported = _Import(reader, registration, each, straight=straight)
            try:
                return run(imported.work)
            except MisreadError as error:
                promise = error.envelope
            except SeenTwiceError:
                straight = False


def take_in(run: Run, download: Download, *, registration: Registration = AS_USUAL) -> Imported:
    """Take in a download that was read, and register its recipient where he is not known here (FAQ 6, 16).

    He is a normal taxpayer who files monthly unless told otherwise, and owes GSTR-3B from the earliest 2B period
    among the records. Raises `InputError` where he is known otherwise than `registration` says.
    """

    def work(unit: UnitOfWork) -> Imported:
        arrival = _Arrival(unit, download.recipient, registration)
        reception = Reception(unit, download.recipient)
        reception.stage(arrival.watched([[flat(record) for record in download.records]] if download.records else []))
        registered = arrival.registered(reception.count)
        received = reception.finish(complete_machines(download))
        return Imported(
            recipient=download.recipient,
            records=len(download.records),
            received=received,
            registered=registered,
            warnings=download.warnings,
        )

    return run(work)


class _Import:
    """One reading of a file while it is taken in; `straight` where it is entered before it is compared with itself."""

    def __init__(
        self, reader: DownloadReader, registration: Registration, each: Each | None, *, straight: bool
    ) -> None:
        """Begin with a file of which nothing was read."""
        self.reader, self.registration, self.each, self.straight = reader, registration, each, straight

    def work(self, unit: UnitOfWork) -> Imported:
        """Take it in."""
        reader, parts = self.reader, self.reader.parts()
        first = next(parts, None)
        recipient = reader.whole.recipient if first is None else reader.owner
        arrival = _Arrival(unit, recipient, self.registration)
        reception = Reception(unit, recipient, self.each)
        way = reception.enter if self.straight and is_empty(unit.connection, recipient) else reception.stage
        way(arrival.watched(parts if first is None else chain([first], parts)))
        registered = arrival.registered(reception.count)
        repetitions = Repetitions(reader)
        reception.choose(repetitions.choose)
        repetitions.tell()
        received = reception.finish(complete_machines(reader.whole))
        return Imported(
            recipient=recipient,
            records=reception.count,
            received=received,
            registered=registered,
            warnings=reader.warnings,
        )


class _Arrival:
    """A recipient whose download comes: known, or to be registered by what it shows."""

    def __init__(self, unit: UnitOfWork, recipient: str, told: Registration) -> None:
        """Hold his records; a newcomer is registered at once, his first period follows when all has gone by."""
        serialise(unit.connection, [recipient])
        self._unit, self._recipient, self._told = unit, recipient, told
        self._seen: set[tuple[Form, TaxPeriod, TaxPeriod | None, SupplierStatus]] = set()
        known = taxpayers.find(unit.connection, recipient)
        self._is_new = known is None
        if known is None:
            self._register(unit.book.calendar.first_period)
        else:
            _refuse_contradiction(known, told)

    def watched(self, parts: Iterable[Sequence[Shown]]) -> Iterator[Sequence[Shown]]:
        """Give the parts on, and note of what periods they are where that is wanted."""
        for part in parts:
            if self._is_new:
                self._seen.update((s.form, s.return_period, s.itc_period, s.supplier_status) for s in part)
            yield part

    def registered(self, count: int) -> Taxpayer | None:
        """Return the taxpayer where he was registered; raises `InputError` where nothing is shown of him."""
        if not self._is_new:
            return None
        if not count:
            remedy = f"register him first: ims-fsm taxpayer {self._recipient} --from 2024-10"
            problem = Problem(self._recipient, "is not known here, and the download shows no record of his", remedy)
            raise InputError("download", [problem])
        return self._register(self._earliest())

    def _register(self, since: TaxPeriod) -> Taxpayer:
        filing = self._told.filing or Filing.MONTHLY
        newcomer = Taxpayer(
            gstin=self._recipient,
            kind=self._told.kind or TaxpayerKind.NORMAL,
            filing=filing,
            registered_from=self._unit.book.calendar.period_for(since, filing),
        )
        return register(self._unit, newcomer)

    def _earliest(self) -> TaxPeriod:
        calendar, now = self._unit.book.calendar, self._unit.now

        def expected(form: Form, period: TaxPeriod, itc_period: TaxPeriod | None, status: SupplierStatus) -> TaxPeriod:
            led = itc_period or calendar.form_period(form, period)
            if status is SupplierStatus.FILED:
                return led
            return max(led, calendar.window_period(form, Filing.MONTHLY, now))

        return max(min(expected(*one) for one in self._seen), calendar.first_period)


def complete_machines(download: Download | Whole) -> frozenset[str]:
    """Return the machines of which the download shows every record: all their sections are in it.

    Only of those does a saved record's absence mean that its supplier deleted it (FAQ 16).
    """
    if download.dialect is Dialect.OFFLINE_ERRORS:
        return frozenset()
    wanted: dict[str, set[str]] = {}
    for key, form in SECTIONS.items():
        amended = form.amended and form.kind is not Kind.BILL_OF_ENTRY
        wanted.setdefault(f"{form.kind}_amendment" if amended else str(form.kind), set()).add(key)
    return frozenset(machine for machine, keys in wanted.items() if keys <= set(download.sections))


def _refuse_contradiction(known: Taxpayer, told: Registration) -> None:
    pairs = (("kind", known.kind, told.kind), ("filing", known.filing, told.filing))
    problems = [
        Problem(known.gstin, f"is known here as {here}, not as {there}", _correct(known, f"--{name} {there}"))
        for name, here, there in pairs
        if there is not None and here != there
    ]
    if problems:
        raise InputError("taxpayer", problems)


def _correct(known: Taxpayer, option: str) -> str:
    return f"correct it first: ims-fsm taxpayer {known.gstin} {option}"
