"""Pages are written whole or not at all, and every process writes the same bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ims_fsm.draw import renderer
from ims_fsm.draw.renderer import RendererMissingError
from ims_fsm.errors import InputError
from ims_fsm.law.book import LawBook
from ims_fsm.pages import write_pages

WRITE = """
import hashlib, sys
from pathlib import Path
from ims_fsm.law.book import shipped_book
from ims_fsm.pages import story_of, write_pages
from ims_fsm.pages.publication import publish
root, folder = Path(sys.argv[1]), Path(sys.argv[2])
files = sorted((root / "tests" / "scenarios" / "faq").glob("*.toml"))
stories = [story_of(file.relative_to(root).as_posix(), file.read_text("utf-8")) for file in files]
book = shipped_book()
for file in (*write_pages(book, stories, folder), *publish(book, folder / "diagrams")):
    print(file.relative_to(folder).as_posix(), hashlib.sha256(file.read_bytes()).hexdigest())
"""

ROOT = Path(__file__).resolve().parents[2]


def without_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer.shutil, "which", lambda _program: None)
    monkeypatch.setattr(renderer.importlib.util, "find_spec", lambda _package: None)


def test_both_formats_are_written_and_told(book: LawBook, tmp_path: Path) -> None:
    files = write_pages(book, [], tmp_path / "new" / "folder")
    names = {file.relative_to(tmp_path / "new" / "folder").as_posix() for file in files}
    assert {"README.md", "faq.md", "credit_note.md", "pictures/credit_note.svg", "ims.html"} <= names
    assert all(file.is_file() for file in files)
    assert len(files) == len(names)


def test_one_format_is_written_alone(book: LawBook, tmp_path: Path) -> None:
    assert [file.name for file in write_pages(book, [], tmp_path, ["html"])] == ["ims.html", "explorer.html"]


def test_another_format_is_refused_before_anything_is_written(book: LawBook, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        write_pages(book, [], tmp_path / "new", ["md", "docx"])
    assert str(raised.value) == "pages: docx: is not a format; use one of md, html"
    assert not (tmp_path / "new").exists()


def test_markdown_for_a_checkout_needs_no_graphviz(
    book: LawBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_graphviz(monkeypatch)
    files = write_pages(book, [], tmp_path, ["md"], root="../..")
    assert {file.suffix for file in files} == {".md"}
    with pytest.raises(RendererMissingError):
        write_pages(book, [], tmp_path / "new", ["html"])
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.long
def test_every_process_writes_the_same_bytes(tmp_path: Path) -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", WRITE, str(ROOT), str(tmp_path / seed)],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(runs[0].splitlines()) > 100
    assert hashlib.sha256(runs[0].encode()).digest() == hashlib.sha256(runs[1].encode()).digest()
