"""What is written inside a picture: the title, a state's card, an arrow's triggers, the bar; all HTML-like.

Imports the picture, its words and its hypertext; runs no drawing program.
"""

from __future__ import annotations

from collections.abc import Sequence

from ims_fsm.render.citation import cite_all
from ims_fsm.render.description import CROSS, span, worded
from ims_fsm.render.hypertext import balanced, cell, row, table, text
from ims_fsm.render.palette import Palette, paint
from ims_fsm.render.picture import Arrow, Card, Picture

FRAME_SAYS = "Open: an arrow from the bar, or from this frame, starts in each of these states"
_BAR_WIDTH = 6
# A card: the characters of a line, and its points: at least so wide, and so high for a line, and for all the rest.
_CARD_LINE, _CARD_WIDTH, _LINE_HEIGHT, _REST_HEIGHT = 25, 118, 13, 36


def title_label(picture: Picture, palette: Palette) -> str:
    """Return the title of a picture with its sentence and its rule set."""
    said = f"{picture.says}  ·  {span(picture.rule_set)}"
    return table(
        [
            row(cell(WIDTH=8), cell(text(picture.title, size=22, color=palette.ink, bold=True), ALIGN="left")),
            row(cell(), cell(text(said, size=12, color=palette.aside), ALIGN="left")),
            row(cell(HEIGHT=8)),
        ]
    )


def frame_label(palette: Palette) -> str:
    """Return what is written into the frame."""
    return text(FRAME_SAYS, size=11, color=palette.aside)


def card_height(picture: Picture) -> int:
    """Return the height of the highest card of a picture, in points: all are drawn alike."""
    lines = max(len(_said(card)) + len(card.keeps) for card in picture.cards)
    return _REST_HEIGHT + _LINE_HEIGHT * lines


def card_label(card: Card, palette: Palette) -> str:
    """Return a state's card: its title, its sentence, the triggers that keep it, its citations."""
    line, ink = (paint(card.state).line, palette.ink) if card.reached else (palette.never.line, palette.never.line)
    head = text(card.state.title, size=14, color=line, bold=True) + _numbers(card.notes, palette)
    rows = [row(cell(head, WIDTH=_CARD_WIDTH))]
    rows += [row(cell(text(said, size=10, color=ink))) for said in _said(card)]
    for kept in card.keeps:
        again = " ".join(["↻", worded(kept.trigger), "\u2002", *map(str, kept.notes)]).strip()
        rows.append(row(cell(text(again, size=10, color=line))))
    rows.append(row(cell(text(cite_all(card.state.rules), size=8.5, color=line))))
    return table(rows)


def arrow_label(arrow: Arrow, palette: Palette) -> str:
    """Return the triggers of an arrow, one a line, each with the numbers of its notes, crossed where it is never."""
    cross, color = (f"{CROSS} ", palette.aside) if arrow.never else ("", palette.ink)
    said = (
        text(cross + worded(each.trigger), size=12, color=color) + _numbers(each.notes, palette)
        for each in arrow.labels
    )
    return table([row(cell(line)) for line in said], CELLPADDING=1)


def bar_label(left: Sequence[str], right: Sequence[str], height: int, palette: Palette) -> str:
    """Return the bar, with a port for each arrow at its left and right side; `height` in points."""
    sides = [
        cell(table([row(cell(PORT=port, WIDTH=_BAR_WIDTH // 2, HEIGHT=height // len(ports))) for port in ports]))
        for ports in (left, right)
    ]
    return table([row(*sides)], BGCOLOR=palette.frame.line)


def _said(card: Card) -> list[str]:
    return balanced(card.state.says, _CARD_LINE)


def _numbers(notes: Sequence[int], palette: Palette) -> str:
    if not notes:
        return ""
    numbers = text("\u2002" + " ".join(map(str, notes)), size=9, color=palette.aside)
    return f"<SUP>{numbers}</SUP>"
