"""The law explorer: one HTML file in which a machine, a rule set, a state and facts are chosen, and the law answers.

Imports the pictures and Jinja2. What the page decides by is the declaration as JSON, made here; its script knows no
rule. The arithmetic of the ledger is the one thing that is written twice, and a test holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ims_fsm.draw.diagrams import drawn
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import LIGHT
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.ledger import Outcome
from ims_fsm.law.refusal import Refusal
from ims_fsm.law.register import Law
from ims_fsm.pages.html import inlined, styled

EXPLORER_FILE = "explorer.html"
SCRIPTS = ("law.js", "explorer.js")
_TEMPLATES = Path(__file__).with_name("templates")


def explorer_file(law: Law) -> str:
    """Return the page of a law, with the picture of each edition inside; raises what drawing raises."""
    loader = FileSystemLoader(_TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    style, *scripts = (loader.get_source(environment, name)[0] for name in ("explorer.css", *SCRIPTS))
    editions = [edition for machine in law.machines.values() for edition in machine.editions.values()]
    sheets = [Sheet(replace(picture_of(edition), notes=()), LIGHT) for edition in editions]
    pictures = {sheet.picture.name: svg.decode() for sheet, svg in zip(sheets, drawn(sheets, "svg"), strict=True)}
    # In a script's JSON "</script" would end it, and "<!--<script" would keep its end from being one.
    data = json.dumps(law_as_data(law), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return environment.get_template("explorer.html.j2").render(
        law=Markup(data),  # noqa: S704 - ours, and without an end of a script
        pictures={name: Markup(inlined(svg)) for name, svg in pictures.items()},  # noqa: S704 - drawn here
        outcomes=[str(outcome) for outcome in Outcome],
        style=Markup(styled(style)),  # noqa: S704 - shipped beside this file
        script=Markup("\n".join(scripts)),  # noqa: S704 - shipped beside this file
    )


def law_as_data(law: Law) -> dict[str, Any]:
    """Return a law as plain data: each machine with its editions, and the rules that they cite, in their words."""
    machines = [_machine(machine) for machine in law.machines.values()]
    cited = {
        rule
        for machine in machines
        for edition in machine["editions"]
        for part in (*edition["guards"], *edition["transitions"], *edition["none"])
        for rule in part["rules"]
    }
    rules = {
        rule.id: {"title": rule.title, "quote": rule.quote, "source": law.sources[rule.source].title}
        for rule in law.rules.values()
        if rule.id in cited
    }
    return {"machines": machines, "rules": rules}


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "name": machine.name,
        "title": machine.title,
        "says": machine.declaration.says,
        "editions": [_edition(edition) for edition in machine.editions.values()],
    }


def _edition(edition: Edition) -> dict[str, Any]:
    watched = {fact for trigger in edition.triggers for fact in edition.watched(trigger)}
    rule_set = edition.rule_set
    return {
        "id": picture_of(edition).name,
        "ruleSet": rule_set.id,
        "since": rule_set.since,
        "until": rule_set.until,
        "counts": rule_set.counts,
        "initial": edition.initial,
        "states": [
            {"name": ENTRY, "title": "Not here yet", "says": "It is in nobody's hands yet."},
            *({"name": state.name, "title": state.title, "says": state.says} for state in edition.states.values()),
        ],
        "triggers": [
            {"name": trigger.name, "actor": trigger.actor, "says": trigger.says}
            for trigger in edition.triggers.values()
        ],
        "facts": [
            {"name": fact.name, "says": fact.says, "values": values, "default": fact.default}
            for fact in edition.machine.every_fact
            if fact.name in watched and (values := _values(edition, fact.name, fact.values))
        ],
        "transitions": [
            {"trigger": move.trigger, "source": list(move.source), "dest": move.dest, "rules": list(move.rules)}
            for move in edition.transitions
        ],
        "guards": [
            {
                "triggers": list(guard.triggers),
                "when": {fact: list(values) for fact, values in guard.refuse_when.items()},
                **_refusal(Refusal.by(guard)),
            }
            for guard in edition.guards
        ],
        "none": [
            {"state": state, "trigger": trigger, **_refusal(edition.no_transition(state, trigger))}
            for state in (ENTRY, *edition.states)
            for trigger in edition.triggers
            if edition.transition(state, trigger) is None
        ],
    }


def _values(edition: Edition, fact: str, says: Mapping[str, str]) -> dict[str, str]:
    return {value: says[value] for value in edition.schema.values_of[fact]}


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "guard": refusal.guard,
        "code": refusal.code,
        "rules": list(refusal.rules),
        "says": refusal.sentence(),
        "remedy": refusal.advice(),
    }
