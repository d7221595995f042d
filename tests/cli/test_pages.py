"""`pages`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.draw import renderer

pytestmark = pytest.mark.sqlite("no database is asked")
SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
STORY = 'title = "A story"\nrules = ["faq.6"]\n'


def test_both_formats_are_written(bare, tmp_path):
    told = bare("pages", "--out", "law").ended(0).out.split()
    assert {"law/README.md", "law/faq.md", "law/ims.html"} <= {*told}
    assert all((tmp_path / file).is_file() for file in told)


def test_scenarios_are_told_where_they_are_or_where_they_are_named(bare, tmp_path):
    folder = tmp_path / "tests" / "scenarios" / "own"
    folder.mkdir(parents=True)
    (folder / "one.toml").write_text(STORY)
    assert bare("pages", "--format", "md", "--json").ended(0).json["stories"] == 1
    assert "`tests/scenarios/own/one.toml`" in (tmp_path / "pages" / "stories-own.md").read_text("utf-8")
    named = ("--stories", folder / "one.toml", "--stories", folder)
    assert bare("pages", "--format", "md", "--root", "..", "--force", "--json", *named).ended(0).json["stories"] == 1


def test_for_a_checkout_pictures_and_scenarios_are_linked(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(renderer, "PROGRAM", "no-such-program")
    monkeypatch.setattr(renderer, "PACKAGE", "no_such_package")
    (tmp_path / "one.toml").write_text(STORY)
    call = ("--stories", "one.toml", "--format", "md", "--root", "..")
    files = bare("pages", *call, "--json").ended(0).json["files"]
    assert not [file for file in files if file.endswith("credit_note.svg")]
    assert 'src="../diagrams/credit_note.svg"' in (tmp_path / "pages" / "credit_note.md").read_text("utf-8")
    assert "(../one.toml)" in (tmp_path / "pages" / "stories-others.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("--format docx", "--format: 'docx' is not one of the words for it; write md, html"),
        ("--stories nowhere.toml", "nowhere.toml does not exist; correct the path"),
        ("--stories empty", "empty has no scenario in it; name a folder of .toml files"),
        ("--stories latin.toml", "stories: latin.toml: is not text in UTF-8; save it as UTF-8"),
        ("--stories bare.toml", "stories: bare.toml title: is missing; say in a sentence what the scenario shows"),
        ("--format md --root .. --out file", "file is not a folder; name another"),
    ],
)
def test_what_cannot_be_written_is_told(bare, tmp_path, call, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "latin.toml").write_bytes(b"\xe9")
    (tmp_path / "bare.toml").write_text("rules = []")
    assert bare("pages", *call.split()).ended(2).err.startswith(f"error: {message}")


def test_all_that_tell_no_story_are_told_at_once(bare, tmp_path):
    (tmp_path / "one.toml").write_text("title =")
    (tmp_path / "two.toml").write_text("rules = []")
    told = bare("pages", "--stories", ".").ended(2).err
    assert "2 problems" in told
    assert "one.toml the file: is not TOML" in told
    assert "two.toml title: is missing" in told
