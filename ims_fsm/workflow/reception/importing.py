"""Importing a download of the portal: the file is read as it is received, its recipient registered where they are new.

Imports the portal's reader, the store and the reception. Registering is the one use case for it, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypedDict

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.download import DownloadReader, MisreadError, Repetitions, Source, Whole, named, opened
from ims_fsm.formats.gstn.envelope import Dialect
from ims_fsm.formats.gstn.sections import SECTIONS
from ims_fsm.law.calendar import Calendar
from ims_fsm.record.sighting import Shown
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import records, taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.store.staging.entering import is_empty
from ims_fsm.terms.border import state_code
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, SupplierStatus, TaxpayerKind
from ims_fsm.workflow.reception.known_records import Each, Received
from ims_fsm.workflow.reception.receiving import Reception, SeenTwiceError
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace


def register(unit: UnitOfWork, taxpayer: Taxpayer) -> Taxpayer:
    """Register a taxpayer, or correct what is known of them; returns the taxpayer with the GSTIN in capitals.

    Raises `InputError` for what is not a GSTIN, for a quarterly taxpayer of a state without a due day (due.gstr3b), and
    for another filing frequency while records are undecided: their 2B periods are those of the frequency that they
    were filed under.
    """
    registered = taxpayer.checked()
    gstin = registered.gstin
    if problems := list(calendar_problems(unit.book.calendar, gstin, registered.filing, registered.extensions)):
        raise InputError("taxpayer", problems)
    # Nothing may come to be undecided between the question and the answer.
    serialise(unit.connection, [gstin])
    earlier = taxpayers.find(unit.connection, gstin)
    if earlier is not None and earlier.filing is not registered.filing:
        waiting = records.undecided(unit.connection, gstin)
        if waiting:
            what = f"files {earlier.filing} and has {waiting} undecided records by that"
            raise InputError("taxpayer", [Problem(gstin, what, "file their GSTR-3B before the frequency changes")])
    taxpayers.put(unit.connection, registered)
    return registered


def calendar_problems(
    calendar: Calendar, gstin: str, filing: Filing, extensions: Collection[str] = ()
) -> Iterator[Problem]:
    """Give what is wrong with a way of filing in the state of a GSTIN, and with extensions (rule due.gstr3b).

    The due day of a quarterly GSTR-3B, and with it what may still be pending, hangs on the state. Raises `ValueError`
    for what is not a GSTIN.
    """
    for name in extensions:
        if name not in calendar.by_district:
            there = ", ".join(f"{of} ({', '.join(places)})" for of, places in calendar.by_district.items()) or "none"
            yield Problem(gstin, f"{name!r} is not an extension by district of the calendar", f"there are: {there}")
    state = state_code(gstin)
    if filing is Filing.QUARTERLY and state not in calendar.states:
        what = f"files quarterly in state {state}, for which the calendar has no due day of GSTR-3B (due.gstr3b)"
        yield Problem(gstin, what, "correct the GSTIN, or register it as monthly")


@dataclass(frozen=True, slots=True)
class Registration:
    """How to register a recipient who is not known here: None is the usual, a normal taxpayer who files monthly."""

    kind: TaxpayerKind | None = None
    filing: Filing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What importing a download did."""

    #: Whose it is.
    recipient: str
    #: How many records it shows.
    records: int
    received: Received
    #: The taxpayer, where they were registered with it.
    registered: Taxpayer | None
    #: What is odd about the file.
    warnings: tuple[Problem, ...]


AS_USUAL = Registration()


class Importing(TypedDict, total=False):
    """What may go with a download; without it a newcomer is registered as usual."""

    registration: Registration
    #: Called with what happened, by the name of `Received`, to which record.
    each: Each | None
    #: Called with the number of bytes read.
    progress: Callable[[int], None] | None


