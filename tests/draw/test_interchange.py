"""Machines for other engines: python-statemachine and XState take and refuse what `decide` does.

A transition is refused by any of its guards, and a guard reads few facts. So each guard is tried under every
combination of the facts that it reads, the others as they usually are: that is the whole space, as far as a guard can
tell it apart. `long` tries combinations of everything besides.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from statemachine.io import load

from ims_fsm.draw import exchanged
from ims_fsm.draw.interchange import LAW, NAMESPACE, SCXML, START, interchanged, scxml_of, watching, xstate_of
from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY, STATE
from ims_fsm.law.loading import load_own
from ims_fsm.law.refusal import Allowed
from ims_fsm.resources import machines_folder

ROOT = Path(__file__).parents[2]
OWN = [
    machine
    for path in (Path(str(machines_folder())) / "signoff", ROOT / "docs/examples/purchase_approval.toml")
    if path.exists()
    for machine in load_own(path).machines.values()
]
EDITIONS = [edition for m in (*shipped_law().machines.values(), *OWN) for edition in m.editions.values()]
# One of each sort runs always, the others with `long`.
ALWAYS = {"credit_note", "gstr2b", *(machine.name for machine in OWN)}
SORTS = [pytest.param(e, marks=() if e.name in ALWAYS else pytest.mark.long, id=str(e)) for e in EDITIONS]
SOURCE = {ENTRY: START}
Situation = tuple[str, str, Mapping[str, str]]


def situations(edition) -> Iterator[Situation]:
    """Give, for each transition, every combination of the facts that one of its guards reads; alike ones once."""
    seen = set()
    values = edition.schema.values_of
    # From another state first, so that a transition taken is seen.
    moves = [(source, move) for move in edition.transitions for source in move.source]
    for source, move in sorted(moves, key=lambda pair: pair[0] == pair[1].dest):
        guards = watching(edition, source, move.trigger)
        for reads in {tuple(fact for fact in guard.refuse_when if fact != STATE) for guard in guards} | {()}:
            key = (move.trigger, move.dest, tuple(guard.name for guard in guards), reads)
            if key in seen:
                continue
            seen.add(key)
            for row in product(*(values[fact] for fact in reads)):
                given = dict(zip(reads, row, strict=True))
                yield source, move.trigger, dict(edition.facts(**given))


def _decided(edition, source, trigger, facts):
    return decide(edition, source, trigger, edition.facts(**facts))


def anything(edition, most) -> Iterator[Situation]:
    """Give combinations of all facts in all states, drawn from the whole space."""
    draw = random.Random(str(edition))  # noqa: S311 -- situations, no secrets
    moves = [(source, move) for move in edition.transitions for source in move.source if source != move.dest]
    for _ in range(most):
        source, move = draw.choice(moves)
        usual_facts = edition.facts()
        facts = {
            fact: usual_facts[fact] if draw.random() < 0.8 else draw.choice(values)
            for fact, values in edition.schema.values_of.items()
        }
        yield source, move.trigger, facts


def expected(edition, situation: Situation) -> str:
    """Return the state that `decide` leaves a machine in."""
    source, trigger, facts = situation
    decision = _decided(edition, source, trigger, facts)
    return decision.dest if isinstance(decision, Allowed) else SOURCE.get(source, source)


class Peer:
    """python-statemachine on our SCXML, begun in any state."""

    def __init__(self, edition):
        text = scxml_of(edition)
        self._of = {
            source: load(
                re.sub(r' initial="\w+"', f' initial="{SOURCE.get(source, source)}"', text, count=1), format="scxml"
            )
            for source in {source for move in edition.transitions for source in move.source}
        }
        self._standing = {}

    def leads(self, situation: Situation) -> str:
        source, trigger, facts = situation
        # What refuses leaves it as it was, and it can be asked again.
        machine = self._standing.pop(source, None) or self._of[source]()
        machine.send(trigger, **facts)
        [state] = machine.configuration_values
        if state == SOURCE.get(source, source):
            self._standing[source] = machine
        return str(state)


@pytest.mark.parametrize("edition", SORTS)
def test_another_engine_takes_and_refuses_what_the_law_does(edition):
    peer, outcomes = Peer(edition), set()
    for situation in situations(edition):
        dest = expected(edition, situation)
        assert peer.leads(situation) == dest, situation
        outcomes.add(dest == SOURCE.get(situation[0], situation[0]))
    assert outcomes == {True, False}


@pytest.mark.long
@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_it_does_so_whatever_the_facts_are(edition):
    peer = Peer(edition)
    for situation in anything(edition, 1000):
        assert peer.leads(situation) == expected(edition, situation), situation


@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_the_document_has_every_transition_with_its_guards_and_rules(edition):
    root = ET.fromstring(scxml_of(edition))  # noqa: S314 -- our own
    law = f"{{{NAMESPACE}}}"
    moves = {
        (SOURCE.get(state.get("id"), state.get("id")), t.get("event"), t.get("target"), t.get(f"{law}rules"))
        for state in root
        for t in state.iter(f"{{{SCXML}}}transition")
    }
    assert moves == {
        (SOURCE.get(source, source), move.trigger, move.dest, " ".join(move.rules))
        for move in edition.transitions
        for source in move.source
    }
    guards = {guard.get("name"): guard for guard in root.iter(f"{law}guard")}
    assert {guard.name: (guard.rule, guard.code) for guard in edition.guards} == {
        name: (guard.get("rule"), guard.get("code")) for name, guard in guards.items()
    }
    named = {name for t in root.iter() for name in (t.get(f"{law}guards") or "").split()}
    assert named <= guards.keys()
    assert all(guard.get("says") and guard.get("remedy") and guard.get("when") for guard in guards.values())
    # What the standard says of a document of its own: a state for each id, and ends that are not left.
    ids = [state.get("id") for state in root if state.tag in {f"{{{SCXML}}}state", f"{{{SCXML}}}final"}]
    assert len({*ids}) == len(ids)
    assert root.get("initial") in ids
    assert {target for *_, target, _ in moves} <= {*ids}
    assert not [state for state in root.iter(f"{{{SCXML}}}final") if state.find(f"{{{SCXML}}}transition") is not None]


@pytest.mark.parametrize("fmt", ["scxml", "xstate"])
def test_the_same_declaration_gives_the_same_bytes(fmt):
    edition = EDITIONS[0]
    assert interchanged(edition, fmt) == interchanged(
        load_own(machines_folder()).machines[edition.name].editions[edition.rule_set.id], fmt
    )
    assert interchanged(edition, fmt).endswith(b"\n")


def test_a_format_that_is_none_is_told(tmp_path):
    with pytest.raises(InputError, match="svg: is not a format; use one of scxml, xstate"):
        exchanged(shipped_law(), tmp_path, "svg")


XSTATE = os.environ.get("IMS_FSM_TEST_XSTATE", "")
PLAY = f"""
import {{ createMachine, transition }} from "xstate";
import fs from "fs";
for (const {{ machine, situations }} of JSON.parse(fs.readFileSync(0))) {{
  const {{ guards }} = machine.meta;
  const refuses = (name, facts) => Object.entries(guards[name].when)
    .every(([fact, values]) => fact === "state" || values.includes(facts[fact]));
  const {LAW} = ({{ event }}, {{ unless }}) => !unless.some((name) => refuses(name, event.facts));
  const m = createMachine(machine, {{ guards: {{ {LAW} }} }});
  const after = (value, type, facts) => transition(m, m.resolveState({{ value }}), {{ type, facts }})[0].value;
  console.log(JSON.stringify(situations.map((situation) => after(...situation))));
}}
"""


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("node") is None or not Path(XSTATE, "xstate").is_dir() or not XSTATE,
    reason="IMS_FSM_TEST_XSTATE names no folder with xstate, or node is not here",
)
def test_xstate_takes_and_refuses_what_the_law_does(tmp_path):
    (tmp_path / "node_modules").symlink_to(Path(XSTATE).resolve())
    (tmp_path / "play.mjs").write_text(PLAY, "utf-8")
    plays = []
    for edition in EDITIONS:
        tried = [*situations(edition), *anything(edition, 500)]
        plays.append((edition, json.loads(xstate_of(edition)), tried))
    asked = [
        {"machine": machine, "situations": [(SOURCE.get(s, s), trigger, facts) for s, trigger, facts in tried]}
        for _, machine, tried in plays
    ]
    done = subprocess.run(
        ["node", "play.mjs"], cwd=tmp_path, input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    for line, (edition, _, tried) in zip(done.stdout.splitlines(), plays, strict=True):
        assert json.loads(line) == [expected(edition, situation) for situation in tried], str(edition)
