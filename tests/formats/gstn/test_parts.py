"""A download in several files, or in a zip: what each says of itself, and what is beyond the bounds."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from ims_fsm.errors import InputError
from ims_fsm.formats.gstn import parts
from ims_fsm.formats.gstn.parts import check_download, contents_of

ME, OTHER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"


def text(*numbers: str, gstin: str = ME, **beside: object) -> bytes:
    row = {"stin": OTHER, "idt": "05-10-2024", "txval": 100, "iamt": 18, "rtnprd": "102024", "srcfilstatus": "Filed"}
    sections = {"b2b": [{**row, "inum": number} for number in numbers]}
    return json.dumps({"gstin": gstin, **beside, "data": sections}).encode()


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_json", ".json"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("sources", "numbers", "files", "lacking"),
    [
        ([text("1")], {1}, 1, ()),
        ([text("1"), text("2")], {1, 2}, 2, ()),
        ([text("1", fc=3, file_num=2)], {2}, 3, (1, 3)),
        ([text("1", fc="2", file_num="2"), text("2", fc=2, file_num=1)], {1, 2}, 2, ()),
        ([text("1", fc=3), text("2", fc=3)], {1, 2}, 3, (3,)),
        ([zipped(a_json=text("1"), b_json=text("2"), notes=b"x")], {1, 2}, 2, ()),
    ],
)
def test_a_download_knows_its_files(sources, numbers, files, lacking):
    whole = check_download(sources)
    assert (whole.recipient, whole.numbers, whole.files, whole.lacking) == (ME, numbers, files, lacking)


@pytest.mark.parametrize(("name", "lacking"), [("ims_part2.json", (1,)), ("IMS 1 of 3.json", (2, 3))])
def test_a_name_tells_which_part_a_file_is(tmp_path, name, lacking):
    (tmp_path / name).write_bytes(text("1"))
    (tmp_path / "part3.json").write_bytes(text("3"))
    given = [tmp_path / name, tmp_path / "part3.json"]
    assert check_download(given).lacking == tuple(number for number in lacking if number != 3)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ([], "download: files: none is given; give the files of one download"),
        ([text("1"), text("2", gstin=OTHER)], f"the file is of {OTHER}, and the one before it is of {ME}; give toge"),
        ([b"\x1f\x8b\x08"], "it is a compressed archive; unpack it and give the JSON files"),
        ([b"PK\x03\x04"], "it is an archive that cannot be read (File is not a zip file); unpack it"),
        ([zipped(notes=b"x")], "it is an archive without a JSON file; give the JSON file"),
        ([zipped(a_json=b" " * (2 << 20))], "a.json: it unpacks to more than 200 times its size; unpack it and give"),
        (
            [json.dumps({"fc": 2, "urls": [{"ul": "x"}]}).encode()],
            "it names the files of a download and lists no record",
        ),
    ],
)
def test_what_cannot_be_read_as_one_download_is_told(sources, told):
    with pytest.raises(InputError) as refused:
        check_download(sources)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("bound", "told"), [("MEMBERS", "it holds 2 files, more than 1"), ("UNPACKED", "bytes, more than 1;")]
)
def test_a_zip_has_bounds(monkeypatch, bound, told):
    monkeypatch.setattr(parts, bound, 1)
    with pytest.raises(InputError, match=told):
        check_download(zipped(a_json=text("1"), b_json=text("2")))


def test_what_is_read_whole_has_a_bound(monkeypatch):
    monkeypatch.setattr(parts, "WHOLE", 1 << 10)
    assert [name for _, name in contents_of([b"x" * 1024])] == ["the file"]
    with pytest.raises(InputError, match="statement and the files before it hold more than"):
        contents_of([b"x" * 1000, b"x" * 25], subject="statement")


def test_a_zip_that_is_cut_short_is_told():
    packed = bytearray(zipped(a_json=text(*map(str, range(50)))))
    packed[60:80] = bytes(20)
    with pytest.raises(InputError, match=r"it is an archive that cannot be read|it is not"):
        check_download(bytes(packed))


def misplaced() -> bytes:
    """A zip whose directory says that it lies behind itself."""
    packed = bytearray(zipped(a_json=text("1")))
    packed[-6:-2] = (int.from_bytes(packed[-6:-2], "little") + 1000).to_bytes(4, "little")
    return bytes(packed)


def packed_by(method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("a.json", text("1"))
    return packed.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        misplaced(),
        zipped(é_json=text("1")).replace(b"\xc3\xa9", b"\xc3\x28"),
        packed_by(zipfile.ZIP_BZIP2),
        packed_by(zipfile.ZIP_LZMA),
    ],
    ids=["a place before the beginning", "a name that cannot be decoded", "bzip2", "LZMA"],
)
def test_a_zip_is_told_whatever_reading_it_raises(packed):
    with pytest.raises(InputError, match="it is an archive that cannot be read"):
        check_download(packed)
