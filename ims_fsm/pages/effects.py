"""What the law's machinery makes of a rule: the states, transitions and guards that cite it, each once.

Imports the law and the guards' words; derived from the declarations, so that a rule that does nothing says nothing.
The lines are in `templates/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from ims_fsm.law.declaration import Declared, GuardDeclaration, StateDeclaration, TransitionDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.routing import RouteDeclaration
from ims_fsm.pages.guards import of_the_clock
from ims_fsm.pages.material import Material

D = TypeVar("D", bound=Declared)


def states(rule: str, material: Material) -> Iterator[tuple[StateDeclaration, list[str]]]:
    """Give the states that cite a rule, with the machines that have them."""
    yield from _shared(material, lambda machine: machine.declaration.state, lambda state, _: rule in state.rules)


def transitions(rule: str, material: Material) -> Iterator[tuple[TransitionDeclaration, list[str]]]:
    """Give the transitions that cite a rule, with the machines that have them."""
    yield from _shared(material, lambda machine: machine.declaration.transition, lambda move, _: rule in move.rules)


def refusals(rule: str, material: Material) -> list[tuple[GuardDeclaration, list[str], bool]]:
    """Return the guards that refuse by a rule, with their machines; those that only hold off the clock come last."""
    guards = _shared(
        material,
        lambda machine: machine.declaration.guard,
        lambda guard, machine: guard.rule == rule and material.has(machine, guard),
    )
    entries = [(guard, names, of_the_clock(guard, material.law.machines[names[0]])) for guard, names in guards]
    return sorted(entries, key=lambda entry: entry[2])


def mentions(rule: str, material: Material) -> list[tuple[str, str]]:
    """Return the code and the rule of every refusal that names a rule as a further citation."""
    guards = (
        guard
        for machine in material.machines.values()
        for guard in machine.declaration.guard
        if rule in guard.see and material.has(machine, guard)
    )
    return list(dict.fromkeys((guard.code, guard.rule) for guard in guards))


def actor(trigger: str, machine: str, material: Material) -> str:
    """Return who does a trigger in a machine."""
    triggers = material.law.machines[machine].declaration.trigger
    return next(declared.actor for declared in triggers if declared.name == trigger)


def conditions(route: RouteDeclaration, words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return under which conditions a document takes a route, in the given words; none where every other one does."""
    return [words.get(fact, {}).get(value, value) for fact, values in route.when.items() for value in values]


def _shared(
    material: Material, declared: Callable[[Machine], Iterable[D]], citing: Callable[[D, Machine], bool]
) -> Iterator[tuple[D, list[str]]]:
    """Give each declared thing that cites a rule once, with the machines that have it."""
    entries: list[tuple[D, list[str]]] = []
    for name, machine in material.machines.items():
        for entry in (entry for entry in declared(machine) if citing(entry, machine)):
            names = next((names for other, names in entries if _text(other) == _text(entry)), None)
            if names is None:
                entries.append((entry, [name]))
            elif name not in names:
                names.append(name)
    yield from entries


def _text(entry: Declared) -> dict[str, object]:
    """Return what is said of an entry: neither its name nor what else it cites."""
    return entry.model_dump(exclude={"name", "see"} if isinstance(entry, GuardDeclaration) else set())
