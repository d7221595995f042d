"""The arrows of a machine, a line each, with the anchors that its pictures lead to.

Imports the pictures and the links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ims_fsm.draw.citation import worded
from ims_fsm.draw.notes import notes_of
from ims_fsm.draw.picture import ANY, Arrow, Picture, picture_of
from ims_fsm.draw.tables import Row
from ims_fsm.law.declaration import ENTRY, RuleSetDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.pages.links import arrow_anchor, note_anchor, rule_links
from ims_fsm.pages.markdown import Md, anchor, badge, link, strong
from ims_fsm.pages.material import Material
from ims_fsm.pages.phrases import month


def arrow_lines(machine: Machine, material: Material) -> Iterator[Md]:
    """Give a line for each arrow of a machine's pictures, in the order of triggers; what all show stands once."""
    pictures = [drawing.picture for drawing in material.drawings[machine.name]]
    arrows: dict[Md, list[tuple[Picture, Arrow]]] = {}
    for picture in pictures:
        for arrow in picture.arrows:
            arrows.setdefault(_line(picture, arrow), []).append((picture, arrow))
    order = [trigger.name for trigger in machine.declaration.trigger]
    for line, places in sorted(arrows.items(), key=lambda item: _place(order, item[1][0][1])):
        anchors = Md("").join(anchor(arrow_anchor(picture, arrow)) for picture, arrow in places)
        dated = places if len(places) < len(pictures) else []
        spans = Md("").join(Md(" {}").format(_dated(picture.rule_set)) for picture, _ in dated)
        yield Md("{}{}{}").format(anchors, line, spans)
    yield from _keeping(pictures[0])


def refusing_notes(edition: Edition, row: Row) -> Md:
    """Return the numbers of the notes that may refuse a transition, as links."""
    picture = picture_of(edition)
    notes = [note for note in notes_of(edition) if note.applies(row.trigger, frozenset(row.sources))]
    return Md(" ").join(link(note.number, note_anchor(picture, note.number)) for note in notes)


def titles(edition: Edition, states: Iterable[str]) -> list[str]:
    """Return the titles of states; what is no state, like coming into being, has none."""
    return [edition.states[state].title for state in states if state in edition.states]


def _place(order: list[str], arrow: Arrow) -> int:
    return order.index(arrow.labels[0].trigger) if arrow.labels else -1


def _line(picture: Picture, arrow: Arrow) -> Md:
    tail = {ENTRY: "nothing", ANY: "any open state"}.get(arrow.tail) or _state(picture, arrow.tail)
    line = Md("{} \N{RIGHTWARDS ARROW} {}").format(tail, _state(picture, arrow.head))
    deeds = []
    for label in arrow.labels:
        key = next(key for key in picture.keys if key.trigger.name == label.trigger)
        deed = (strong(worded(label.trigger)), arrow.actor, key.trigger.says, rule_links(key.rules))
        deeds.append(Md("{} ({}). {} {}").format(*deed))
    line += Md(": ") + Md(" · ").join(deeds)
    return line + Md(" {}").format(badge("always refused", "no")) if arrow.never else line


def _state(picture: Picture, name: str) -> Md:
    return badge(picture.card(name).state.title, name)


def _dated(rule_set: RuleSetDeclaration) -> Md:
    if rule_set.until:
        return badge(f"2B period until {month(rule_set.until)}", "dated")
    return badge(f"2B period from {month(rule_set.since)}" if rule_set.since else rule_set.id, "dated")


def _keeping(picture: Picture) -> Iterator[Md]:
    for card in picture.cards:
        for kept in card.keeps:
            says = next(key.trigger.says for key in picture.keys if key.trigger.name == kept.trigger)
            state = badge(card.state.title, card.name)
            yield Md("{} keeps to itself: {}. {}").format(state, strong(worded(kept.trigger)), says)
