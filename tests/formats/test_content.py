"""What a file holds: bounded before it is read."""

from __future__ import annotations

import io
import os

import pytest

from ims_fsm.errors import FileError, InputError
from ims_fsm.formats.content import content_of


class Flow(io.RawIOBase):
    """What flows without end, and counts what was taken of it."""

    taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.taken += len(buffer)
        return len(buffer)


def message(source, limit=10):
    with pytest.raises(InputError) as refused:
        content_of(source, "a.csv", limit)
    return str(refused.value)


TOO_LARGE = "a.csv: the file: has more than 10 bytes; give it in parts"
ENDLESS = "the file: is a device or a pipe, which may never end; save what it gives to a file"


def test_what_is_small_enough_is_read_from_where_it_stands(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"0123456789")
    opened = io.BytesIO(b"x0123456789")
    opened.read(1)
    assert {content_of(source, "a.csv", 10) for source in (file, b"0123456789", opened)} == {b"0123456789"}


def test_what_is_larger_is_told_and_not_read_to_its_end(tmp_path):
    file = tmp_path / "a.csv"
    with file.open("wb") as out:
        out.truncate(1 << 40)
    flow = Flow()
    assert {message(source) for source in (file, b"x" * 11, io.BytesIO(b"x" * 11), flow)} == {TOO_LARGE}
    assert flow.taken < 1 << 20


def test_a_device_and_a_pipe_are_told(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    device = next(path for path in map(type(pipe), ("/dev/zero", "/dev/null")) if path.exists())
    assert {message(path) for path in (pipe, device)} == {f"{path}: {ENDLESS}" for path in (pipe, device)}


def test_what_is_no_file_is_told(tmp_path):
    for source in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(FileError):
            content_of(source, "a.csv", 10)