def import_download(  # noqa: PLR0913, PLR0917 -- what, of which recipient, by which actor, and who wants to know
    workspace: Workspace,
    source: Source,
    where: str | None,
    gstin: str | None,
    actor: str,
    registration: Registration = AS_USUAL,
    each: Each | None = None,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Read a download in any dialect of the portal and take it in; importing the same again changes nothing.

    It is read as it is taken in, so memory does not grow with it, and again in another transaction where the end of
    the file tells that it must be read otherwise. `source` is a path, an open file, or the bytes; `where` names it in
    errors; `gstin` is the recipient, where the file does not name them. Raises `InputError` for what cannot be read,
    and for a recipient registered otherwise than `registration` says; nothing is written then.
    """
    promise, straight = None, True
    name, source = named(source, where)
    with opened(source) as file:
        while True:
            reader = DownloadReader(file, name, gstin, promise=promise, progress=progress)
            work = partial(_taken_in, reader=reader, registration=registration, notify=each, straight=straight)
            try:
                return workspace.run(work, actor=actor, retries=0)
            except MisreadError as error:
                promise = error.envelope
            except SeenTwiceError:
                straight = False


def _taken_in(
    unit: UnitOfWork, reader: DownloadReader, registration: Registration, notify: Each | None, *, straight: bool
) -> Imported:
    """Take a file in while it is read; `straight` where it is entered before it is compared with itself."""
    parts = reader.parts()
    first = next(parts, None)
    recipient = reader.whole.recipient if first is None else reader.owner
    arrival = _Arrival(unit, recipient, registration)
    reception = Reception(unit, recipient, notify)
    receive = reception.enter if straight and is_empty(unit.connection, recipient) else reception.stage
    receive(arrival.watched(parts if first is None else chain([first], parts)))
    registered = arrival.registered(reception.count)
    repetitions = Repetitions(reader)
    reception.choose(repetitions.choose)
    repetitions.warn()
    received = reception.finish(complete_machines(reader.whole))
    return Imported(
        recipient=recipient,
        records=reception.count,
        received=received,
        registered=registered,
        warnings=reader.warnings,
    )


class _Arrival:
    """A recipient whose download comes: known, or to be registered by what it shows (FAQ 6, 16)."""

    def __init__(self, unit: UnitOfWork, recipient: str, registration: Registration) -> None:
        """Hold the recipient's records; a newcomer is registered at once, the first period when all has gone by."""
        serialise(unit.connection, [recipient])
        self._unit, self._recipient, self._registration = unit, recipient, registration
        self._seen: set[tuple[Form, TaxPeriod, TaxPeriod | None, SupplierStatus]] = set()
        taxpayer = taxpayers.find(unit.connection, recipient)
        self._is_new = taxpayer is None
        if taxpayer is None:
            self._register(unit.book.calendar.first_period)
        else:
            _refuse_contradiction(taxpayer, registration)

    def watched(self, parts: Iterable[Sequence[Shown]]) -> Iterator[Sequence[Shown]]:
        """Give the parts on, and note of what periods they are where that is wanted."""
        for part in parts:
            if self._is_new:
                self._seen.update((s.form, s.return_period, s.itc_period, s.supplier_status) for s in part)
            yield part

    def registered(self, count: int) -> Taxpayer | None:
        """Return the taxpayer where they were registered; raises `InputError` for one with nothing to show."""
        if not self._is_new:
            return None
        if not count:
            remedy = f'register them first: register(Taxpayer(gstin="{self._recipient}", …))'
            what = "is not known here, and the download shows no record of theirs"
            raise InputError("download", [Problem(self._recipient, what, remedy)])
        return self._register(self._earliest())

    def _register(self, since: TaxPeriod) -> Taxpayer:
        filing = self._registration.filing or Filing.MONTHLY
        newcomer = Taxpayer(
            gstin=self._recipient,
            kind=self._registration.kind or TaxpayerKind.NORMAL,
            filing=filing,
            registered_from=self._unit.book.calendar.period_for(since, filing),
        )
        return register(self._unit, newcomer)

    def _earliest(self) -> TaxPeriod:
        """Return the earliest 2B period among the records: GSTR-3B is due from it on."""
        calendar, now = self._unit.book.calendar, self._unit.now

        def expected(form: Form, period: TaxPeriod, itc_period: TaxPeriod | None, status: SupplierStatus) -> TaxPeriod:
            led = itc_period or calendar.form_period(form, period)
            if status is SupplierStatus.FILED:
                return led
            return max(led, calendar.window_period(form, Filing.MONTHLY, now))

        return max(min(expected(*sort) for sort in self._seen), calendar.first_period)


def complete_machines(download: Whole) -> frozenset[str]:
    """Return the machines of which the download shows every record: all their sections are in it.

    Only of those does a saved record's absence mean that its supplier deleted it (FAQ 16): the API hands out one
    section at a time, and the offline tool's error file holds only what was refused.
    """
    if download.dialect is Dialect.OFFLINE_ERRORS:
        return frozenset()
    wanted: dict[str, set[str]] = {}
    for key, form in SECTIONS.items():
        amended = form.amended and form.kind is not Kind.BILL_OF_ENTRY
        wanted.setdefault(f"{form.kind}_amendment" if amended else str(form.kind), set()).add(key)
    return frozenset(machine for machine, keys in wanted.items() if keys <= set(download.sections))


def _refuse_contradiction(taxpayer: Taxpayer, registration: Registration) -> None:
    pairs = (("kind", taxpayer.kind, registration.kind), ("filing", taxpayer.filing, registration.filing))
    problems = [
        Problem(
            taxpayer.gstin,
            f"is known here as {here}, not as {there}",
            f'correct it first: register(Taxpayer(gstin="{taxpayer.gstin}", {name}="{there}", …))',
        )
        for name, here, there in pairs
        if there is not None and here != there
    ]
    if problems:
        raise InputError("taxpayer", problems)
