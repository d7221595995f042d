"""Reads a download from a file as it goes by, in parts: the same records, warnings and refusals as reading it whole.

Knows no store. It reads what the head of the file promises; where the end tells otherwise (the recipient named after
the sections, sections beside a wrapper), the reader says so and the file is read again.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ims_fsm.errors import Problem
from ims_fsm.formats.gstn.dialect import Dialect, Envelope
from ims_fsm.formats.gstn.fields import read_record
from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.notation import decoded, refuse_archive, refused, told
from ims_fsm.formats.gstn.ordinary import OrdinaryRows, UnusualError
from ims_fsm.formats.gstn.outline import Listed, Outline
from ims_fsm.formats.gstn.reading import odd_section
from ims_fsm.formats.gstn.recipient import recipient_of
from ims_fsm.formats.gstn.row import Row, warn_of_check_digit
from ims_fsm.formats.gstn.sections import SectionForm
from ims_fsm.formats.gstn.text import JsonText
from ims_fsm.formats.gstn.values import shown as as_shown
from ims_fsm.record.sighting import Shown, flat
from ims_fsm.terms.vocabulary import Kind

Source = bytes | str | Path | BinaryIO


class MisreadError(Exception):
    """The end of the file tells otherwise than its head; `envelope` is what to read it by."""

    def __init__(self, envelope: Envelope) -> None:
        """Keep the envelope of the whole file."""
        self.envelope = envelope
        super().__init__()


class Whole(NamedTuple):
    """What is known of a download when all of it has gone by: whose it is, how wrapped, and what it lists."""

    recipient: str
    dialect: Dialect
    sections: tuple[str, ...]


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Give a file that can be read twice: the one at a path, or one of these bytes, or a copy of what only flows."""
    match source:
        case Path():
            with source.open("rb") as file:
                yield file
        case bytes() | str():
            yield io.BytesIO(source if isinstance(source, bytes) else source.lstrip("\ufeff").encode())
        case _ if source.seekable():
            yield source
        case _:
            with tempfile.TemporaryFile() as copy:
                shutil.copyfileobj(source, copy)
                copy.seek(0)
                yield copy


@dataclass(slots=True)
class _Reading:
    """How far reading has come: the section starts, and what was seen of rows that were not to be given."""

    starts: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    forms: dict[str, None] = field(default_factory=dict)
    read: set[tuple[str, ...]] = field(default_factory=set)
    missed: set[tuple[str, ...]] = field(default_factory=set)


