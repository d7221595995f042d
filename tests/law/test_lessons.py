"""A small law of one's own: what may be left out, and faults that say what a key is for, with a line to paste.

The faults of a first try are those of docs/machines.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.files.reading import toml_of
from ims_fsm.law import declaration
from ims_fsm.law.declaration import Declared
from ims_fsm.law.lessons import MACHINE, grammar, line_of
from ims_fsm.law.loading import TABLES, load_own
from ims_fsm.law.modelcheck import check

SMALLEST = """initial = "asked"

[[state]]
name = "asked"
says = "It waits for the manager."

[[state]]
name = "approved"
says = "The leave may be taken."
terminal = true

[[trigger]]
name = "approve"
actor = "manager"
says = "The manager approves it."

[[transition]]
trigger = "approve"
source = "asked"
dest = "approved"
"""
KINDS = {
    MACHINE: declaration.MachineDeclaration,
    "state": declaration.StateDeclaration,
    "trigger": declaration.TriggerDeclaration,
    "transition": declaration.TransitionDeclaration,
    "guard": declaration.GuardDeclaration,
    **{key: kind for keys in TABLES.values() for key, (kind, _) in keys.items()},
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "leave_request.toml"


def problems(own: Path, text: str) -> list[str]:
    own.write_text(text, "utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_own(own)
    return [str(problem).removeprefix("leave_request.toml ") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ('initial = "asked"\n', "", "has no `initial`, the state in which it begins; add a line like `initial = "),
        ("terminal = true\n", "", "has no terminal state; add `terminal = true` to the states that end it"),
        ("[[state]]", "[[states]]", "machine leave_request: has `states`, which is not a key of a machine; write each"),
        (
            'dest = "approved"',
            'dest = "appproved"',
            "transition approve (line 17): names the unknown state 'appproved'; ",
        ),
        ('says = "The m', 'rules = "a.1"\nsays = "The m', "trigger approve (line 15): has `rules`, which is not a key"),
        ('source = "asked"', 'source = "asked"\nrules = "a.1"', "cites 'a.1', which is not in the register; add a [["),
        (
            'initial = "asked"\n',
            'initial = "asked"\nsource = "us"\n',
            "source: is not a list of tables; write each entry",
        ),
        ("[[transition]]", "[transition]", "machine leave_request: has `transition` = "),
        ('source = "asked"', 'source = "asked"\nuntil = "2024-13"', "transition approve (line 20): has `until`: '2024"),
    ],
)
def test_what_is_wrong_with_a_small_law_is_said_with_its_remedy(own, was, now, problem):
    said = [problem.removeprefix("leave_request.toml: ") for problem in problems(own, SMALLEST.replace(was, now))]
    assert any(sentence.startswith(problem) for sentence in said)


def test_the_smallest_law_is_proved_with_its_machine_for_a_citation_and_one_edition(own):
    own.write_text(SMALLEST, "utf-8")
    law = load_own(own)
    assert check(law).holds
    machine = law.machine("leave_request")
    assert (machine.title, machine.declaration.version) == ("Leave request", "1")
    assert [rule_set.id for rule_set in law.rule_sets] == ["EDITION-1"]
    assert {rule for state in machine.declaration.state for rule in state.rules} == {*law.rules} == {"leave_request"}


def test_a_law_with_a_register_cites_it_everywhere(own):
    register = (
        '[[source]]\nid = "a"\ntitle = "Act"\n[[rule]]\nid = "a.1"\ntitle = "So."\nsource = "a"\nstatus = "modelled"\n'
    )
    (said,) = problems(own, SMALLEST + register)
    assert said.startswith("states asked, approved, transition approve (lines 3, 7, 17): have no `rules`, the rules ")


def test_every_key_of_the_grammar_has_its_words():
    assert {kind: set(keys) for kind, keys in grammar().items()} == {
        kind: set(declared._names) for kind, declared in KINDS.items()
    }
    assert all(issubclass(declared, Declared) for declared in KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_to_paste_is_toml_of_its_key(kind):
    for key, words in grammar()[kind].items():
        pasted = toml_of(words["like"])
        assert list(pasted) == [key] or key == "against"


def test_a_line_is_that_of_the_key_or_of_the_heading_or_none():
    text = 'name = "x"\n\n[[state]]\nname = "a"\n[[state]]\n  says = "b"\n'
    lines = [line_of(text, "state", 0, "says"), line_of(text, "state", 1, "says"), line_of(text, "state", 2)]
    assert lines == [3, 6, None]
    assert (line_of(text, MACHINE, 0, "name"), line_of(text, MACHINE, 0, "says")) == (1, None)
