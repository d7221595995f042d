"""What the law's machinery makes of a rule: every state, transition, guard, route, day, use case and row that cites it.

Imports the law and the wording; derived from the declarations, so that a rule that does nothing says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ims_fsm.draw.citation import worded
from ims_fsm.law.declaration import ENTRY, Dated, Declared, GuardDeclaration
from ims_fsm.law.routing import RouteDeclaration
from ims_fsm.pages.annexure import row_line
from ims_fsm.pages.calendar import sentences
from ims_fsm.pages.guards import mended, of_the_clock, said, triggers_of, when, where
from ims_fsm.pages.links import ANNEXED, ANNEXURE, CALENDAR, code_link, row_anchor, rule_links, state_anchor
from ims_fsm.pages.markdown import Md, badge, commas, link, strong
from ims_fsm.pages.material import Material
from ims_fsm.pages.phrases import SECTIONS, held, listed, sentence

D = TypeVar("D", bound=Declared)

EFFECTS: Mapping[str, str] = {
    "credit": "its value, less what the chain carries, is credit in GSTR-3B",
    "self_paid": "the credit that the chain carries is taken back; the recipient pays the tax and then claims it",
    "reversed": "the portal moves nothing, and the recipient reverses what the chain carries in table 4(B)(1)",
    "out_of_time": "no credit is gained any more, and what an amendment takes back is taken back",
    "shown": "it is shown, and moves nothing",
}
_CONDITIONS: Mapping[str, Mapping[str, str]] = {
    "reverse_charge": {"yes": "under reverse charge"},
    "ineligible": {
        "pos": "whose ITC is not eligible by place of supply",
        "sec_16_4": "whose ITC is reported as out of time",
        "rule_37a": "whose ITC is to be reversed under rule 37A",
    },
    "time_limit": {"passed": "filed after the time limit of section 16(4)"},
    "era": {"before_ims": "of a 2B period before IMS"},
    "form": {"GSTR-5": "of GSTR-5", "GSTR-6": "of GSTR-6", "ICEGATE": "of ICEGATE"},
}
# So many rows of Annexure-A are told in a line each; of more there are only the numbers.
_ROWS = 4


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list, with the lines below it."""

    line: Md
    below: tuple[Md, ...] = ()


def effects(rule: str, material: Material) -> tuple[Item, ...]:
    """Return a line for everything that cites a rule; none where nothing does."""
    return (
        *_states(rule, material),
        *_transitions(rule, material),
        *_refusals(rule, material),
        *_routes(rule, material),
        *_days(rule, material),
        *_use_cases(rule, material),
        *_rows(rule, material),
        *_mentions(rule, material),
    )


def route_line(route: RouteDeclaration) -> Md:
    """Return where a route leads and what comes of it."""
    section = SECTIONS[route.section]
    if route.name == "ims":
        return Md("{}; once it counts it is in {} of GSTR-2B").format(strong("to IMS"), section)
    total = "" if route.counts else ", shown but not in its total"
    return Md("{}{}; {}").format(strong(f"straight to {section} of GSTR-2B"), total, EFFECTS[route.effect])


def route_condition(route: RouteDeclaration) -> str:
    """Return which documents take a route."""
    values = [_CONDITIONS.get(fact, {}).get(value, value) for fact, values in route.when.items() for value in values]
    return f"A document {listed(values, 'or')}" if values else "Every other document"


def _shared(material: Material, entries_of: Mapping[str, Sequence[D]]) -> Iterator[tuple[D, Md, str]]:
    """Give each declared thing once, with the machines that have it and the name of the first."""
    distinct: list[D] = []
    for entry in (entry for entries in entries_of.values() for entry in entries):
        if all(_text(entry) != _text(other) for other in distinct):
            distinct.append(entry)
    for entry in distinct:
        names = [name for name, entries in entries_of.items() if any(_text(other) == _text(entry) for other in entries)]
        yield entry, where(names, material), names[0]


def _text(entry: Declared) -> dict[str, object]:
    """Return what is told of an entry: neither its name nor what else it cites."""
    return entry.model_dump(exclude={"name", "see"} if isinstance(entry, GuardDeclaration) else set())


