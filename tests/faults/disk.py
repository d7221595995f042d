"""The disk below SQLite: whatever SQLite writes, cuts, syncs, deletes or reads is seen before it is done.

A watcher lets it be done, has it fail with a code of SQLite's, or kills the process.

It is a VFS (https://sqlite.org/vfs.html) in the very SQLite library that the program works with: the functions are
looked up in Python's own `_sqlite3`, so nothing in between is another build or another driver. Where that library
exports none (it is linked into Python without its names) nothing can be watched.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Pointer, Int, Long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
MAIN, JOURNAL, LOG = 0x100, 0x800, 0x80000
KEPT = MAIN | JOURNAL | LOG


def _method(*arguments: Any) -> Any:
    return ctypes.CFUNCTYPE(Int, *arguments)


class _Vfs(ctypes.Structure):
    # SQLite keeps the path that it gives to `open`: it must be handed on as it is.
    Open, Delete = _method(Pointer, Pointer, Pointer, Int, Pointer), _method(Pointer, Pointer, Int)
    _fields_ = (
        ("version", Int),
        ("file_size", Int),
        ("longest_path", Int),
        ("next", Pointer),
        ("name", ctypes.c_char_p),
        ("data", Pointer),
        ("open", Open),
        ("delete", Delete),
        ("others", Pointer * 14),
    )


class _Methods(ctypes.Structure):
    Read = Write = _method(Pointer, Pointer, Int, Long)
    Truncate, Sync, Close = _method(Pointer, Long), _method(Pointer, Int), _method(Pointer)
    _fields_ = (
        ("version", Int),
        ("close", Close),
        ("read", Read),
        ("write", Write),
        ("truncate", Truncate),
        ("sync", Sync),
        ("others", Pointer * 13),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What SQLite is about to do: open, write, truncate, sync, delete or read, and in which file."""

    what: str
    name: str
    at: int = 0
    data: bytes = b""


#: Sees a step before it is done; returns 0, or the code of SQLite with which it fails.
Watcher = Callable[[Step], int]


def _library() -> Any:
    return ctypes.CDLL(_sqlite3.__file__)


#: Marks a test that watches SQLite.
watches = pytest.mark.skipif(
    not hasattr(_library(), "sqlite3_vfs_register"), reason="the SQLite of this Python exports none of its functions"
)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Have every file that SQLite opens in this block watched to its end."""
    library = _library()
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    disk = _Disk(library.sqlite3_vfs_find(None), watcher)
    assert library.sqlite3_vfs_register(ctypes.byref(disk.vfs), 1) == sqlite3.SQLITE_OK
    _FOR_EVER.append(disk)
    try:
        yield
    finally:
        library.sqlite3_vfs_register(disk.usual, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(disk.vfs))
        disk.release()


# SQLite holds pointers into what a block has made.
_FOR_EVER: list[Any] = []


class _Disk:
    """The VFS of a block, and the files that are open by it."""

    def __init__(self, usual: Any, watcher: Watcher) -> None:
        self.usual, self.see = usual, watcher
        self.vfs = _Vfs.from_buffer_copy(usual.contents)
        self.vfs.name = b"watched"
        self.vfs.open, self.vfs.delete = _Vfs.Open(self.open), _Vfs.Delete(self.delete)
        self.files: dict[int, tuple[str, _Methods]] = {}
        self.tables: dict[int, _Methods] = {}

    def open(self, _vfs: int, path: int | None, file: int, flags: int, out: int) -> int:
        # SQLite's own files without a name are of no use after their process.
        name = _name(path) if path and flags & KEPT else ""
        code = self.see(Step("open", name)) if name else 0
        code = code or self.usual.contents.open(ctypes.byref(self.vfs), path, file, flags, out)
        if name and code == sqlite3.SQLITE_OK:
            place = _table_of(file)
            self.files[file] = name, _Methods.from_address(place[0])
            place[0] = ctypes.addressof(self._methods(place[0]))
        return code

    def delete(self, _vfs: int, path: int, sync: int) -> int:
        code = self.see(Step("delete", _name(path), sync))
        return code or self.usual.contents.delete(ctypes.byref(self.vfs), path, sync)

    def release(self) -> None:
        """Have files that are still open go on as all others."""
        for file, (_, usual) in self.files.items():
            _table_of(file)[0] = ctypes.addressof(usual)

    def _methods(self, usual: int) -> _Methods:
        # A log is not locked as the database is: SQLite has a table of methods for each.
        if usual not in self.tables:
            table = _Methods.from_buffer_copy(_Methods.from_address(usual))
            table.close = _Methods.Close(self.close)
            table.read, table.write = _Methods.Read(self.read), _Methods.Write(self.write)
            table.truncate, table.sync = _Methods.Truncate(self.truncate), _Methods.Sync(self.sync)
            self.tables[usual] = table
        return self.tables[usual]

    def close(self, file: int) -> int:
        return self.files.pop(file)[1].close(file)

    def read(self, file: int, into: int, size: int, at: int) -> int:
        name, usual = self.files[file]
        return self.see(Step("read", name, at)) or usual.read(file, into, size, at)

    def write(self, file: int, data: int, size: int, at: int) -> int:
        name, usual = self.files[file]
        return self.see(Step("write", name, at, ctypes.string_at(data, size))) or usual.write(file, data, size, at)

    def truncate(self, file: int, size: int) -> int:
        name, usual = self.files[file]
        return self.see(Step("truncate", name, size)) or usual.truncate(file, size)

    def sync(self, file: int, flags: int) -> int:
        name, usual = self.files[file]
        return self.see(Step("sync", name)) or usual.sync(file, flags)


def _table_of(file: int) -> Any:
    return ctypes.cast(file, ctypes.POINTER(Pointer))


def _name(path: int) -> str:
    return Path(ctypes.string_at(path).decode()).name
