"""What the law's machinery makes of a rule: every state, transition, guard, route, day, use case and row that cites it.

Imports the law and the wording; derived from the declarations, so that a rule that does nothing says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from ims_fsm.law.annexure import Row
from ims_fsm.law.declaration import ENTRY, Declared, GuardDeclaration
from ims_fsm.law.routing import RouteDeclaration
from ims_fsm.pages.anchors import ANNEXURE, CALENDAR, row_anchor, state_anchor
from ims_fsm.pages.blocks import Badge, Inline, Item, Line, Link, Strong
from ims_fsm.pages.citing import rule_links
from ims_fsm.pages.days import sentences
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusing import code_link, mended, said, triggers_of, when, where
from ims_fsm.pages.wording import SECTIONS, capital, held, listed, sentence, worded

D = TypeVar("D", bound=Declared)

EFFECTS: Mapping[str, str] = {
    "credit": "its value, less what the chain carries, is credit in GSTR-3B",
    "self_paid": "the credit that the chain carries is taken back; the recipient pays the tax and claims it himself",
    "reversed": "the portal moves nothing, and the recipient reverses what the chain carries in table 4(B)(1)",
    "out_of_time": "no credit is gained any more, and what an amendment takes back is taken back",
    "shown": "it is shown, and moves nothing",
}


def effects(rule: str, material: Material) -> tuple[Item, ...]:
    """Return a line for everything that cites a rule; none where nothing does."""
    return (
        *_states(rule, material),
        *_transitions(rule, material),
        *_refusals(rule, material),
        *_routes(rule, material),
        *_left_out(rule, material),
        *_days(rule, material),
        *_use_cases(rule, material),
        *_rows(rule, material),
        *_mentions(rule, material),
    )


def route_line(route: RouteDeclaration) -> Line:
    """Return where a route leads and what comes of it."""
    if route.name == "ims":
        return (Strong("to IMS"), "; once it counts it is in ", f"{SECTIONS[route.section]} of GSTR-2B")
    total = "" if route.counts else ", shown but not in its total"
    return (Strong(f"straight to {SECTIONS[route.section]} of GSTR-2B"), f"{total}; {EFFECTS[route.effect]}")


def _shared(material: Material, found: Mapping[str, Sequence[D]]) -> Iterator[tuple[D, Line, str]]:
    """Give each declared thing once, with the machines that have it and the name of the first."""
    once: list[tuple[D, dict[str, object]]] = []
    for entry in (entry for entries in found.values() for entry in entries):
        if all(_told(entry) != told for _, told in once):
            once.append((entry, _told(entry)))
    for entry, told in once:
        names = [name for name, entries in found.items() if any(_told(own) == told for own in entries)]
        yield entry, where(names, material), names[0]


def _told(entry: Declared) -> dict[str, object]:
    """Return what is told of an entry: neither its name nor what else it cites."""
    return entry.model_dump(exclude={"name", "see"} if isinstance(entry, GuardDeclaration) else set())


def _states(rule: str, material: Material) -> Iterator[Item]:
    found = {
        name: [state for state in machine.declaration.state if rule in state.rules]
        for name, machine in material.machines.items()
    }
    for state, _, first in _shared(material, found):
        yield Item(("State ", Link(state.title, state_anchor(first, state.name)), f": {state.says}"))


def _transitions(rule: str, material: Material) -> Iterator[Item]:
    found = {
        name: [move for move in machine.declaration.transition if rule in move.rules]
        for name, machine in material.machines.items()
    }
    for move, places, first in _shared(material, found):
        declared = material.law.machines[first].declaration
        actor = next(trigger.actor for trigger in declared.trigger if trigger.name == move.trigger)
        sources = listed((worded(source) for source in move.source if source != ENTRY), "or")
        came = f"from {sources} " if sources else "into being, "
        line: Line = ("Transition ", Strong(worded(move.trigger)), f", by the {actor}: {came}to ")
        yield Item((*line, Badge(worded(move.dest), move.dest), " (", *places, f"{_comma(held(move))})"))


def _refusals(rule: str, material: Material) -> Iterator[Item]:
    found = {
        name: [guard for guard in machine.declaration.guard if guard.rule == rule and material.has(machine, guard)]
        for name, machine in material.machines.items()
    }
    shared = [
        (guard, places, _of_the_clock(guard, first, material)) for guard, places, first in _shared(material, found)
    ]
    for guard, places, clock in sorted(shared, key=lambda each: each[2]):
        yield _refusal(guard, places, material, clock=clock)


def _of_the_clock(guard: GuardDeclaration, machine: str, material: Material) -> bool:
    """Say whether a guard holds off only what the clock would do: nobody is refused anything by it."""
    triggers = material.law.machines[machine].declaration.trigger
    return all(trigger.actor == "clock" for trigger in triggers if trigger.name in guard.triggers)


def _refusal(guard: GuardDeclaration, places: Line, material: Material, *, clock: bool) -> Item:
    calendar = material.book.calendar
    badge = Badge("held off", "quiet") if clock else Badge("refused", "no")
    line: Line = (badge, " ", Strong(triggers_of(guard)), ", ", code_link(guard.code))
    mends = "" if clock else f" What mends it: {mended(guard, calendar)}"
    says: Line = (f"“{said(guard, calendar)}”{mends}",)
    return Item((*line, " (", *places, f"{_comma(held(guard))})"), (says, ("When ", *when(guard), ".")))


def _routes(rule: str, material: Material) -> Iterator[Item]:
    for route in material.book.routing.routes:
        if rule in (route.rule, *route.see):
            dated = f" ({held(route)})" if held(route) else ""
            yield Item((*route_condition(route), " goes ", *route_line(route), f"{dated}."))


def _left_out(rule: str, material: Material) -> Iterator[Item]:
    for reason in material.book.routing.left_out.values():
        if reason.rule == rule:
            yield Item((f"GSTR-2B leaves a filed record out where {reason.says}.",))


def route_condition(route: RouteDeclaration) -> Line:
    """Return which documents take a route."""
    told = [_CONDITIONS.get(fact, {}).get(value, value) for fact, values in route.when.items() for value in values]
    return (f"A document {listed(told, 'or')}" if told else "Every other document",)


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


def _days(rule: str, material: Material) -> Iterator[Item]:
    calendar = material.book.calendar
    told = sentences(calendar)
    for place, cited in calendar.citations.items():
        if cited == rule:
            yield Item((Link("Calendar", CALENDAR), f": {told[place]}"))


def _use_cases(rule: str, material: Material) -> Iterator[Item]:
    for case in material.law.use_cases.values():
        if rule in case.rules:
            yield Item((f"Use case, by the {case.actor}: {sentence(case.says)}",))


def _rows(rule: str, material: Material) -> Iterator[Item]:
    rows = [row for row in material.annexure.row if rule in row.rules]
    if rows and rule != "annexure.a":
        line: list[Inline] = [Link("Annexure-A", ANNEXURE), ", ", "row " if len(rows) == 1 else "rows "]
        for row in rows:
            line += [", " if row is not rows[0] else "", Link(row.name, row_anchor(row))]
        yield Item((*line, "."), tuple(row_line(row) for row in rows[:_ROWS]) if len(rows) <= _ROWS else ())


_ROWS = 4


def row_line(row: Row) -> Line:
    """Return a row of Annexure-A in one line."""
    told = [f"ITC {_signed(row.itc)}", f"the supplier's own entry {_signed(row.supplier_entry)}"]
    told += [f"added back to his liability {_signed(row.add_back)}"] if row.add_back != "0" else []
    told += [f"reversed by the recipient himself {_signed(row.reversal)}"] if row.reversal != "0" else []
    return (f"{capital(_row_case(row))}: {'; '.join(told)}.",)


def row_parts(row: Row) -> tuple[str, str, str]:
    """Return what a row of Annexure-A is about: how the record is reported, its original, how it is decided."""
    actions = listed((_ACTIONS.get(action, worded(action)) for action in row.action), "or")
    if row.direction == "original":
        return "reported first", "there is none", actions
    moved = _MOVED.get(row.direction, f"amended {row.direction}")
    return moved, "of the same 2B period" if row.same_period else worded(row.original), actions


_MOVED = {"any": "amended, up or down", "unchanged": "amended, tax unchanged"}
_ACTIONS = {
    "reduced": "accepted with a smaller reduction",
    "not_reduced": "accepted with no reduction",
    "direct": "goes straight to GSTR-2B",
    "reversed": "ITC no longer eligible",
}


def _row_case(row: Row) -> str:
    moved, original, decided = row_parts(row)
    fate = "" if row.direction == "original" else f", original {original}"
    return f"{listed((worded(kind) for kind in row.document), 'or')}, {moved}{fate}, {decided}"


def _signed(symbol: str) -> str:
    return symbol.replace("-", "\N{MINUS SIGN}")


def _mentions(rule: str, material: Material) -> Iterator[Item]:
    """Give one line for all refusals that name a rule as a further citation."""
    found: dict[tuple[str, str], None] = {}
    for machine in material.machines.values():
        named = [guard for guard in machine.declaration.guard if rule in guard.see and material.has(machine, guard)]
        found |= dict.fromkeys((guard.code, guard.rule) for guard in named)
    if found:
        line: list[Inline] = ["Named beside the rule that refuses: "]
        for number, (code, own) in enumerate(found):
            line += ["; " if number else "", code_link(code), " (", *rule_links([own]), ")"]
        yield Item((*line, "."))


def _comma(words: str) -> str:
    return f"; {words}" if words else ""