def _states(rule: str, material: Material) -> Iterator[Item]:
    states = {
        name: [state for state in machine.declaration.state if rule in state.rules]
        for name, machine in material.machines.items()
    }
    for state, _, first in _shared(material, states):
        yield Item(Md("State {}: {}").format(link(state.title, state_anchor(first, state.name)), state.says))


def _transitions(rule: str, material: Material) -> Iterator[Item]:
    moves = {
        name: [move for move in machine.declaration.transition if rule in move.rules]
        for name, machine in material.machines.items()
    }
    for move, places, first in _shared(material, moves):
        declared = material.law.machines[first].declaration
        actor = next(trigger.actor for trigger in declared.trigger if trigger.name == move.trigger)
        sources = listed((worded(source) for source in move.source if source != ENTRY), "or")
        came = f"from {sources} " if sources else "into being, "
        parts = (strong(worded(move.trigger)), actor, came, badge(worded(move.dest), move.dest), places, _dated(move))
        yield Item(Md("Transition {}, by the {}: {}to {} ({}{})").format(*parts))


def _refusals(rule: str, material: Material) -> Iterator[Item]:
    guards = {
        name: [guard for guard in machine.declaration.guard if guard.rule == rule and material.has(machine, guard)]
        for name, machine in material.machines.items()
    }
    entries = [
        (guard, places, of_the_clock(guard, material.law.machines[first]))
        for guard, places, first in _shared(material, guards)
    ]
    for guard, places, clock in sorted(entries, key=lambda entry: entry[2]):
        refused = badge("held off", "quiet") if clock else badge("refused", "no")
        parts = (refused, strong(triggers_of(guard)), code_link(guard.code), places, _dated(guard))
        mends = "" if clock else f" What mends it: {mended(guard, material.book.calendar)}"
        says = Md("“{}”{}").format(said(guard, material.book.calendar), mends)
        yield Item(Md("{} {}, {} ({}{})").format(*parts), (says, Md("When {}.").format(when(guard))))


def _dated(entry: Dated) -> str:
    return f"; {held(entry)}" if held(entry) else ""


def _routes(rule: str, material: Material) -> Iterator[Item]:
    for route in material.book.routing.routes:
        if rule in (route.rule, *route.see):
            dated = f" ({held(route)})" if held(route) else ""
            yield Item(Md("{} goes {}{}.").format(route_condition(route), route_line(route), dated))
    for reason in material.book.routing.left_out.values():
        if reason.rule == rule:
            yield Item(Md("GSTR-2B leaves a filed record out where {}.").format(reason.says))


def _days(rule: str, material: Material) -> Iterator[Item]:
    says = sentences(material.book.calendar)
    for place, citation in material.book.calendar.citations.items():
        if citation == rule:
            yield Item(Md("{}: {}").format(link("Calendar", CALENDAR), says[place]))


def _use_cases(rule: str, material: Material) -> Iterator[Item]:
    for case in material.law.use_cases.values():
        if rule in case.rules:
            yield Item(Md("Use case, by the {}: {}").format(case.actor, sentence(case.says)))


def _rows(rule: str, material: Material) -> Iterator[Item]:
    rows = [row for row in material.annexure.row if rule in row.rules]
    if rows and rule != ANNEXED:
        links = commas(link(row.name, row_anchor(row)) for row in rows)
        line = Md("{}, {} {}.").format(link("Annexure-A", ANNEXURE), "row" if len(rows) == 1 else "rows", links)
        yield Item(line, tuple(Md.escape(row_line(row)) for row in rows) if len(rows) <= _ROWS else ())


def _mentions(rule: str, material: Material) -> Iterator[Item]:
    """Give one line for all refusals that name a rule as a further citation."""
    mentions: dict[tuple[str, str], None] = {}
    for machine in material.machines.values():
        guards = [guard for guard in machine.declaration.guard if rule in guard.see and material.has(machine, guard)]
        mentions |= dict.fromkeys((guard.code, guard.rule) for guard in guards)
    if mentions:
        named = (Md("{} ({})").format(code_link(name), rule_links([refusing])) for name, refusing in mentions)
        yield Item(Md("Named beside the rule that refuses: {}.").format(Md("; ").join(named)))
