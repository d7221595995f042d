"""The one reader of IMS downloads: reads a file as it goes by, in parts, and says at the end whose it is.

Knows no store. It reads what the head of the file promises; where the end tells otherwise (the recipient named after
the sections, sections beside a wrapper), the reader says so and the file is read again.
"""

from __future__ import annotations

import io
import stat
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.formats.gstn.envelope import Dialect, Envelope, Listed, Outline, Part, part_named
from ims_fsm.formats.gstn.fields import read_record
from ims_fsm.formats.gstn.notation import WINDOW, JsonText, decoded, readable, refuse_archive, refused
from ims_fsm.formats.gstn.ordinary import OrdinaryRows, UnusualError
from ims_fsm.formats.gstn.row import Findings, Row, recipient_of
from ims_fsm.formats.gstn.sections import RESERVED, SEZ_IMPORT_TYPE, SectionForm, section_named
from ims_fsm.formats.gstn.values import shown
from ims_fsm.record.sighting import Shown
from ims_fsm.terms.border import checked_text
from ims_fsm.terms.vocabulary import Kind, SupplierStatus

Source = bytes | str | Path | BinaryIO


class MisreadError(Exception):
    """The end of the file tells otherwise than its head; `envelope` is what to read it by."""

    def __init__(self, envelope: Envelope) -> None:
        """Keep the envelope of the whole file."""
        self.envelope = envelope
        #: The file's number from 0, where several are read as one.
        self.file = 0
        super().__init__()


class Whole(NamedTuple):
    """What is known of a file when all of it has gone by: whose it is, how wrapped, what it lists, which part it is."""

    recipient: str
    dialect: Dialect
    sections: tuple[str, ...]
    part: Part = Part()


def named(source: Source, where: str | None = None) -> tuple[str, Source]:
    """Return what names a file in errors, and the file; text is its path. Raises `InputError` for another name."""
    where = None if where is None else checked_text("where", where, empty=True)
    if isinstance(source, (str, Path)):
        return where or str(source), Path(source)
    return where or str(getattr(source, "name", "the file")), source


@contextmanager
def opened(source: Source, limit: int | None = None) -> Iterator[BinaryIO]:
    """Give a file that can be read twice: the one at a path, or one of these bytes, or a copy of what only flows.

    Of what flows only so many bytes are copied, where there is a `limit`.
    Raises `InputError` for what is not a file of bytes and for a path of a device or a pipe, `FileError` for a path at
    which none can be opened.
    """
    match source:
        case Path():
            with _at(source) as file:
                yield file
        case bytes() | str():
            yield io.BytesIO(source if isinstance(source, bytes) else source.lstrip("\ufeff").encode())
        case _ if isinstance(source, io.TextIOBase) or not callable(getattr(source, "read", None)) or _closed(source):
            what = f"{type(source).__name__} is not an open file of bytes"
            raise InputError("file", [Problem("the file", what, 'give a path, bytes, or a file opened with "rb"')])
        case _ if source.seekable():
            yield source
        case _:
            with tempfile.TemporaryFile() as copy:
                _copy(source, copy, limit)
                copy.seek(0)
                yield copy


def _copy(source: BinaryIO, copy: BinaryIO, limit: int | None) -> None:
    left = limit
    while left != 0 and (part := source.read(WINDOW if left is None else min(WINDOW, left))):
        copy.write(part)
        left = None if left is None else left - len(part)