class DownloadReader:
    """Reads one file: `parts` gives what it shows in the order of the file, `whole` what is known at its end.

    `owner` is the recipient once a first part is given. `given` is whose file the caller says it is, `where` names
    it in errors, `tell` is called with the bytes read so far, and `promise` is the envelope of an earlier reading.
    """

    def __init__(
        self,
        file: BinaryIO,
        where: str,
        given: str | None,
        *,
        promise: Envelope | None = None,
        tell: Callable[[int], None] | None = None,
    ) -> None:
        """Begin to read at the beginning of a file."""
        file.seek(0)
        self._file, self._where, self._given = file, where, given
        self._promise, self._tell = promise, tell
        self._rows = Findings(where)
        self._findings = Findings(where)
        self._reading = _Reading()
        self._whole: Whole | None = None
        self._count = 0
        self.owner = ""

    @property
    def findings(self) -> Findings:
        """What was found in the whole file, once it has been read; what is found later may be added."""
        return self._findings

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is only odd about the file, once it has been read."""
        return self._findings.warnings

    @property
    def whole(self) -> Whole:
        """What is known of the download at its end; raises `ValueError` before that."""
        if self._whole is None:
            raise ValueError("a download is known when all its parts were read; read them first")
        return self._whole

    def place(self, ordinal: int) -> str:
        """Return where the file has what was given as the so-and-so-manieth, from 0: like "b2b[3]"."""
        at = bisect_right(self._reading.starts, ordinal) - 1
        return f"{self._reading.keys[at]}[{ordinal - self._reading.starts[at]}]"

    def parts(self) -> Iterator[list[Shown]]:
        """Give what the file shows in lists of some hundred.

        At the end raises `InputError` with every problem of the file, or `MisreadError`; what was given is then of
        no use.
        """
        with told(self._where):
            text = JsonText(self._file)
            refuse_archive(text.head, self._where)
            if not text.peek():
                raise refused(self._where, "file", "it is empty")
            outline = Outline(text, self._where)
            for listed in outline.sections():
                for part in self._section(listed):
                    if self._tell is not None:
                        self._tell(text.read)
                    if part and self.owner:
                        yield part
            envelope = outline.envelope()
        self._end(envelope)

    def _section(self, listed: Listed) -> Iterator[list[Shown]]:
        promise, done = self._promise, self._reading
        named = listed.recipient if promise is None else promise.recipient
        if (not listed.alone) if promise is None else listed.path != promise.path:
            done.missed.add(listed.path)
            return
        owner = recipient_of(named, self._given, scratch := Findings(self._where))
        owner = "" if scratch.refused else owner
        (done.read if owner else done.missed).add(listed.path)
        if self._count and owner != self.owner:
            done.missed.add(listed.path)
        self.owner = owner
        done.starts.append(self._count)
        done.keys.append(listed.key)
        done.forms[listed.form.key] = None
        reader = _Section(listed.form, listed.key, owner, self._rows)
        for part in listed.rows:
            shown = reader.read(part)
            self._count += len(shown)
            yield shown

    def _end(self, envelope: Envelope) -> None:
        done, found = self._reading, self._findings
        owner = recipient_of(envelope.recipient, self._given, found)
        misread = done.read - {envelope.path} or envelope.path in done.missed or (done.read and owner != self.owner)
        if misread and not found.refused and self._promise is None:
            raise MisreadError(envelope)
        for key, rows in envelope.sections.items():
            odd_section(key, rows, found)
        found.add(self._rows)
        found.raise_problems()
        self._whole = Whole(owner, envelope.dialect, tuple(done.forms))


def check_download(source: Source, where: str, given: str | None) -> Whole:
    """Read a download through and keep nothing of it; raises `InputError` with every problem of the file."""
    with opened(source) as file:
        reader = DownloadReader(file, where, given)
        try:
            deque(reader.parts(), maxlen=0)
        except MisreadError as error:
            reader = DownloadReader(file, where, given, promise=error.envelope)
            deque(reader.parts(), maxlen=0)
        return reader.whole


class _Section:
    """Reads the rows of one section, most of them at speed."""

    def __init__(self, form: SectionForm, key: str, owner: str, findings: Findings) -> None:
        self.form, self.key, self.owner, self.findings = form, key, owner, findings
        self.rows = None if form.kind is Kind.BILL_OF_ENTRY else OrdinaryRows(form, owner)
        self.index = 0

    def read(self, part: list[Any]) -> list[Shown]:
        """Return what rows show; those with a problem are left out."""
        shown: list[Shown] = []
        add, start = shown.append, self.index
        self.index += len(part)
        if self.rows is None:
            return [one for index, raw in enumerate(part, start) if (one := self._careful(raw, index))]
        ordinary, doubtful = self.rows.read, self.rows.doubtful
        for index, raw in enumerate(part, start):
            try:
                one = ordinary(raw)
            except (UnusualError, ValueError, TypeError):
                if careful := self._careful(raw, index):
                    add(careful)
                continue
            if doubtful and one.supplier in doubtful:
                place = f"{self.key}[{index}].{'stin' if raw.get('stin') else 'ctin'}"
                warn_of_check_digit(self.findings, place, one.supplier)
            add(one)
        return shown

    def _careful(self, raw: Any, index: int) -> Shown | None:
        place = f"{self.key}[{index}]"
        if not isinstance(raw, dict):
            what = f"{as_shown(decoded(raw))} stands where a record is expected"
            self.findings.refuse(place, what, "give it as an object")
            return None
        record = read_record(Row(decoded(raw), place, self.findings), self.form, self.owner)
        return None if record is None else flat(record)
