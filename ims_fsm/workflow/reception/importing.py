"""Importing a download of the portal: the file is read as it is received, its recipient registered where they are new.

Imports the portal's reader, the store and the reception. Registering is the one use case for it, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypedDict

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.download import MisreadError, Repetitions
from ims_fsm.formats.gstn.envelope import Envelope
from ims_fsm.formats.gstn.parts import PartsReader, Sources, Whole, files_of
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.store.staging.entering import is_empty
from ims_fsm.terms.border import Border, checked_moment, checked_value
from ims_fsm.terms.principal import Principal, reached
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind
from ims_fsm.workflow.reception.receiving import Reception, SeenTwiceError
from ims_fsm.workflow.reception.report import Each, Received
from ims_fsm.workflow.registration import register
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Registration:
    """How to register a recipient who is not known here: None is the usual, a normal taxpayer who files monthly."""

    kind: TaxpayerKind | None = None
    filing: Filing | None = None

    def checked(self) -> Registration:
        """Return it with every field as it is read; raises `InputError` naming all that cannot be."""
        border = Border("registration")
        kept = Registration(
            kind=None if self.kind is None else border.word("kind", self.kind, TaxpayerKind),
            filing=None if self.filing is None else border.word("filing", self.filing, Filing),
        )
        border.close()
        return kept


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
    #: The sections of which it shows everything: what of them it does not show is not on the portal (FAQ 16).
    complete: tuple[str, ...]
    #: Why it is not taken to show everything, in one line; "" where it does, or where that makes no difference.
    partial: str
    #: What is odd about the files.
    warnings: tuple[Problem, ...]


AS_USUAL = Registration()


class Importing(TypedDict, total=False):
    """What may go with a download; without it a newcomer is registered as usual."""

    registration: Registration
    #: Whether the caller says that it is everything of the sections that it has, and no part and not filtered.
    complete: bool
    #: When the portal made it (aware); without it, now.
    made_at: datetime | None
    #: Called with what happened, by the name of `Received`, to which record.
    each: Each | None
    #: Called with the number of bytes read.
    progress: Callable[[int], None] | None


def import_download(  # noqa: PLR0913, PLR0917 -- what, of which recipient, by which actor, and who wants to know
    workspace: Workspace,
    sources: Sources,
    where: str | None,
    gstin: str | None,
    actor: str | Principal,
    registration: Registration = AS_USUAL,
    complete: bool = False,  # noqa: FBT001, FBT002 -- given by name at the face
    made_at: datetime | None = None,
    each: Each | None = None,
    progress: Callable[[int], None] | None = None,
    request: str | None = None,
    backdate: str | None = None,
) -> Imported:
    """Read a download in any dialect of the portal and take it in; importing the same again changes nothing.

    It is one file, several that are one download, or a zip. It is read as it is taken in, so memory does not grow with
    it, and again in another transaction where the end of a file tells that it must be read otherwise. A source is a
    path, an open file, or the bytes; `where` names it in errors; `gstin` is the recipient, where no file names them;
    `made_at` is when the portal made it, so that downloads may come in any order.
    Raises `InputError` for what cannot be read, for what is said to be complete and lacks a file, and for a recipient
    registered otherwise than `registration` says; nothing is written then.
    """
    registration = checked_value(registration, Registration)
    made_at = None if made_at is None else checked_moment("made_at", made_at, workspace.clock())
    promises, straight = dict[int, Envelope](), True
    with files_of(sources, where) as files:
        while True:
            reader = PartsReader(files, gstin, promises=promises, progress=progress)
            taking_in = _TakingIn(reader, registration, made_at, each, complete=complete, straight=straight)
            try:
                dated = {"request": request, "backdate": backdate}
                return workspace.run(
                    taking_in, actor=actor, owner=gstin or "", retries=0, named=import_download, **dated
                )
            except MisreadError as error:
                promises[error.file] = error.envelope
            except SeenTwiceError:
                straight = False


@dataclass(frozen=True, slots=True)
class _TakingIn:
    """A download taken in while it is read; `straight` where it is entered before it is compared with itself."""

    reader: PartsReader
    registration: Registration
    made_at: datetime | None
    notify: Each | None
    complete: bool
    straight: bool

    def __call__(self, unit: UnitOfWork) -> Imported:
        """Take it in."""
        reader = self.reader
        parts = reader.parts()
        first = next(parts, None)
        recipient = reader.whole.recipient if first is None else reader.owner
        reached(unit.principal, recipient)
        is_new = _arrived(unit, recipient, self.registration)
        reception = Reception(unit, recipient, self.made_at, self.notify)
        receive = reception.enter if self.straight and is_empty(unit.connection, recipient) else reception.stage
        receive(parts if first is None else chain([first], parts))
        if is_new and not reception.count:
            remedy = f'register them first: register(Taxpayer(gstin="{recipient}", …))'
            what = "is not known here, and the download shows no record of theirs"
            raise InputError("download", [Problem(recipient, what, remedy)])
        repetitions = Repetitions(reader)
        reception.choose(repetitions.choose)
        repetitions.warn()
        return self._finished(unit, recipient, reception, is_new=is_new)

    def _finished(self, unit: UnitOfWork, recipient: str, reception: Reception, *, is_new: bool) -> Imported:
        whole = self.reader.whole
        complete = complete_sections(whole, by_word=self.complete)
        if whole.lacking and whole.says_so:
            received = reception.finish(whole.sections, whole.numbers, whole.files)
        else:
            received = reception.finish(complete)
        unshown = 0 if complete else reception.unshown(whole.sections)
        return Imported(
            recipient=recipient,
            records=reception.count,
            received=received,
            registered=unit.taxpayer(recipient) if is_new else None,
            complete=tuple(sorted(complete)),
            partial=_partial(whole, unshown),
            warnings=self.reader.warnings,
        )


def _arrived(unit: UnitOfWork, recipient: str, registration: Registration) -> bool:
    """Hold the records of whose download comes, and register them where they are new (FAQ 6, 16); say whether so.

    Nobody states from which period they owe GSTR-3B: it is guessed, and follows from their records.
    """
    serialise(unit.connection, [recipient])
    taxpayer = taxpayers.find(unit.connection, recipient)
    if taxpayer is not None:
        _refuse_contradiction(taxpayer, registration)
        return False
    filing = registration.filing or Filing.MONTHLY
    newcomer = Taxpayer(
        gstin=recipient,
        kind=registration.kind or TaxpayerKind.NORMAL,
        filing=filing,
        registered_from=unit.book.calendar.period_for(unit.book.calendar.first_period, filing),
        guessed=True,
    )
    register(unit, newcomer)
    return True


def complete_sections(download: Whole, *, by_word: bool = False) -> frozenset[str]:
    """Return the sections of which a download shows every record: it is whole, or the caller says so (`by_word`).

    Only of those does a saved record's absence mean that its supplier deleted it (FAQ 16). The portal gives a large
    download in several files, and one section or one status where that is asked for: a single file is not taken to be
    everything, unless it says so itself. Raises `InputError` where it says otherwise than the caller.
    """
    if by_word and download.lacking:
        remedy = "give all of its files together, or do not say that it is complete"
        raise InputError("download", [Problem("files", f"lack {_numbers(download)}", remedy)])
    may_be_a_part = download.is_single and not download.says_so
    return frozenset() if download.lacking or (may_be_a_part and not by_word) else download.sections


def _partial(whole: Whole, unshown: int) -> str:
    if whole.lacking:
        return f"lacks {_numbers(whole)}: nothing is taken as deleted until all are imported"
    if not unshown:
        return ""
    saved = "1 saved record is" if unshown == 1 else f"{unshown:,} saved records are"
    remedy = "give all files of a download together, or say that it is complete: import_download(…, complete=True)"
    return f"may be a part, or filtered: {saved} not in it and kept; {remedy}"


def _numbers(whole: Whole) -> str:
    numbers = ", ".join(map(str, whole.lacking))
    return f"file {numbers} of {whole.files}" if len(whole.lacking) == 1 else f"files {numbers} of {whole.files}"


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