def _at(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            return path.open("rb")
    except (OSError, ValueError) as error:
        raise FileError(error, path) from None
    what, remedy = "is a device or a pipe, which may never end", "save what it gives to a file"
    raise InputError(str(path), [Problem("the file", what, remedy)])


def _closed(file: BinaryIO) -> bool:
    return bool(getattr(file, "closed", False))


class DownloadReader:
    """Reads one file: `parts` gives what it shows in the order of the file, `whole` what is known at its end.

    `owner` is the recipient once a first part is given. `given` is whose file the caller says it is, `where` names
    it in errors, `progress` is called with the bytes read so far, and `promise` is the envelope of an earlier reading.
    `findings` has what was found in the whole file, once it has been read; what is found later may be added.
    """

    def __init__(
        self,
        file: BinaryIO,
        where: str,
        given: str | None,
        *,
        promise: Envelope | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Begin to read at the beginning of a file."""
        file.seek(0)
        self._file, self._where, self._given = file, where, given
        self._promise, self._progress = promise, progress
        self.findings, self._of_rows = Findings(where), Findings(where)
        self._starts: list[tuple[int, str]] = []
        self._forms: dict[str, None] = {}
        # The wrappers of sections whose rows were given, and of those whose rows were not.
        self._read, self._missed = set[tuple[str, ...]](), set[tuple[str, ...]]()
        self._whole: Whole | None = None
        self._count = 0
        self.owner = ""

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is only odd about the file, once it has been read."""
        return self.findings.warnings

    @property
    def whole(self) -> Whole:
        """What is known of the download at its end; raises `ValueError` before that."""
        if self._whole is None:
            raise ValueError("a download is known when all its parts were read; read them first")
        return self._whole

    def place(self, ordinal: int) -> str:
        """Return where the file has what was given as the n-th, from 0: like "b2b[3]"."""
        start, key = self._starts[bisect_right(self._starts, ordinal, key=lambda section: section[0]) - 1]
        return f"{key}[{ordinal - start}]"

    def parts(self) -> Iterator[list[Shown]]:
        """Give what the file shows in lists of some hundred.

        At the end raises `InputError` with every problem of the file, or `MisreadError`; what was given is then of
        no use.
        """
        with readable(self._where):
            text = JsonText(self._file)
            refuse_archive(text.head, self._where)
            if not text.peek():
                raise refused(self._where, "file", "it is empty")
            outline = Outline(text, self._where)
            for listed in outline.sections():
                for part in self._section(listed):
                    if self._progress is not None:
                        self._progress(text.read)
                    if part and self.owner:
                        yield part
            envelope = outline.envelope()
        self._end(envelope)

    def _section(self, listed: Listed) -> Iterator[list[Shown]]:
        promise = self._promise
        named = listed.recipient if promise is None else promise.recipient
        if (not listed.alone) if promise is None else listed.path != promise.path:
            self._missed.add(listed.path)
            return
        owner = recipient_of(named, self._given, scratch := Findings(self._where))
        owner = "" if scratch.refused else owner
        (self._read if owner else self._missed).add(listed.path)
        if self._count and owner != self.owner:
            self._missed.add(listed.path)
        self.owner = owner
        self._starts.append((self._count, listed.key))
        self._forms[listed.form.key] = None
        reader = _Section(listed.form, listed.key, owner, self._of_rows)
        for part in listed.rows:
            records = reader.read(part)
            self._count += len(records)
            yield records

    def _end(self, envelope: Envelope) -> None:
        findings = self.findings
        owner = recipient_of(envelope.recipient, self._given, findings)
        beside = self._read - {envelope.path} or envelope.path in self._missed
        if (beside or (self._read and owner != self.owner)) and not findings.refused and self._promise is None:
            raise MisreadError(envelope)
        if envelope.is_answered:
            what = "the file also holds what the portal answered to an upload"
            findings.warn("answered", "imsDetailsErr", what, "read that with ims-fsm report")
        for key, rows in envelope.sections.items():
            odd_section(key, rows, findings)
        findings.add(self._of_rows)
        findings.raise_problems()
        part = envelope.part or part_named(self._where)
        self._whole = Whole(owner, envelope.dialect, tuple(self._forms), part)


def odd_section(key: str, rows: Any, findings: Findings) -> None:
    """Warn of a key that is not a section of IMS and holds something; refuse a section that is not a list."""
    if section_named(key) is None:
        if rows and isinstance(rows, (list, dict)):
            what = "is reserved for input service distributors" if key in RESERVED else "is not a section of IMS"
            findings.warn(("section", key), key, f"{key} {what}", "its content was left out")
    elif rows is not None and not isinstance(rows, list):
        findings.refuse(key, f"{shown(rows)} stands where records are expected", "give the section as a list")


def read_carefully(raw: Any, place: str, form: SectionForm, owner: str, findings: Findings) -> Shown | None:
    """Return what one row shows, whatever is odd about it; None where something in it was refused."""
    if isinstance(raw, dict):
        return read_record(Row(decoded(raw), place, findings), form, owner)
    findings.refuse(place, f"{shown(decoded(raw))} stands where a record is expected", "give it as an object")
    return None


class _Section:
    """Reads the rows of one section, most of them at speed."""

    def __init__(self, form: SectionForm, key: str, owner: str, findings: Findings) -> None:
        self.form, self.key, self.owner, self.findings = form, key, owner, findings
        self.rows = None if form.kind is Kind.BILL_OF_ENTRY else OrdinaryRows(form, owner)
        self.index = 0

    def read(self, part: list[Any]) -> list[Shown]:
        """Return what rows show; those with a problem are left out."""
        records: list[Shown] = []
        add, start = records.append, self.index
        self.index += len(part)
        if self.rows is None:
            careful = (self._careful(raw, index) for index, raw in enumerate(part, start))
            return [record for record in careful if record]
        ordinary, doubtful = self.rows.read, self.rows.doubtful
        for index, raw in enumerate(part, start):
            try:
                record = ordinary(raw)
            except (UnusualError, ValueError, TypeError):
                if unusual := self._careful(raw, index):
                    add(unusual)
                continue
            if doubtful and record.supplier in doubtful:
                place = f"{self.key}[{index}].{'stin' if raw.get('stin') else 'ctin'}"
                self.findings.warn_of_check_digit(place, record.supplier)
            add(record)
        return records

    def _careful(self, raw: Any, index: int) -> Shown | None:
        return read_carefully(raw, f"{self.key}[{index}]", self.form, self.owner, self.findings)


class Placed(Protocol):
    """A reader of one file or of several: where each record stands, and what is found later."""

    findings: Findings

    def place(self, ordinal: int) -> str:
        """Return where the n-th record stands."""
        ...


class Repetitions:
    """Chooses of documents that one download lists twice: the filed one, else the later (domain complaint 11)."""

    def __init__(self, reader: Placed) -> None:
        """Begin with nothing found; the reader has the places and takes the warnings."""
        self._reader = reader
        self._again: list[tuple[int, str]] = []

    def choose(self, alike: Sequence[tuple[int, Shown]]) -> tuple[list[int], list[tuple[int, int]]]:
        """Return which of rows of one document are left out, and which take the place of the first of them.

        Each row is its ordinal in the file and what it shows. Overseas imports and those from an SEZ are listed apart,
        and do not repeat each other.
        """
        left_out: list[int] = []
        moved: list[tuple[int, int]] = []
        for from_sez in (False, True):
            rows = [(ordinal, record) for ordinal, record in alike if _from_sez(record) is from_sez]
            if len(rows) > 1:
                kept = self._kept(rows)
                left_out += [ordinal for ordinal, _ in rows if ordinal != kept]
                moved += [(kept, rows[0][0])] if kept != rows[0][0] else []
        return left_out, moved

    def warn(self) -> None:
        """Warn of what was listed twice, in the order of the file."""
        findings = Findings("")
        for ordinal, what in sorted(self._again):
            place = self._reader.place(ordinal)
            findings.warn(("duplicate", place), place, what, "the filed one was kept, else the later")
        self._reader.findings.add(findings)

    def _kept(self, rows: Sequence[tuple[int, Shown]]) -> int:
        (at, kept), *others = rows
        for ordinal, later in others:
            again = "again" if kept.document == later.document else "again with other content"
            name = f"{later.number} of {later.supplier or 'ICEGATE'}"
            self._again.append((ordinal, f"{name} is listed {again}, first at {self._reader.place(at)}"))
            if not (kept.supplier_status is SupplierStatus.FILED and later.supplier_status is SupplierStatus.SAVED):
                at, kept = ordinal, later
        return at


def _from_sez(record: Shown) -> bool:
    return record.kind is Kind.BILL_OF_ENTRY and record.invoice_type == SEZ_IMPORT_TYPE
