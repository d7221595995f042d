"""The catalogues have every text of the screens, and nothing that no screen says."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import ims_fsm.web
from ims_fsm.web.languages import ENGLISH, FOLDER, LANGUAGES, catalogue

WEB = Path(ims_fsm.web.__file__).parent
KEYWORDS = {"N_": None, "_": None, "gettext": None}


def texts() -> set[str]:
    """Return every text that a template or a module marks."""
    methods = [("**.py", "python"), ("**.j2", "jinja2")]
    options = {"**.j2": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}}
    read = extract_from_dir(WEB, methods, options, KEYWORDS)
    return {message for _file, _line, message, _comments, _context in read if isinstance(message, str)}


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {ENGLISH}))
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    marked = texts()
    assert "Skip to the content" in marked
    with (FOLDER / f"{language}.po").open("rb") as file:
        read = [message for message in read_po(file, abort_invalid=True) if message.id]
    assert sorted(marked - {message.id for message in read}) == [], "add these to the catalogue"
    assert sorted({message.id for message in read} - marked) == [], "no screen says these"
    assert [message.id for message in read if not message.string or message.fuzzy] == []
    # What is filled in stands in both.
    places = [(message.id, message.string) for message in read if "%(" in message.id]
    assert [text for text, written in places if named(text) != named(written)] == []


def named(text: str) -> set[str]:
    return {part.partition(")")[0] for part in text.split("%(")[1:]}


def test_what_a_catalogue_lacks_is_english() -> None:
    assert catalogue("hi").gettext("no such text") == "no such text"
    assert catalogue(ENGLISH).gettext("Dashboard") == "Dashboard"
