"""Drawing one edition, and many into a folder."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from ims_fsm import draw as room
from ims_fsm.draw.diagrams import FORMATS, draw, write_diagrams
from ims_fsm.draw.renderer import RendererMissingError
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law

TEXTS = ("dot", "mermaid")
OLD, NEW = "IMS-2024-10", "IMS-2025-10"


def names(files: list[Path]) -> list[str]:
    """Return the names of files without their folder."""
    return [file.name for file in files]


def test_the_room_offers_names_that_are_loaded_when_they_are_used() -> None:
    offered = {name: getattr(room, name) for name in room.__all__}
    assert (offered["draw"], offered["FORMATS"]) == (draw, FORMATS)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(room, "nothing")  # noqa: B009 -- it has none for the type checker either


@pytest.mark.parametrize(("fmt", "start"), [("dot", b'digraph "invoice-IMS-2025-10" {'), ("mermaid", b"---\ntitle: ")])
def test_an_edition_is_drawn_as_text(law: Law, fmt, start) -> None:
    assert draw(law.machine("invoice").edition, fmt).startswith(start)


def test_another_format_is_refused(law: Law) -> None:
    with pytest.raises(InputError) as caught:
        draw(law.machine("invoice").edition, "gif")
    assert str(caught.value) == "drawing: gif: is not a format; use one of dot, mermaid, svg, png, pdf"


def test_all_machines_are_written_with_the_older_rule_sets_that_differ(law: Law, tmp_path) -> None:
    files = write_diagrams(law, tmp_path / "new" / "folder", TEXTS)
    assert sorted(files) == sorted((tmp_path / "new" / "folder").iterdir())
    assert {file.name.split(".")[0] for file in files} == set(law.machines)
    assert {"credit_note.dot", "credit_note.mmd", f"credit_note.{OLD}.dot", f"credit_note.{OLD}.mmd"} <= {*names(files)}


def test_an_older_rule_set_with_the_same_picture_is_not_drawn_again(law: Law, tmp_path) -> None:
    assert names(write_diagrams(law, tmp_path, TEXTS, names=["gstr2b"])) == ["gstr2b.dot", "gstr2b.mmd"]


@pytest.mark.parametrize(("edition", "name"), [(NEW, "invoice.dot"), (OLD, f"invoice.{OLD}.dot")])
def test_one_edition_alone_is_written(law: Law, tmp_path, edition, name) -> None:
    (file,) = write_diagrams(law, tmp_path, ["dot"], names=["invoice"], edition=edition)
    assert file.name == name
    assert file.read_bytes() == draw(law.machine("invoice").editions[edition], "dot")


def test_every_unknown_name_is_told_at_once_and_nothing_is_written(law: Law, tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        write_diagrams(law, tmp_path / "out", TEXTS, names=["invoice", "invoise", "bill"], edition="IMS-2030")
    assert [(problem.where, problem.what) for problem in caught.value.problems] == [
        ("invoise", "is not a declared machine"),
        ("bill", "is not a declared machine"),
        ("IMS-2030", "is not a rule set"),
    ]
    assert "he machines are bill_of_entry, credit_note" in str(caught.value)
    assert "he rule sets are IMS-2024-10, IMS-2025-10" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_unknown_formats_are_told_at_once(law: Law, tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        write_diagrams(law, tmp_path, ["svg", "gif", "jpeg"])
    assert [problem.where for problem in caught.value.problems] == ["gif", "jpeg"]


def test_nothing_is_written_where_one_format_cannot_be_drawn(law: Law, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RendererMissingError):
        write_diagrams(law, tmp_path / "out", ["dot", "svg"])
    assert not (tmp_path / "out").exists()


def test_every_format_has_an_ending_of_its_own() -> None:
    assert len(set(FORMATS.values())) == len(FORMATS)


def test_looking_at_the_law_loads_no_drawing_package_and_no_database() -> None:
    code = (
        "import sys; from ims_fsm.draw.diagrams import draw; from ims_fsm.law.book import shipped_law; "
        "draw(shipped_law().machine('invoice').edition, 'mermaid'); "
        "packages = {'typst', 'graphviz', 'pygraphviz', 'sqlmodel', 'sqlalchemy', 'typer', 'transitions'}; "
        "print(sorted(packages & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
