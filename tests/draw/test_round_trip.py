"""Every transition of every edition can be read back from its picture, its DOT and its Mermaid."""

from __future__ import annotations

import importlib.util
import re
import shutil
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_fsm.draw.citation import worded
from ims_fsm.draw.diagrams import drawn
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.picture import Move, moves_of, picture_of
from ims_fsm.draw.ratio import Notes
from ims_fsm.draw.sheet import Sheet
from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import (
    ENTRY,
    GuardDeclaration,
    MachineDeclaration,
    RuleSetDeclaration,
    StateDeclaration,
    TransitionDeclaration,
    TriggerDeclaration,
)
from ims_fsm.law.edition import Edition, Machine

EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]
# Names that DOT or Mermaid has for itself must do as well as any other.
STATES = ("end", "note", "state", "node", "graph", "any", "open_one")
ACTORS = ("recipient", "supplier", "clock", "manager")

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda each: f"{each.name}-{each.rule_set.id}")


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """Any machine that the grammar allows, structure apart: reachable or not, with loops and with shared triggers."""
    states = draw(st.lists(st.sampled_from(STATES), min_size=2, unique=True))
    moves: list[TransitionDeclaration] = []
    triggers = [f"do_{number}" for number in range(draw(st.integers(1, 6)))]
    for trigger in triggers:
        dests = draw(st.dictionaries(st.sampled_from([ENTRY, *states]), st.sampled_from(states), min_size=1))
        for dest in dict.fromkeys(dests.values()):
            sources = tuple(source for source, to in dests.items() if to == dest)
            moves.append(TransitionDeclaration(trigger=trigger, source=sources, dest=dest, rules=("faq.1",)))
    guards = draw(st.lists(st.tuples(st.sampled_from(triggers), st.none() | st.sampled_from(states)), max_size=5))
    declaration = MachineDeclaration(
        name="any_machine",
        title='A "machine" <of> A & B',
        says="anything at all",
        version="1",
        initial=states[0],
        state=tuple(StateDeclaration(name=s, title=f"{s} <&>", says="It is so.", rules=("faq.1",)) for s in states),
        trigger=tuple(
            TriggerDeclaration(name=trigger, actor=draw(st.sampled_from(ACTORS)), says="It is done.")
            for trigger in triggers
        ),
        transition=tuple(moves),
        guard=tuple(
            GuardDeclaration(
                name=f"guard_{number}",
                triggers=(trigger,),
                refuse_when={} if state is None else {"state": (state,)},
                rule="faq.2",
                code="no",
                says="{document} <may> not",
                remedy="nothing",
            )
            for number, (trigger, state) in enumerate(guards)
        ),
    )
    rule_set = RuleSetDeclaration(id="R-1", title="The only one")
    return Machine(declaration, (), (rule_set,)).edition


def read_dot(dot: str) -> set[Move]:
    """Read the machine back from the names, classes and clusters of a DOT text."""
    plain = re.sub(r"=<<.*?>>", '=""', dot, flags=re.DOTALL)
    frame = re.search(r"subgraph cluster_frame \{(.*?)^\t\}", plain, re.DOTALL | re.MULTILINE)
    framed = nodes(frame[1]) if frame else {}
    moves = {
        Move(name, kept.removeprefix("keeps-"), name)
        for name, classes in nodes(plain).items()
        for kept in classes
        if kept.startswith("keeps-")
    }
    for tail, head, attributes in re.findall(r"^\t+(\S+) -> (\S+) \[(.*)\]$", plain, re.MULTILINE):
        classes = re.search(r'class="arrow (\w*) ?([^"]*)"', attributes)
        start = tail.split('":')[0].strip('"')
        sources = framed if start in {"[any]", "[all]"} else [start]
        if classes:
            moves |= {Move(*move) for move in product(sources, classes[2].split(), [head.strip('"')])}
    return moves


def nodes(dot: str) -> dict[str, list[str]]:
    """Return the states of a part of a DOT text with their classes."""
    found = re.findall(r'^\t+(\S+) \[.*class="?(state[^" ]*(?: keeps-\w+)*)', dot, re.MULTILINE)
    return {name.strip('"'): classes.split() for name, classes in found}


def read_mermaid(text: str, edition: Edition) -> set[Move]:
    """Read the machine back from a Mermaid text; only the titles are taken from the edition."""
    named = {worded(trigger): trigger for trigger in edition.triggers}
    states = dict(re.findall(r'^    state "(.*)" as (\w+)$', text, re.MULTILINE))
    ids = {shown.split("<br/>↻")[0].rstrip("\N{NO-BREAK SPACE}⁰¹²³⁴⁵⁶⁷⁸⁹"): key for shown, key in states.items()}
    own = {key: key.removesuffix("_") for key in ids.values()}
    opened = next((shown for shown, key in states.items() if key == "Open"), "")
    every = [own[ids[title]] for title in opened.removeprefix("any of<br/>").split(",<br/>")] if opened else []
    moves = set()
    for shown, key in states.items():
        for kept in shown.split("<br/>↻ ")[1:]:
            moves.add(Move(own[key], named[bare(kept)], own[key]))
    for tail, head, said in re.findall(r"^    (\S+) --> (\S+) : (.*)$", text, re.MULTILINE):
        sources = every if tail == "Open" else [ENTRY if tail == ENTRY else own[tail]]
        triggers = [
            named[bare(one.removeprefix("\N{MULTIPLICATION SIGN} "))]
            for one in re.sub(r" \(\w+\)$", "", said).split(", ")
        ]
        moves |= {Move(*move) for move in product(sources, triggers, [own[head]])}
    return moves


def bare(words: str) -> str:
    """Return words without their raised numbers."""
    return re.sub("\N{NO-BREAK SPACE}.*", "", words)


@each_edition
def test_the_picture_shows_every_transition(edition: Edition) -> None:
    assert picture_of(edition).moves() == set(moves_of(edition))


@each_edition
def test_dot_shows_every_transition(edition: Edition) -> None:
    assert read_dot(dot_of(picture_of(edition))) == set(moves_of(edition))


@each_edition
def test_mermaid_shows_every_transition(edition: Edition) -> None:
    assert read_mermaid(mermaid_of(picture_of(edition)), edition) == set(moves_of(edition))


@given(editions())
def test_any_machine_can_be_read_back(edition: Edition) -> None:
    picture, moves = picture_of(edition), set(moves_of(edition))
    assert picture.moves() == moves
    assert read_dot(dot_of(picture)) == moves
    assert read_mermaid(mermaid_of(picture), edition) == moves


@drawable
@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.lists(editions(), min_size=1, max_size=6))
def test_any_machine_can_be_drawn_and_its_words_lie_on_the_page(machines: list[Edition]) -> None:
    sheets = [Sheet(picture_of(edition), notes=notes) for edition in machines for notes in Notes]
    for svg in drawn(sheets, "svg"):
        root = ET.fromstring(svg)  # noqa: S314 - our own picture
        width = float(root.get("viewBox").split()[2])
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            length, anchor = float(text.get("textLength")), text.get("text-anchor", "start")
            left = float(text.get("x")) - {"start": 0, "middle": length / 2, "end": length}[anchor]
            assert -0.1 <= left <= left + length <= width + 0.1
