"""What is read is asked for its size first, and TOML that nobody would write is not begun."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from ims_fsm.files.reading import LARGEST_TEXT, TomlError, bytes_of, text_of, toml_of


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no file without an end")
def test_a_file_without_an_end_is_not_read_to_it():
    with pytest.raises(OSError, match=r"has more than 1,000 bytes"):
        bytes_of(Path("/dev/zero"), 1000)


def test_a_file_of_just_the_size_is_read_and_a_larger_one_not(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert (bytes_of(path, 7), text_of(path)) == (b"\xef\xbb\xbfa\r\nb", "a\nb")
    with pytest.raises(OSError, match="6 bytes"):
        bytes_of(path, 6)


HOSTILE = {
    "dotted": ".".join(["a"] * 100_000) + " = 1",
    "dotted header": "[" + " . ".join(["a"] * 100_000) + "]",
    "quoted": ".".join(['"a"', "'b'"] * 50_000) + " = 1",
    "lists": "a = " + "[" * 50_000,
    "inline": "a = " + "{a=" * 50_000,
    "number": "a = " + "9" * 10_000,
    "not TOML": "a = = 1",
    "escape": 'a = "\\u001b[2J"',
    "bidi": 'a = [{ b = "x\u202ey" }]',
    "key": '"a\\u0007" = 1',
    "surrogate": 'a = "\\ud800"',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_toml_is_refused_at_once(text):
    began = process_time()
    with pytest.raises(TomlError) as refused:
        toml_of(text)
    assert process_time() - began < 2
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("text", ["a" * LARGEST_TEXT, '"' * 100_001, "a.b.c = 1\n" * 2, "x = 1\n#" + "a." * 200_000])
def test_odd_toml_takes_no_time(text):
    began = process_time()
    with suppress(TomlError):
        toml_of(text)
    assert process_time() - began < 2


def test_toml_as_people_write_it_is_read():
    text = 'a.b."c d" = "M/s Rao\\nPune"\n[x.y.z]\nlist = [[1, 2], [3]]\n'
    assert toml_of(text) == {"a": {"b": {"c d": "M/s Rao\nPune"}}, "x": {"y": {"z": {"list": [[1, 2], [3]]}}}}
