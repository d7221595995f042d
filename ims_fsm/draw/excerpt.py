"""A part of a picture: the states and triggers that are named, and how many others there are.

Imports the picture and how names are spelled; draws nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ims_fsm.draw.picture import ANY, FRAMED, Arrow, Card, Label, Picture
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.declaration import ENTRY
from ims_fsm.terms.spelling import hinted


def names_in(words: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of states and triggers, each once; a text has commas between them.

    Raises `InputError` for a text that has none.

    >>> names_in("accept, reject,accept")
    ('accept', 'reject')
    """
    listed = words.split(",") if isinstance(words, str) else words
    names = tuple(dict.fromkeys(name for name in map(str.strip, listed) if name))
    if isinstance(words, str) and not names:
        what, remedy = "names no state and no trigger", "name some with commas between them, or leave it out"
        raise InputError("drawing", [Problem("only", what, remedy)])
    return names


def excerpts(pictures: Mapping[str, Picture], names: Sequence[str]) -> dict[str, Picture]:
    """Return the part of each picture with those of the names that it has; one that has none of them is passed over.

    Raises `InputError` for a name that no picture has, and where nothing is left.
    """
    strangers = {*names}.difference(*({*picture.states, *picture.triggers} for picture in pictures.values()))
    parts: dict[str, Picture] = {}
    errors: list[InputError] = []
    for key, picture in pictures.items():
        words = {*picture.states, *picture.triggers, *strangers}
        try:
            if named := [name for name in names if name in words]:
                parts[key] = excerpt(picture, named)
        except InputError as error:
            errors.append(error)
    if errors and not parts:
        raise errors[0]
    return parts


def excerpt(picture: Picture, names: Sequence[str]) -> Picture:
    """Return a picture with the named states and triggers alone; a trigger brings the states that it leads to.

    States without a trigger have all triggers between them, triggers without a state all states that they move.
    Raises `InputError` for a name that the machine does not have, and where nothing is left.
    """
    _check(picture, names)
    triggers, whole = {key.trigger.name for key in picture.keys}, {card.name for card in picture.cards}
    states, moving = _states(picture, names), triggers & {*names} or triggers
    arrows = [
        replace(arrow, labels=labels)
        for arrow in picture.arrows
        if arrow.head in states and arrow.tail in {*states, ENTRY, ANY} and (labels := _kept(arrow, moving))
    ]
    frame = tuple(state for state in picture.frame if state in states)
    cards = [_cut(picture, card, moving) for card in picture.cards if card.name in states]
    if len(frame) < FRAMED or sum(arrow.tail == ANY for arrow in arrows) < FRAMED - 1:
        cards = [_keeping(picture, card, arrows) for card in cards]
        arrows = [single for arrow in arrows for single in _single(picture, arrow, states)]
        frame = ()
    if picture.initial in states and not any(arrow.tail == ENTRY for arrow in arrows):
        arrows.insert(0, Arrow(ENTRY, picture.initial, "", ()))
    moved = {label.trigger for labels in (*(a.labels for a in arrows), *(c.keeps for c in cards)) for label in labels}
    part = replace(
        picture,
        cards=tuple(cards),
        arrows=tuple(arrows),
        frame=frame,
        keys=tuple(key for key in picture.keys if key.trigger.name in moved),
        hidden=(len(whole - states), len(triggers - moved)),
    )
    return _renumbered(part)


def _cut(picture: Picture, card: Card, triggers: Collection[str]) -> Card:
    """Return a card with what these triggers do to it alone."""
    shut = (note.number for note in picture.notes if note.number in card.notes and {*note.triggers} & {*triggers})
    keeps = tuple(label for label in card.keeps if label.trigger in triggers)
    barred = tuple(trigger for trigger in card.barred if trigger in triggers)
    return replace(card, keeps=keeps, barred=barred, notes=tuple(shut))


def _keeping(picture: Picture, card: Card, arrows: Sequence[Arrow]) -> Card:
    """Return a card with the triggers that kept it as one of a frame."""
    if card.name not in picture.frame:
        return card
    labels = (label for arrow in arrows if (arrow.tail, arrow.head) == (ANY, card.name) for label in arrow.labels)
    return replace(card, keeps=(*card.keeps, *(_noted(picture, label, card.name) for label in labels)))


def _single(picture: Picture, arrow: Arrow, states: Collection[str]) -> Iterator[Arrow]:
    """Give an arrow, or, of one from every state of a frame, that from each which is shown and lets it start."""
    if arrow.tail != ANY:
        yield arrow
        return
    for tail in (state for state in picture.frame if state in states and state != arrow.head):
        barred = picture.card(tail).barred
        labels = tuple(_noted(picture, label, tail) for label in arrow.labels if label.trigger not in barred)
        if labels:
            yield replace(arrow, tail=tail, labels=labels)


def _noted(picture: Picture, label: Label, source: str) -> Label:
    """Return a label with the numbers of the notes that hold in one state."""
    led = (note for note in picture.notes if note.number in label.notes and note.applies(label.trigger, (source,)))
    return replace(label, notes=tuple(note.number for note in led))


def _check(picture: Picture, names: Sequence[str]) -> None:
    words = [*picture.states, *picture.triggers]
    remedy = f"its states are {', '.join(picture.states)}; its triggers are {', '.join(picture.triggers)}"
    what = f"is no state and no trigger of {picture.machine}"
    problems = [Problem(name, what, hinted(name, words, remedy)) for name in names if name not in words]
    if not problems and not _states(picture, names):
        problems = [
            Problem(picture.name, f"has nothing of {', '.join(names)}", "choose another edition or other names")
        ]
    if problems:
        raise InputError("drawing", problems)


def _states(picture: Picture, names: Collection[str]) -> set[str]:
    """Return the states that are shown."""
    states = {card.name for card in picture.cards if card.name in names}
    moves = [move for move in picture.moves() if move.trigger in names]
    led = [move for move in moves if not states or move.source in {*states, ENTRY}]
    ends = {move.dest for move in led} | {move.source for move in led if not states}
    return (states | ends) - {ENTRY}


def _kept(arrow: Arrow, triggers: Collection[str]) -> tuple[Label, ...]:
    return tuple(label for label in arrow.labels if label.trigger in triggers)


def _renumbered(picture: Picture) -> Picture:
    """Return a picture with the notes that it still leads to, numbered anew."""
    led = {*_numbers(picture)}
    numbers = {number: at for at, number in enumerate(sorted(led), start=1)}

    def renumbered(label: Label) -> Label:
        return replace(label, notes=tuple(numbers[number] for number in label.notes))

    arrows = tuple(replace(arrow, labels=tuple(map(renumbered, arrow.labels))) for arrow in picture.arrows)
    cards = tuple(
        replace(card, keeps=tuple(map(renumbered, card.keeps)), notes=tuple(numbers[number] for number in card.notes))
        for card in picture.cards
    )
    notes = tuple(replace(note, number=numbers[note.number]) for note in picture.notes if note.number in led)
    return replace(picture, arrows=arrows, cards=cards, notes=notes)


def _numbers(picture: Picture) -> Iterator[int]:
    for labels in (*(arrow.labels for arrow in picture.arrows), *(card.keeps for card in picture.cards)):
        yield from (number for label in labels for number in label.notes)
    yield from (number for card in picture.cards for number in card.notes)
