"""The arrows of a machine, a line each, and its transitions as the rows of a table.

Imports the pictures and the tables; an arrow's line carries the anchors that the pictures lead to.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.draw.notes import notes_of
from ims_fsm.draw.picture import ANY, Arrow, Picture, picture_of
from ims_fsm.draw.tables import Row, transition_table
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.pages.anchors import arrow_anchor, note_anchor
from ims_fsm.pages.blocks import Anchor, Badge, Break, Inline, Item, Line, Link, Strong
from ims_fsm.pages.citing import rule_links
from ims_fsm.pages.material import Material
from ims_fsm.pages.wording import listed, month, worded


def arrow_items(machine: Machine, material: Material) -> tuple[Item, ...]:
    """Return a line for each arrow of a machine's pictures, in the order of triggers; what all show stands once."""
    pictures = [drawing.picture for drawing in material.drawings[machine.name]]
    once: dict[Line, list[tuple[Picture, Arrow]]] = {}
    for picture in pictures:
        for arrow in picture.arrows:
            once.setdefault(tuple(_said(picture, arrow)), []).append((picture, arrow))
    order = [trigger.name for trigger in machine.declaration.trigger]
    lines = sorted(once, key=lambda line: _place(order, once[line][0][1]))
    return (*(_arrow_item(line, once[line], len(pictures)) for line in lines), *_keeping(pictures[0]))


def _arrow_item(line: Line, shown: list[tuple[Picture, Arrow]], pictures: int) -> Item:
    anchors = (Anchor(arrow_anchor(picture, arrow)) for picture, arrow in shown)
    only = [picture for picture, _ in shown] if len(shown) < pictures else []
    return Item((*anchors, *line, *(part for picture in only for part in (" ", _only(picture)))))


def _place(order: list[str], arrow: Arrow) -> int:
    return order.index(arrow.labels[0].trigger) if arrow.labels else -1


def transition_rows(edition: Edition) -> tuple[tuple[Line, ...], ...]:
    """Return the rows of an edition's transitions: trigger, who, from, to, the notes that may refuse, the rules."""
    return tuple(_row(edition, row) for row in transition_table(edition) if row.dest is not None)


def _said(picture: Picture, arrow: Arrow) -> Iterator[Inline]:
    head = picture.card(arrow.head).state
    tail = {ENTRY: "nothing", ANY: "any open state"}.get(arrow.tail)
    yield from (tail or _state(picture, arrow.tail), " \N{RIGHTWARDS ARROW} ", _state(picture, head.name))
    for number, label in enumerate(arrow.labels):
        key = next(key for key in picture.keys if key.trigger.name == label.trigger)
        yield from (" · " if number else " ", Strong(worded(label.trigger)), f" ({arrow.actor}): {key.trigger.says} ")
        yield from rule_links(key.rules)
    if arrow.never:
        yield from (" ", Badge("always refused", "no"))


def _state(picture: Picture, name: str) -> Badge:
    return Badge(picture.card(name).state.title, name)


def _only(picture: Picture) -> Inline:
    rule_set = picture.rule_set
    span = (
        f"until {month(rule_set.until)}"
        if rule_set.until
        else f"from {month(rule_set.since)}"
        if rule_set.since
        else ""
    )
    return Badge(f"2B period {span}" if span else rule_set.id, "dated")


def _keeping(picture: Picture) -> Iterator[Item]:
    for card in picture.cards:
        for kept in card.keeps:
            says = next(key.trigger.says for key in picture.keys if key.trigger.name == kept.trigger)
            line: Line = (
                Badge(card.state.title, card.name),
                " keeps to itself: ",
                Strong(worded(kept.trigger)),
                f". {says}",
            )
            yield Item(line)


def _row(edition: Edition, row: Row) -> tuple[Line, ...]:
    titles = [edition.states[source].title for source in row.sources if source != ENTRY]
    dest = edition.states[str(row.dest)]
    return (
        (Strong(worded(row.trigger)),),
        (row.actor,),
        (listed(titles, "or") if titles else "nothing",),
        (Badge(dest.title, dest.name),),
        tuple(_refusing(edition, row)),
        rule_links(row.rules),
    )


def _refusing(edition: Edition, row: Row) -> Iterator[Inline]:
    picture = picture_of(edition)
    applying = [note for note in notes_of(edition) if note.applies(row.trigger, frozenset(row.sources))]
    if row.never:
        yield from (Badge("always", "no"), Break())
    for number, note in enumerate(applying):
        yield from (" " if number else "", Link(str(note.number), note_anchor(picture, note.number)))
