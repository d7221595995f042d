"""A download as the portal hands it out: one file, or several that are one, or a zip of them; read as one.

Knows no store. A large download comes in numbered files, each of which may say which it is and how many there are; what
says nothing is taken together with what is given beside it. A zip is read as it is, within bounds.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.download import DownloadReader, MisreadError, Source, named, opened
from ims_fsm.formats.gstn.envelope import Envelope
from ims_fsm.formats.gstn.notation import ARCHIVE, COMPRESSED
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.record.sighting import Shown

# What a zip may hold: how many files, how many bytes unpacked, how many for each packed one where it is large.
MEMBERS, UNPACKED, RATIO, LARGE = 200, 2 << 30, 200, 1 << 20
# How its files may be packed: what unpacks others raises errors of its own.
PACKED = frozenset({ZIP_STORED, ZIP_DEFLATED})
# What is read whole is at most so much, with all its files.
WHOLE = 512 << 20
Sources = Source | Sequence[Source]


class Whole(NamedTuple):
    """What is known of a download when all of it has gone by.

    `sections` are those of its files; `numbers` which of so many `files` were
    given. `says_so` is whether they say themselves how many there are, `is_single` whether one was given.
    """

    recipient: str
    sections: frozenset[str]
    numbers: frozenset[int]
    files: int
    says_so: bool
    is_single: bool

    @property
    def lacking(self) -> tuple[int, ...]:
        """The numbers of the files that were not given."""
        return tuple(sorted(set(range(1, self.files + 1)) - self.numbers))


@contextmanager
def files_of(
    sources: Sources, where: str | None = None, subject: str = "download"
) -> Iterator[list[tuple[str, BinaryIO]]]:
    """Give the files of a download with what names each, the members of a zip one by one.

    `subject` is what they are together. Raises `InputError` for a zip beyond its bounds, one that cannot be read, and
    for no file at all.
    """
    several = cast("Sequence[Source]", sources if isinstance(sources, (list, tuple)) else [sources])
    if all(isinstance(source, (str, Path)) for source in several):
        # In whatever order files are named, they are one download.
        several = sorted(several, key=str)
    with ExitStack() as stack:
        files: list[tuple[str, BinaryIO]] = []
        for source in several:
            name, content = named(source, where)
            files += _unpacked(stack.enter_context(opened(content)), name, stack)
        if not files:
            raise InputError(subject, [Problem("files", "none is given", f"give the files of one {subject}")])
        yield files


def contents_of(sources: Sources, where: str | None = None, subject: str = "download") -> list[tuple[bytes, str]]:
    """Return the content of each of the files of something that is read whole, with what names it.

    Raises `InputError` as `files_of` does, and for more than is read whole.
    """
    contents, room = list[tuple[bytes, str]](), WHOLE
    with files_of(sources, where, subject) as files:
        for name, file in files:
            with readable_archive(name):
                content = file.read(room + 1)
            room -= len(content)
            if room < 0:
                what = f"{subject} and the files before it hold more than {WHOLE >> 20} MB"
                raise InputError(name, [Problem("file", what, "give fewer files, or the parts of one statement alone")])
            contents.append((content, name))
    return contents


def _unpacked(file: BinaryIO, name: str, stack: ExitStack) -> list[tuple[str, BinaryIO]]:
    file.seek(0)
    head = file.read(len(ARCHIVE))
    file.seek(0)
    if head.startswith(COMPRESSED):
        raise InputError(name, [Problem("file", "it is a compressed archive", "unpack it and give the JSON files")])
    if head != ARCHIVE:
        return [(name, file)]
    # Where its directory is damaged, names cannot be decoded and places lie before the beginning.
    with readable_archive(name, ValueError):
        archive = stack.enter_context(ZipFile(file))
        members = [member for member in archive.infolist() if not member.is_dir()]
        if any(member.compress_type not in PACKED for member in members):
            raise NotImplementedError("packed by another method than Deflate")
        if problem := _beyond_bounds([(member.filename, member.file_size, member.compress_size) for member in members]):
            raise InputError(name, [problem])
        read = [member for member in members if member.filename.lower().endswith(".json")]
        if not read:
            raise InputError(name, [Problem("file", "it is an archive without a JSON file", "give the JSON file")])
        return [(f"{name}/{member.filename}", stack.enter_context(archive.open(member))) for member in read]  # type: ignore[misc]  # a member is read like a file, and that is all that is done


def _beyond_bounds(members: Sequence[tuple[str, int, int]]) -> Problem | None:
    """Return what is against a zip of these members (name, bytes unpacked, bytes packed), or None."""
    remedy = "unpack it and give the JSON files"
    if len(members) > MEMBERS:
        return Problem("file", f"it holds {len(members):,} files, more than {MEMBERS}", remedy)
    if (size := sum(unpacked for _, unpacked, _ in members)) > UNPACKED:
        return Problem("file", f"it holds {size:,} bytes, more than {UNPACKED:,}", remedy)
    for name, unpacked, packed in members:
        if unpacked > LARGE and unpacked > RATIO * packed:
            return Problem(name, f"it unpacks to more than {RATIO} times its size", remedy)
    return None


@contextmanager
def readable_archive(name: str, *further: type[Exception]) -> Iterator[None]:
    """Raise what reading a zip raises, and what else is named, as `InputError`."""
    raised: tuple[type[Exception], ...] = (BadZipFile, zlib.error, EOFError, RuntimeError, *further)
    try:
        yield
    except raised as error:
        if isinstance(error, RecursionError):
            raise
        what = f"it is an archive that cannot be read ({error})"
        raise InputError(name, [Problem("file", what, "unpack it and give the JSON files")]) from error


class PartsReader:
    """Reads the files of one download one after the other: `parts` gives what they show, `whole` what is known then.

    It is to its files what `DownloadReader` is to one. `promises` has the envelopes of earlier readings, by the file's
    number from 0.
    """

    def __init__(
        self,
        files: Sequence[tuple[str, BinaryIO]],
        given: str | None,
        *,
        promises: Mapping[int, Envelope] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Begin to read at the beginning of the first file."""
        self._files, self._read = files, 0
        earlier = promises or {}
        self._readers = [
            DownloadReader(file, name, given, promise=earlier.get(number), progress=progress and self._adding(progress))
            for number, (name, file) in enumerate(files)
        ]
        self._starts: list[int] = []
        self.findings = Findings("")

    def _adding(self, progress: Callable[[int], None]) -> Callable[[int], None]:
        return lambda read: progress(self._read + read)

    @property
    def owner(self) -> str:
        """The recipient, once a first part is given."""
        return next((reader.owner for reader in self._readers if reader.owner), "")

    def parts(self) -> Iterator[list[Shown]]:
        """Give what the files show in lists of some hundred; raises as `DownloadReader.parts`, for each file."""
        count = 0
        for number, reader in enumerate(self._readers):
            self._starts.append(count)
            try:
                with readable_archive(self._files[number][0]):
                    for part in reader.parts():
                        self._refuse_another(number)
                        count += len(part)
                        yield part
            except MisreadError as error:
                error.file = number
                raise
            self._refuse_another(number)
            self._read += self._files[number][1].tell()

    def _refuse_another(self, number: int) -> None:
        owner, first = self._readers[number].owner, self.owner
        if owner and owner != first:
            what = f"the file is of {owner}, and the one before it is of {first}"
            raise InputError(self._files[number][0], [Problem("gstin", what, "give together what belongs to one")])

    def place(self, ordinal: int) -> str:
        """Return where the files have what was given as the n-th, from 0: like "b2b[3]"."""
        number = bisect_right(self._starts, ordinal) - 1
        return self._in_file(number, self._readers[number].place(ordinal - self._starts[number]))

    def _in_file(self, number: int, place: str) -> str:
        return place if len(self._readers) == 1 else f"{self._files[number][0]}: {place}"

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is only odd about the files, once they have been read."""
        of_files = [
            replace(warning, where=self._in_file(number, warning.where))
            for number, reader in enumerate(self._readers)
            for warning in reader.warnings
        ]
        return (*of_files, *self.findings.warnings)

    @property
    def whole(self) -> Whole:
        """What is known of the download at its end; raises `ValueError` before that."""
        wholes = [reader.whole for reader in self._readers]
        listed = [whole.sections for whole in wholes]
        stated = max((whole.part.of or 0 for whole in wholes), default=0)
        named = {whole.part.number for whole in wholes if whole.part.number} if stated or len(wholes) > 1 else set()
        # Files that say how many they are, and not which, are told by how many were given.
        numbers = named or set(range(1, len(wholes) + 1))
        return Whole(
            recipient=wholes[0].recipient,
            sections=frozenset(section for sections in listed for section in sections),
            numbers=frozenset(numbers),
            files=max(*numbers, stated),
            says_so=bool(stated),
            is_single=len(wholes) == 1,
        )


def check_download(sources: Sources, where: str | None = None, given: str | None = None) -> Whole:
    """Read a download through and keep nothing of it; raises `InputError` with every problem of the file."""
    promises: dict[int, Envelope] = {}
    with files_of(sources, where) as files:
        while True:
            reader = PartsReader(files, given, promises=promises)
            try:
                deque(reader.parts(), maxlen=0)
            except MisreadError as error:
                promises[error.file] = error.envelope
            else:
                return reader.whole
