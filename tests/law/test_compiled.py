"""The law compiled: what the files declare, never a stale one, and no harm where it cannot be kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ims_fsm.law import compiled as room
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.compiled import compiled, dumps, loads, proved
from ims_fsm.law.loading import load_book
from ims_fsm.resources import machines_folder

TITLE = 'title = "Credit note"'


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The folder where the law is kept, empty yet."""
    monkeypatch.setattr(room, "compiled_folder", lambda: tmp_path / "compiled")
    return tmp_path / "compiled"


@pytest.fixture
def machines(tmp_path, monkeypatch):
    """A copy of the declarations, which is the shipped one here."""
    folder = Path(shutil.copytree(machines_folder(), tmp_path / "machines"))
    monkeypatch.setattr(room, "machines_folder", lambda: folder)
    return folder


def test_it_is_what_the_files_declare_value_by_value_and_type_by_type():
    anew, shipped = load_book(machines_folder()), shipped_book()
    assert (shipped.law, shipped.calendar, shipped.routing) == (anew.law, anew.calendar, anew.routing)
    assert repr(shipped.law) == repr(anew.law)
    assert {name: machine.fingerprint for name, machine in shipped.law.machines.items()} == {
        name: machine.fingerprint for name, machine in anew.law.machines.items()
    }
    assert proved().equal


def test_what_is_kept_is_read_and_nothing_else(kept, monkeypatch):
    first = compiled()
    [file] = kept.iterdir()
    monkeypatch.setattr(room, "_read", lambda _files: pytest.fail("the files were read anew"))
    assert compiled() == first
    file.write_text(file.read_text("utf-8").replace('"Credit note"', '"Another"'), "utf-8")
    assert LawBook.of(compiled()).law.machine("credit_note").title == "Another"


def test_verify_finds_a_law_that_is_not_what_its_files_declare(kept):
    assert proved().equal
    [file] = kept.iterdir()
    file.write_text(file.read_text("utf-8").replace('{"!TaxPeriod":"2025-10"}', '"2025-10"', 1), "utf-8")
    assert not proved().equal


def test_a_law_that_was_edited_is_never_the_one_before(kept, machines):
    before = compiled()
    [file] = kept.iterdir()
    text = (machines / "credit_note.toml").read_text("utf-8")
    (machines / "credit_note.toml").write_text(text.replace(TITLE, 'title = "Note of credit"'), "utf-8")
    assert TITLE in text
    assert LawBook.of(compiled()).law.machine("credit_note").title == "Note of credit"
    [other] = kept.iterdir()
    assert other != file
    (machines / "credit_note.toml").write_text(text, "utf-8")
    assert compiled() == before


def test_the_code_that_reads_the_law_is_among_what_it_is_made_from(kept, monkeypatch, tmp_path):
    code = tmp_path / "ims_fsm"
    for name in ("law", "terms"):
        shutil.copytree(Path(room.__file__).parent.parent / name, code / name)
    monkeypatch.setattr(room, "code_folder", lambda: code)
    compiled()
    [file] = kept.iterdir()
    with (code / "law" / "structure.py").open("a", encoding="utf-8") as structure:
        structure.write("# one more rule of structure\n")
    compiled()
    assert [*kept.iterdir()] != [file]


@pytest.mark.parametrize(
    "spoilt",
    ["", "{", "[]", "{}", '{"!LawDeclaration":{}}', '{"!BookDeclaration":{"law":{"!TaxPeriod":"never"}}}', "\xff"],
)
def test_what_is_kept_and_cannot_be_used_is_made_again(kept, spoilt):
    whole = compiled()
    [file] = kept.iterdir()
    text = file.read_text("utf-8")
    file.write_text(spoilt, "latin-1")
    assert compiled() == whole
    assert file.read_text("utf-8") == text


def test_where_it_cannot_be_kept_it_is_read_at_each_start(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setattr(room, "compiled_folder", lambda: tmp_path / "file" / "compiled")
    assert compiled() == compiled()


@pytest.mark.slow
def test_processes_that_start_at_once_read_one_law_and_leave_it_alone(kept):
    code = (
        "import hashlib, sys; from pathlib import Path; from ims_fsm.law import compiled as room; "
        "room.compiled_folder = lambda: Path(sys.argv[1]); "
        "print(hashlib.sha256(room.dumps(room.compiled()).encode()).hexdigest())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(kept)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = {process.communicate()[0] for process in started}
    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert len(said) == 1
    [file] = kept.iterdir()
    assert loads(file.read_text("utf-8")) == compiled()


def test_what_has_no_written_form_is_not_lost_unseen():
    whole = compiled()
    vars(whole)["law"] = object()
    with pytest.raises(TypeError, match="none of the types that a compiled law is made of"):
        dumps(whole)


def test_it_makes_nothing_but_declared_values():
    with pytest.raises(TypeError, match="no law is written there"):
        loads(json.dumps({"!int": "7"}))
