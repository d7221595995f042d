"""A story is read as it is told, and what is no story is refused with its remedy."""

from __future__ import annotations

from importlib.resources import files

import pytest

from ims_fsm.errors import InputError
from ims_fsm.pages.story import story_of
from ims_fsm.scenario.signoffs import SIGNOFF_VERBS
from ims_fsm.scenario.verbs import VERBS

TOLD = """\
# What this is about,
# in two lines.
title = "A title"
rules = ["faq.11.a"]

[[taxpayer]]
name = "buyer"

# Said of the entry above.

# Said of the first step,
# which it stands above.
[[step]]
do = "sweep"

[[step]]
do = "sweep"
"""


def test_a_story_knows_its_place_its_title_and_its_rules() -> None:
    story = story_of("tests\\scenarios\\faq\\one.toml", TOLD)
    assert (story.path, story.name, story.folder) == ("tests/scenarios/faq/one.toml", "one", "faq")
    assert (story.title, story.rules) == ("A title", ("faq.11.a",))


def test_it_cites_what_lies_above_its_rules() -> None:
    story = story_of("one.toml", TOLD)
    assert story.cites("faq.11.a")
    assert story.cites("faq.11")
    assert not story.cites("faq.1")


def test_the_author_is_heard_on_the_whole_and_on_each_step() -> None:
    first = "Said of the first step, which it stands above."
    assert story_of("one.toml", TOLD).remarks() == ("What this is about, in two lines.", {0: first})


def test_what_is_no_list_of_tables_has_no_entries() -> None:
    story = story_of("one.toml", 'title = "T"\nstep = 3\ndocument = [1, { name = "A" }]\n')
    assert story.entries("step") == []
    assert story.entries("document") == [{"name": "A"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title =", "one.toml: the file: is not TOML: Invalid value (at end of document); correct that line"),
        ("rules = []", "one.toml: title: is missing; say in a sentence what the scenario shows"),
        ('title = "T"\nrules = "x"', 'one.toml: rules: is not a list of rule ids; write it like ["faq.11.a"]'),
    ],
)
def test_what_is_no_story_says_so(text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        story_of("one.toml", text)
    assert str(raised.value) == message


def test_every_verb_of_a_scenario_has_its_words() -> None:
    template = (files("ims_fsm.pages") / "templates" / "story.md.j2").read_text("utf-8")
    assert [verb for verb in (*VERBS, *SIGNOFF_VERBS) if f'"{verb}"' not in template] == []
