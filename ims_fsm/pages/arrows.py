"""The arrows of a machine for its page: each once, with the pictures that show it, and the notes that may refuse it.

Imports the pictures and the links.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ims_fsm.draw.picture import ANY, Arrow, Key, Picture
from ims_fsm.draw.tables import Row
from ims_fsm.law.declaration import ENTRY, RuleSetDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.pages.links import arrow_anchor, note_anchor
from ims_fsm.pages.markdown import Md, link
from ims_fsm.pages.material import Material

TAILS = {ENTRY: "nothing", ANY: "any open state"}


@dataclass(frozen=True, slots=True)
class Path:
    """An arrow as one picture or several show it: the keys of its triggers, its anchors, and whose pictures they are.

    `rule_sets` is empty where every picture of the machine shows it.
    """

    picture: Picture
    arrow: Arrow
    keys: tuple[Key, ...]
    anchors: tuple[str, ...]
    rule_sets: tuple[RuleSetDeclaration, ...]


def paths(machine: Machine, material: Material) -> list[Path]:
    """Return the arrows of a machine's pictures, in the order of triggers; what all show stands once."""
    pictures = [drawing.picture for drawing in material.drawings[machine.name]]
    places: dict[object, list[tuple[Picture, Arrow]]] = {}
    for picture in pictures:
        for arrow in picture.arrows:
            key = (arrow.tail, arrow.head, arrow.never, _keys(picture, arrow))
            places.setdefault(key, []).append((picture, arrow))
    order = ["", *(trigger.name for trigger in machine.declaration.trigger)]
    return sorted(
        (_path(alike, every=len(alike) == len(pictures)) for alike in places.values()),
        key=lambda path: order.index(path.arrow.labels[0].trigger if path.arrow.labels else ""),
    )


def _path(alike: list[tuple[Picture, Arrow]], *, every: bool) -> Path:
    picture, arrow = alike[0]
    anchors = tuple(arrow_anchor(*place) for place in alike)
    return Path(picture, arrow, _keys(picture, arrow), anchors, () if every else tuple(p.rule_set for p, _ in alike))


def _keys(picture: Picture, arrow: Arrow) -> tuple[Key, ...]:
    keys = {key.trigger.name: key for key in picture.keys}
    return tuple(keys[label.trigger] for label in arrow.labels)


def refusing_notes(picture: Picture, row: Row) -> Md:
    """Return the numbers of the notes of a picture that may refuse a transition, as links."""
    numbers = (note.number for note in picture.notes if note.applies(row.trigger, frozenset(row.sources)))
    return Md(" ").join(link(number, note_anchor(picture, number)) for number in numbers)


def titles(edition: Edition, states: Iterable[str]) -> list[str]:
    """Return the titles of states; what is not a state, like coming into being, has none."""
    return [edition.states[state].title for state in states if state in edition.states]
