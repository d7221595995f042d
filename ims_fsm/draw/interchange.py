"""A machine for other engines: an edition of it as SCXML 1.0, or as the JSON that XState 5 makes a machine of.

Both carry states, triggers, guards over facts and every citation; the facts come with the event. Imports the law and
how a rule set reads; draws nothing.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ims_fsm.draw.description import span
from ims_fsm.draw.notes import reason_of
from ims_fsm.law.declaration import ENTRY, STATE, GuardDeclaration, TransitionDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import FIELDS

#: The state of what is not here yet, where a trigger leads from nowhere; no declared state begins with a capital.
START = "Start"
SCXML, NAMESPACE = "http://www.w3.org/2005/07/scxml", "urn:ims-fsm:law"
#: The name of the one guard of XState, which a reader implements.
LAW = "law"
# The formats with the endings of their files.
FORMATS: Mapping[str, str] = {"scxml": "scxml", "xstate": "xstate.json"}


def interchanged(edition: Edition, fmt: str) -> bytes:
    """Return an edition of a machine as scxml or xstate, in UTF-8: the same bytes for the same declaration."""
    return {"scxml": scxml_of, "xstate": xstate_of}[fmt](edition).encode()


def watching(edition: Edition, source: str, trigger: str) -> list[GuardDeclaration]:
    """Return the guards that may refuse a trigger in a state."""
    return [guard for guard in edition.guards if guard.watches(source, trigger)]


def scxml_of(edition: Edition) -> str:
    """Return an edition as SCXML: a `cond` reads the facts from `_event.data`, in Python and in ECMAScript alike.

    What the law says beside stands in the namespace of `NAMESPACE`, which a reader passes over.
    """
    about = _about(edition)
    names = {"name": edition.name, "initial": _initial(edition), **{f"ims:{name}": about[name] for name in about}}
    marks = f'xmlns="{SCXML}" xmlns:ims="{NAMESPACE}" version="1.0" datamodel="ecmascript"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<scxml {marks}{_attributes(names)}>"]
    for name, fact in _facts(edition).items():
        lines.append(f"  <ims:fact{_attributes({'name': name, **fact, 'values': ' '.join(fact['values'])})}/>")
    for name, guard in _guards(edition).items():
        words = {key: " ".join(part) if isinstance(part, list) else part for key, part in guard.items()}
        words["when"] = _refusing(edition, guard["when"])
        lines.append(f"  <ims:guard{_attributes({'name': name, **words})}/>")
    for source in _sources(edition):
        lines += _scxml_state(edition, source)
    return "\n".join([*lines, "</scxml>", ""])


def _scxml_state(edition: Edition, source: str) -> Iterator[str]:
    state = edition.states.get(source)
    kind = "final" if state and state.terminal else "state"
    said = {"title": state.title, "says": state.says, "rules": " ".join(state.rules)} if state else {}
    names = {"id": _id(source), **{f"ims:{name}": text for name, text in said.items()}}
    moves = [*_moves(edition, source)]
    yield f"  <{kind}{_attributes(names)}{'' if moves else '/'}>"
    for move in moves:
        guards = watching(edition, source, move.trigger)
        conditions = [f"({_passing(edition, guard)})" for guard in guards]
        marks = {
            "event": move.trigger,
            "target": move.dest,
            "cond": " && ".join(conditions),
            "ims:guards": " ".join(guard.name for guard in guards),
            "ims:rules": " ".join(move.rules),
        }
        yield f"    <transition{_attributes(marks)}/>"
    if moves:
        yield f"  </{kind}>"


def xstate_of(edition: Edition) -> str:
    """Return an edition as JSON for XState's `createMachine`: guards by name, what they read and say under `meta`.

    Every guarded transition has the guard `law`, whose `unless` names those of `meta.guards` that may refuse it.
    """
    machine = {
        "id": edition.name,
        "initial": _initial(edition),
        "context": {},
        "description": edition.machine.declaration.says,
        "meta": {**_about(edition), "facts": _facts(edition), "guards": _guards(edition)},
        "states": {_id(source): _xstate_state(edition, source) for source in _sources(edition)},
    }
    return json.dumps(machine, ensure_ascii=False, indent=1) + "\n"


def _xstate_state(edition: Edition, source: str) -> dict[str, Any]:
    state = edition.states.get(source)
    of: dict[str, Any] = {}
    if state is not None:
        of = {"description": state.says, "meta": {"title": state.title, "rules": state.rules}}
    if state is not None and state.terminal:
        return {"type": "final", **of}
    on: dict[str, Any] = {}
    for move in _moves(edition, source):
        unless = [guard.name for guard in watching(edition, source, move.trigger)]
        guard = {"guard": {"type": LAW, "params": {"unless": unless}}} if unless else {}
        on[move.trigger] = {"target": move.dest, **guard, "meta": {"rules": move.rules}}
    return {**of, "on": on}


def _about(edition: Edition) -> dict[str, str]:
    declared = edition.machine.declaration
    return {
        "title": declared.title,
        "version": declared.version,
        "rule-set": edition.rule_set.id,
        "holds": span(edition.rule_set),
        "fingerprint": edition.machine.fingerprint,
    }


def _initial(edition: Edition) -> str:
    return START if _comes_into_being(edition) else edition.initial


def _comes_into_being(edition: Edition) -> bool:
    return any(ENTRY in move.source for move in edition.transitions)


def _sources(edition: Edition) -> list[str]:
    return [*([ENTRY] if _comes_into_being(edition) else []), *edition.states]


def _id(source: str) -> str:
    return START if source == ENTRY else source


def _moves(edition: Edition, source: str) -> Iterator[TransitionDeclaration]:
    moves = (edition.transition(source, trigger) for trigger in edition.triggers)
    return (move for move in moves if move is not None)


def _facts(edition: Edition) -> dict[str, Any]:
    read = {fact for trigger in edition.triggers for fact in edition.watched(trigger)}
    schema, says = edition.schema, {fact.name: fact.says for fact in edition.machine.every_fact}
    return {
        name: {"default": default, "values": values, "says": says[name]}
        for name, values, default in zip(schema.names, schema.values, schema.defaults, strict=True)
        if name in read
    }


def _guards(edition: Edition) -> dict[str, Any]:
    return {
        guard.name: {
            "triggers": list(guard.triggers),
            "when": {fact: list(values) for fact, values in guard.refuse_when.items()},
            "rule": guard.rule,
            "see": list(guard.see),
            "code": guard.code,
            "says": reason_of(guard).says,
            "remedy": guard.remedy.format_map(FIELDS),
        }
        for guard in edition.guards
    }


def _refusing(edition: Edition, when: Mapping[str, list[str]]) -> str:
    """Return when a guard refuses as a condition, its states apart."""
    parts = [
        " || ".join(f"_event.data.{fact} == '{v}'" for v in values) for fact, values in when.items() if fact != STATE
    ]
    states = [f"In('{state}')" for state in when.get(STATE, ()) if state in edition.states]
    return " && ".join(f"({part})" for part in [*([" || ".join(states)] if states else []), *parts]) or "true"


def _passing(edition: Edition, guard: GuardDeclaration) -> str:
    """Return when a guard lets pass, written without `!`, which Python's readers of ECMAScript do not read."""
    parts = []
    for fact, values in guard.refuse_when.items():
        if fact != STATE and not {*edition.schema.values_of[fact]} <= {*values}:
            parts.append(" && ".join(f"_event.data.{fact} != '{value}'" for value in values))
    return " || ".join(f"({part})" if " && " in part else part for part in parts) or "false"


def _attributes(named: Mapping[str, object]) -> str:
    # Within double quotes a single one stands for itself, and conditions are full of them.
    texts = {name: html.escape(str(value)).replace("&#x27;", "'") for name, value in named.items() if value != ""}
    return "".join(f' {name}="{text}"' for name, text in texts.items())
