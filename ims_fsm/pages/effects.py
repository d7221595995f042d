"""What the law's machinery makes of a rule: the states, transitions and guards that cite it, each once.

Imports the law and the guards' words; derived from the declarations, so that a rule that does nothing says nothing.
The lines are in `templates/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ims_fsm.law.decision import always_refused
from ims_fsm.law.declaration import Declared, GuardDeclaration, TransitionDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.routing import RouteDeclaration
from ims_fsm.pages.guards import of_the_clock
from ims_fsm.pages.material import Material

D = TypeVar("D", bound=Declared)


def citing(table: str, rule: str, material: Material) -> list[tuple[Any, list[str]]]:
    """Return what cites a rule in a machine's table ("state" or "transition"), with the machines that have it.

    A transition that guards always refuse in a machine is none that it has: no credit note is ever out of time.
    """
    return shared(
        material,
        lambda machine: getattr(machine.declaration, table),
        lambda entry, machine: rule in entry.rules and (table == "state" or _happens(machine, entry)),
    )


def _happens(machine: Machine, move: TransitionDeclaration) -> bool:
    return any(
        move in edition.transitions and not always_refused(edition, source, move.trigger)
        for edition in machine.editions.values()
        for source in move.source
    )


def refusals(rule: str, material: Material) -> list[tuple[GuardDeclaration, list[str], bool]]:
    """Return the guards that refuse by a rule, with their machines; those that only hold off the clock come last."""
    guards = refusing(material, lambda guard: guard.rule == rule)
    entries = [(guard, names, of_the_clock(guard, material.law.machines[names[0]])) for guard, names in guards]
    return sorted(entries, key=lambda entry: entry[2])


def mentions(rule: str, material: Material) -> list[tuple[str, str]]:
    """Return the code and the rule of every refusal that names a rule as a further citation."""
    return list(
        dict.fromkeys((guard.code, guard.rule) for guard, _ in refusing(material, lambda guard: rule in guard.see))
    )


def guards_by_code(material: Material) -> Mapping[str, list[tuple[GuardDeclaration, list[str]]]]:
    """Return the guards that give each code, each once, with the machines in which they can refuse."""
    codes: dict[str, list[tuple[GuardDeclaration, list[str]]]] = {}
    for guard, names in refusing(material, lambda _guard: True, apart=("name",)):
        codes.setdefault(guard.code, []).append((guard, names))
    return dict(sorted(codes.items()))


def conditions(route: RouteDeclaration, words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return under which conditions a document takes a route, in the given words; none where every other one does."""
    return [words.get(fact, {}).get(value, value) for fact, values in route.when.items() for value in values]


def refusing(
    material: Material, fits: Callable[[GuardDeclaration], bool], apart: tuple[str, ...] = ("name", "see")
) -> list[tuple[GuardDeclaration, list[str]]]:
    """Return the guards that fit and can refuse something, with their machines; `apart` is what two may differ in."""
    return shared(
        material,
        lambda machine: machine.guards,
        lambda guard, machine: fits(guard) and material.has(machine, guard),
        apart,
    )


def shared(
    material: Material,
    declared: Callable[[Machine], Iterable[D]],
    fits: Callable[[D, Machine], bool],
    apart: tuple[str, ...] = (),
) -> list[tuple[D, list[str]]]:
    """Return each declared thing that fits once, with the machines that have it."""
    entries: dict[str, tuple[D, list[str]]] = {}
    for name, machine in material.machines.items():
        for entry in (entry for entry in declared(machine) if fits(entry, machine)):
            _, names = entries.setdefault(repr(replace(entry, **dict.fromkeys(apart))), (entry, []))
            names += [name] if name not in names else []
    return list(entries.values())
