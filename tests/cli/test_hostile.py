"""Text that acts on a terminal, hides, or never ends is not taken in, and nothing of it is written raw."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import create_engine, text

GSTIN = "27AAPFU0939F1ZV"
ROW = {
    "stin": "21ZXKCK4821M1ZG", "inum": "KCL/24-25/0412", "inv_typ": "R", "action": "A", "ispendactblocked": "N",
    "srcform": "R1", "rtnprd": "102024", "srcfilstatus": "Filed", "idt": "04-10-2024", "val": 295000, "pos": "27",
    "txval": 250000, "iamt": 45000, "camt": 0, "samt": 0, "cess": 0, "hash": "e9", "trdnm": "Rao", "remarks": "x",
}  # fmt: skip
HOSTILE = {
    "ESC": "a\x1b[2J", "OSC": "\x1b]0;pwned\x07", "C1": "\x9b2J", "NUL": "A\0B", "DEL": "a\x7f", "NEL": "a\x85b",
    "VT": "a\x0bb", "bidi": "a\u202eb", "isolate": "a\u2066b", "line": "a\u2028b", "surrogate": "a\ud800b",
    "BOM": "a\ufeffb", "tag": "a\U000e0041b", "long": "A" * 1_000_000,
}  # fmt: skip


def raw(told: str) -> set[str]:
    """Return what acts or hides in what was told."""
    return {sign for sign in told if sign in "\x1b\x07\x9b\0\x7f\x85\x0b\u202e\u2066\u2028\ud800\ufeff\U000e0041\r"}


@pytest.mark.sqlite("no file is left")
@pytest.mark.parametrize("field", ["inum", "trdnm", "remarks"])
def test_a_download_with_it_is_refused_and_leaves_nothing(bare, tmp_path, field):
    for what, text_ in HOSTILE.items():
        (tmp_path / "d.json").write_text(json.dumps({"gstin": GSTIN, "data": {"b2b": [{**ROW, field: text_}]}}))
        done = bare("import", "d.json", "--at", "2024-11-12T10:00").ended(2)
        assert f"d.json: b2b[0].{field}: " in done.err, what
        assert not raw(done.err), what
        assert len(done.err) < 500, what
        assert [path.name for path in tmp_path.iterdir()] == ["d.json"], what


def test_what_joins_letters_is_taken_in_and_shown(bare, tmp_path):
    name = "\u0915\u094d\u200d\u0937 \u200cTraders\u00a0Ltd"
    (tmp_path / "d.json").write_text(json.dumps({"gstin": GSTIN, "data": {"b2b": [{**ROW, "trdnm": name}]}}))
    bare("import", "d.json", "--at", "2024-11-12T10:00").ended(0)
    assert "\u0915\u094d\u200d\u0937" in bare("show", "1").ended(0).out


@pytest.mark.parametrize(
    "call",
    [
        ("act", "reject", "--id", "1", "--remarks", "{}"),
        ("act", "reject", "--id", "1", "--as", "{}"),
        ("act", "reject", "--id", "1", "--key", "{}"),
        ("taxpayer", GSTIN, "--name", "{}"),
        ("list", "--number", "{}"),
        ("show", "{}"),
        ("nothing{}",),
    ],
    ids=lambda call: call[-2] if len(call) > 2 else call[0],
)
def test_what_a_call_says_with_it_is_refused_and_not_repeated_raw(run, call):
    for what in HOSTILE.keys() - {"NUL"}:  # no shell hands it over
        done = run(*(word.format(HOSTILE[what]) for word in call))
        assert done.code == 2 or call[0] == "list", done.out
        assert not raw(done.out + done.err)
        assert len(done.out + done.err) < 3000


@pytest.mark.sqlite("its rows are written from beside")
def test_what_stands_in_a_database_all_the_same_is_shown_written_out(run, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'ims.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE ims_record SET supplier_name = :name"), {"name": "a\x1b[2J\u202e\x9bb"})
    engine.dispose()
    for call in (("show", "1"), ("list", "--all"), ("history", "1"), ("supplier-view", "29AABCT1332L1ZA")):
        for form in ((), ("--json",)):
            done = run(*call, *form).ended(0)
            assert not raw(done.out), call
    assert "a\\x1b[2J\\u202e\\x9bb" in run("show", "1").out
    assert run("show", "1", "--json").json["supplier_name"] == "a\x1b[2J\u202e\x9bb"


@pytest.mark.parametrize("what", ["ESC", "bidi", "NUL", "surrogate"])
def test_a_law_and_a_scenario_with_it_are_refused(bare, tmp_path, what):
    escaped = json.dumps(HOSTILE[what])
    (tmp_path / "s.toml").write_text(f"title = {escaped}\n")
    for call in (
        ("scenario", "run", "s.toml"),
        ("verify", "s.toml"),
        ("timeline", "--period", "2024-10", "--calendar", "s.toml"),
    ):
        done = bare(*call)
        assert done.code in {1, 2}, call
        assert not raw(done.out + done.err), call
        assert "control characters" in done.out + done.err or what == "surrogate", call
