"""A download read as it goes by is the download read whole: the same records, warnings and refusals."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.portal_json import SHAPES, write_download
from ims_fsm.errors import InputError
from ims_fsm.formats.gstn import download
from ims_fsm.formats.gstn.download import (
    DownloadReader,
    MisreadError,
    odd_section,
    opened,
    read_carefully,
)
from ims_fsm.formats.gstn.envelope import unwrap
from ims_fsm.formats.gstn.fields import KEYS
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.parts import check_download
from ims_fsm.formats.gstn.row import MOST, Findings, recipient_of
from ims_fsm.formats.gstn.sections import SECTIONS, section_named
from ims_fsm.terms.vocabulary import Kind, SupplierStatus

SAMPLES = Path(download.__file__).parents[1] / "samples"
TEXTS = {path.name: path.read_text("utf-8") for path in sorted(SAMPLES.glob("*.json"))}
ME, OTHER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
ODDITIES = (
    *('"gstin":"29AABCT1332L1ZA",', '"b2b":[],', '"isd":[{}],', '"data":{', '"imsDetails":{"b2b":[]},', '"error":{},'),
    *("null,", "[", "]", "{", "}", ",", ":", '"', "\\", "1e400", "NaN", "-", "0.125", "1.5", "true", '" "', '""'),
    "\ud7ff",
    *('"rtnprd":"10"', '"rtnprd":null', '"prev_status":"A",', '"docdata":{},', '"iamt":"5.00",', '"pos":27,', "\n"),
    *('"hash":5,', '"inum":12,', '"action":"Q",', '"idt":"32-01-2024",', '"val":-1,', '"cess":false,', '"stin":"X",'),
)


def whole(text: str, given: str | None) -> tuple[Any, ...]:
    """Read a text whole, and every row of it with care."""
    envelope = unwrap(loads(text, "file"), "file")
    findings, keys, placed = Findings("file"), {}, []
    owner = recipient_of(envelope.recipient, given, findings)
    for key, rows in envelope.sections.items():
        odd_section(key, rows, findings)
    for key, rows in envelope.sections.items():
        form = section_named(key)
        if form is not None and isinstance(rows, list):
            keys[form.key] = None
            places = [f"{key}[{index}]" for index in range(len(rows))]
            read = [
                (read_carefully(raw, place, form, owner, findings), place)
                for raw, place in zip(rows, places, strict=True)
            ]
            placed += [(record, place) for record, place in read if record]
    findings.raise_problems()
    records = [record for record, _ in placed]
    return records, [place for _, place in placed], owner, envelope.dialect, tuple(keys), findings.warnings


def going_by(text: str, given: str | None, window: int) -> tuple[Any, ...]:
    """Read a text as it goes by, through a window of so many bytes."""
    promise = None
    with opened(text) as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("ims_fsm.formats.gstn.notation.WINDOW", window)
        while True:
            reader = DownloadReader(file, "file", given, promise=promise)
            try:
                records = [one for part in reader.parts() for one in part]
                break
            except MisreadError as error:
                assert promise is None
                promise = error.envelope
    places = [reader.place(ordinal) for ordinal in range(len(records))]
    return records, places, *reader.whole[:3], reader.warnings


def outcome(read: Any, *given: Any) -> Any:
    try:
        return read(*given)
    except InputError as error:
        return str(error)


def mangled(text: str, dice: random.Random) -> str:
    """Return a text with something put in, left out, written twice or exchanged, mostly where it hurts."""
    for _ in range(dice.choice((1, 1, 2, 3))):
        places = [at for at, sign in enumerate(text) if sign in '{}[]",:'] or [0]
        at = dice.choice(places) + dice.choice((0, 0, 1))
        to = min(len(text), at + dice.choice((0, 0, 1, 3, 40, 400)))
        text = text[:at] + dice.choice((*ODDITIES, "", text[at:to] * 2)) + text[to:]
    return text


@pytest.mark.parametrize("window", [16, 300, 1 << 16])
@pytest.mark.parametrize("name", TEXTS)
def test_every_sample_reads_alike(name, window):
    assert outcome(going_by, TEXTS[name], None, window) == outcome(whole, TEXTS[name], None)


@given(st.integers(0, 2**32), st.sampled_from(sorted(TEXTS)), st.sampled_from([None, ME, OTHER]))
def test_what_is_mangled_reads_alike(seed, name, given):
    text = mangled(TEXTS[name], random.Random(seed))  # noqa: S311 -- the same each time
    found, expected = outcome(going_by, text, given, 2_000), outcome(whole, text, given)
    if isinstance(expected, str) and "it is not valid JSON here" in expected:
        # Where several things are wrong the one that comes first is told, each in its own words.
        assert isinstance(found, str)
        assert "it is not valid JSON here" in found or "a number that cannot be read" in found
    else:
        assert found == expected


@pytest.mark.parametrize(
    "tree",
    [
        {"data": {"b2b": "ROWS"}, "gstin": ME},
        {"data": {"b2b": "ROWS", "gstin": ME}},
        {"gstin": OTHER, "data": {"b2b": "ROWS", "gstin": ME}},
        {"gstin": ME, "b2b": "ROWS", "data": {"b2b": []}},
        {"gstin": ME, "b2b": [], "imsDetails": {"b2b": "ROWS"}, "data": {"b2b": "ROWS"}},
        {"gstin": ME, "imsDetailsErr": {"b2b": "ROWS"}, "imsDetails": {}},
        {"gstin": ME, "result": {"proc_cnt": "1", "error_report": {"b2b": "ROWS"}}},
        {"gstin": ME, "isd": "ROWS", "b2b": "ROWS", "dn": [], "b2ba": None, "x": {"y": [1]}},
        {"gstin": ME, "b2b": {}, "b2bcn": [5, None, "x"]},
        {"b2b": "ROWS"},
        ["ROWS"],
        "ROWS",
    ],
)
@pytest.mark.parametrize("window", [64, 1 << 16])
def test_keys_may_stand_in_any_order(tree, row, window):
    rows = [row(inum=f"A/{number}") for number in range(5)]
    text = json.dumps(tree).replace('"ROWS"', json.dumps(rows))
    assert outcome(going_by, text, None, window) == outcome(whole, text, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])
def test_every_encoding_of_json_is_read(row, encoding):
    data = json.dumps({"gstin": ME, "b2b": [row(tradenm="अ")]}, ensure_ascii=False).encode(encoding)
    with opened(data) as file:
        ((shown,),) = DownloadReader(file, "file", None).parts()
    assert shown.supplier_name == "अ"


AGAIN = "download it from the portal again"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b" \n", f"it is empty; {AGAIN}"),
        (
            b"PK\x03\x04",
            "it is an archive that cannot be read (File is not a zip file); unpack it and give the JSON files",
        ),
        (b'{"gstin":"\xff"}', f"byte 10: it is not text in UTF-8; {AGAIN}"),
        (b'{"b2b":\n [}', f"line 2, column 3: it is not valid JSON here (Expecting value); {AGAIN}"),
        (b"[" * 100_000, f"it is nested too deeply for a file of the portal; {AGAIN}"),
        (
            b'{"b2b": [],\n "b2b": []}',
            '"b2b": stands twice in one object, and only the last would be read; put what they hold under one key',
        ),
    ],
)
def test_what_is_no_json_is_told_with_its_place(data, told):
    with pytest.raises(InputError) as caught:
        check_download(data, "file", None)
    assert str(caught.value) == f"file: {told}"


def test_a_million_faults_are_counted_and_some_are_told(row):
    rows = [row(action="Q") for _ in range(MOST + 7)]
    with pytest.raises(InputError) as caught:
        check_download(json.dumps({"gstin": ME, "b2b": rows}).encode(), "file", None)
    assert len(caught.value.problems) == MOST + 1
    assert str(caught.value.problems[-1]) == (
        "file: 7 more problems of the same file are not listed; mend those that are, and try again"
    )


def test_what_only_flows_is_copied_and_read_twice(row):
    class Flowing(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise io.UnsupportedOperation

    text = json.dumps({"b2b": [row()], "gstin": ME})
    whole = check_download(Flowing(text.encode()), "file", None)
    assert (whole.recipient, whole.sections) == (ME, {"b2b"})


def test_what_is_known_at_the_end_is_not_known_before(row):
    with opened(json.dumps({"gstin": ME, "b2b": [row()]})) as file:
        reader = DownloadReader(file, "file", None)
        with pytest.raises(ValueError, match="read them first"):
            reader.whole  # noqa: B018 -- asking is the point


def test_memory_does_not_grow_with_the_file(tmp_path, row):
    """Ten times the rows take no more than what they take once, give or take a window."""
    peaks = []
    for count in (2_000, 20_000):
        path = tmp_path / f"{count}.json"
        rows = ",".join(json.dumps(row(inum=f"A/{number}")) for number in range(count))
        path.write_text(f'{{"gstin":"{ME}","b2b":[{rows}]}}')
        del rows
        tracemalloc.start()
        try:
            assert check_download(path, "file", None).sections == {"b2b"}
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


def test_a_row_at_speed_is_the_row_read_carefully(row):
    (shown,) = whole(json.dumps({"gstin": ME, "b2b": [row()]}), None)[0]
    assert shown.supplier_status is SupplierStatus.FILED


@pytest.fixture
def careful(monkeypatch):
    """The rows that were left to the careful reader, by place."""
    places = []

    def read(raw: Any, place: str, *rest: Any) -> Any:
        places.append(place)
        return read_carefully(raw, place, *rest)

    monkeypatch.setattr(download, "read_carefully", read)
    return places


AT_SPEED = [form for form in SECTIONS.values() if form.kind is not Kind.BILL_OF_ENTRY]
OPTIONAL = {"supplier_name": "Rao", "remarks": "seen", "portal_hash": "0f", "igst": 5, "cgst": 5, "sgst": 5, "cess": 5}
NEEDED = ("supplier", "taxable", "igst", "return_period", "supplier_status")
FLAGS = ("pending_blocked", "reduction_blocked", "remarks_blocked", "itc_reduction")


@pytest.mark.parametrize("spelling", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("form", AT_SPEED, ids=lambda form: form.key)
def test_plain_rows_of_each_section_are_read_at_speed(form, spelling, row, careful):
    """With all that a row may say, in the portal's spelling and in the last, and with no more than it must."""
    portal = {field: row()[keys[0]] for field, keys in KEYS.items() if keys[0] in row()}
    document = {form.number[spelling]: "S/101", form.date[spelling]: "05-10-2024"}
    if form.amended:
        document |= {form.original_number[spelling]: "S/99", form.original_date[spelling]: "01-09-2024"}
    full = portal | OPTIONAL | dict.fromkeys(FLAGS, "N")
    assert full.keys() == KEYS.keys()
    rows = [
        document | {KEYS[field][spelling]: value for field, value in fields.items()}
        for fields in (full, {field: full[field] for field in NEEDED})
    ]
    records = going_by(json.dumps({"gstin": ME, form.key: rows}), None, 1 << 16)[0]
    assert (len(records), careful) == (2, [])


@pytest.mark.parametrize("shape", SHAPES)
def test_no_row_of_a_plain_download_is_read_carefully(shape, tmp_path, careful):
    path = tmp_path / "ims.json"
    write_download(path, 400, gstin=ME, shape=shape)
    with path.open("rb") as file:
        assert (sum(map(len, DownloadReader(file, "file", None).parts())), careful) == (400, [])


TEXT_KEYS = ("stin", "inum", "idt", "tradenm", "inv_typ", "srcform", "rtnprd", "action", "remarks", "hash", "pos")


@pytest.mark.parametrize(
    "value", ["a\u202eb", "\x1b[2J", "a\nb", "x" * 17, "x" * 256, "x" * 10_001, " R ", "अ"], ids=ascii
)
@pytest.mark.parametrize("key", TEXT_KEYS)
def test_what_a_text_may_not_be_is_no_other_at_speed(key, value, row):
    text = json.dumps({"gstin": ME, "b2b": [row(), row(**{key: value})]})
    assert outcome(going_by, text, None, 1 << 16) == outcome(whole, text, None)
