"""The pages to look things up are what `make reference` writes, and say something of everything."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import ims_fsm
from tests import lookups

pytestmark = pytest.mark.skipif(not lookups.REFERENCE.exists(), reason="the documentation lies in the checkout")


def test_the_pages_are_fresh():
    stale = [page.name for page, text in lookups.pages().items() if page.read_text("utf-8") != text]
    assert stale == [], "write them again: make reference"


def test_as_many_stories_are_named_as_there_are():
    assert f"{lookups.stories()} executable stories" in (lookups.ROOT / "README.md").read_text("utf-8")


def test_every_option_that_takes_a_value_says_which():
    every = [(name, p) for name, command in lookups.every_command() for p in command.params]
    taking = [(name, p) for name, p in every if p.param_type_name == "option" and not p.is_flag]
    assert [f"{name} {p.opts}" for name, p in taking if not p.metavar] == []
    assert "| `--ratio` | `16:9\\|a4\\|square` |" in lookups.commands()


def test_every_public_name_has_its_place():
    listed = re.findall(r"^::: ims_fsm\.(\w+)$", "\n".join(text for _, text in lookups.api()), re.MULTILINE)
    assert sorted(listed) == [name for name in dir(ims_fsm) if not name.startswith("_")]


def test_every_public_name_says_what_it_is():
    names = {name: getattr(ims_fsm, name) for name in lookups._homes()}
    aliases = {name for name, value in names.items() if not (inspect.isclass(value) or inspect.isroutine(value))}
    homes = {name: (lookups.ROOT / f"{lookups._homes()[name].replace('.', '/')}.py").read_text() for name in aliases}
    assert [name for name, value in names.items() if name not in aliases and not inspect.getdoc(value)] == []
    assert "Sort" in homes
    assert [n for n, text in homes.items() if not re.search(rf'^{n}\b.* = .+\n"""', text, re.MULTILINE)] == []


def test_every_variable_and_table_is_said():
    for page in (lookups.configuration(), lookups.tables(), lookups.codes()):
        assert re.findall(r"^\|[^|]*\|[^|]*\| *\|$", page, re.MULTILINE) == [] or page is not lookups.codes()
        assert "``" not in page
    assert re.findall(r"^\| `\w+` \| *\|$", lookups.configuration(), re.MULTILINE) == []


def test_what_the_site_needs_is_beside_it():
    text = (Path(lookups.ROOT) / "mkdocs.yml").read_text("utf-8")
    named = re.findall(r"^ +(?:- )?(?:[^:\n]+: )?([\w/.-]+\.md)$", text, re.MULTILINE)
    assert len(named) > 60
    assert [name for name in named if not (lookups.ROOT / "docs" / name).is_file()] == []


def test_the_site_fetches_nothing():
    text = (lookups.ROOT / "mkdocs.yml").read_text("utf-8")
    assert re.findall(r"https?:", text) == []
    assert re.search(r"^  font: false$", text, re.MULTILINE)
    (polyfill,) = re.findall(r"polyfills: \[(.*iframe-worker.*)\]", text)
    assert (lookups.ROOT / "docs" / polyfill).is_file()
