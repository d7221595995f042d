"""Files that are written: never over what is worked on, beside and renamed, over an existing one only where asked to.

Imports the errors; knows no format. A file is the same under each of its names: links are followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ims_fsm.errors import FileError, ImsFsmError, printable


class OutputError(ImsFsmError):
    """A file is not written, because something would be lost by it; the message says what."""

    code = "output_unusable"


class Outputs:
    """The files that a piece of work writes.

    `kept` are the files that it works on: its inputs, and the files of its database, which need not exist. `replace`
    says whether a file that is there already gives way, `before` has what the same work has written: that never does.
    """

    def __init__(self, kept: Iterable[Path] = (), *, replace: bool = False, before: Iterable[Path] = ()) -> None:
        """Begin with nothing written."""
        self._kept, self.replace, self._before = tuple(kept), replace, tuple(before)
        self._claimed: list[Path] = []
        self._written = False

    def again(self) -> Outputs:
        """Return the same for the same work done again: files that were written by it give way."""
        return Outputs(self._kept, replace=self.replace or self._written)

    @property
    def claimed(self) -> tuple[Path, ...]:
        """The files that this work writes, and has written before."""
        return (*self._before, *self._claimed)

    def claim(self, path: Path, content: bytes | None = None) -> None:
        """Take a file to be written; raises `OutputError` where something would be lost by it.

        Nothing is where it has the content already.
        """
        if "\0" in str(path):
            raise FileError(ValueError(), path)
        with _named(path, path):
            self._refuse_lost(path, content)
        self._claimed.append(path)

    def _refuse_lost(self, path: Path, content: bytes | None) -> None:
        if any(_is_same(path, other) for other in self._kept):
            raise OutputError(f"{printable(path)} is a file that this call works on, and is not written; name another")
        if any(_is_same(path, other) for other in self.claimed):
            raise OutputError(f"{printable(path)} would be written twice by this call; name another for one of them")
        if content is None or not _has(path, content):
            self._refuse_existing(path)

    def write(self, path: Path, content: bytes | str) -> None:
        """Write a file whole, text in UTF-8; raises as `opened`."""
        with self.opened(path) as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def write_all(self, files: Mapping[Path, bytes]) -> list[Path]:
        """Write files, into folders that are made where they are not there; none is written where one may not be.

        A file that has its content already is left alone.
        """
        for path, content in files.items():
            self.claim(path, content)
        for path, content in files.items():
            with _named(path.parent, path):
                path.parent.mkdir(parents=True, exist_ok=True)
            if not _has(path, content):
                self.write(path, content)
        self._written = True
        return [*files]

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """Give a file that stands at the path once the block has ended well.

        A device or a pipe is written to as it is. Raises `OutputError` as `claim`, which may be called before, and
        `FileError` where the file cannot be written.
        """
        if path not in self._claimed:
            self.claim(path)
        if path.exists() and not path.is_file():
            with _named(path, path), path.open("wb") as device:
                yield device
            return
        with self.beside(path) as beside, beside.open("wb") as file:
            yield file

    @contextmanager
    def beside(self, path: Path, *, durable: bool = False) -> Iterator[Path]:
        """Give the path of an empty file that stands at `path` once the block has ended well.

        `durable` waits until the disk has it. Raises as `opened`.
        """
        if path not in self._claimed:
            self.claim(path)
        if path.is_dir():
            raise FileError(IsADirectoryError(), path)
        target = Path(os.path.realpath(path))
        beside = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}")
        with _named(path, beside):
            try:
                # Its permissions are those of any new file, which those of a temporary one are not.
                os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
                yield beside
                if durable:
                    _sync(beside, os.O_RDWR)
                self._put_in_place(beside, target, path)
            finally:
                beside.unlink(missing_ok=True)
            if durable:
                with suppress(OSError):  # a system whose folders cannot be opened keeps names itself
                    _sync(target.parent, os.O_RDONLY)

    def _put_in_place(self, beside: Path, target: Path, path: Path) -> None:
        self._refuse_existing(path)
        with suppress(FileNotFoundError):
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)

    def _refuse_existing(self, path: Path) -> None:
        if path.is_file() and not self.replace:
            raise OutputError(f"{printable(path)} exists; name another file, or replace it with replace=True")


def _has(path: Path, content: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _sync(path: Path, how: int) -> None:
    number = os.open(path, how)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _named(path: Path, beside: Path) -> Iterator[None]:
    """Tell of the file by its path, and not by the one beside it."""
    try:
        yield
    except OSError as error:
        if error.filename in {None, str(beside)}:
            error.filename = str(path)
        raise FileError(error, path) from error


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return os.path.realpath(path) == os.path.realpath(other)
