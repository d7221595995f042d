"""What is written inside a picture: the title, a state's card, an arrow's triggers, the bar; all HTML-like.

Imports the sheet, its words and its hypertext; runs no drawing program.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from ims_fsm.draw import measure
from ims_fsm.draw.citation import cite_all, worded
from ims_fsm.draw.hypertext import cell, row, table, text
from ims_fsm.draw.measure import balanced, folded
from ims_fsm.draw.palette import Palette
from ims_fsm.draw.picture import Arrow, Card, Picture
from ims_fsm.draw.sheet import CardLook, Sheet

FRAME_SAYS = "Open: an arrow from the bar, or from this frame, starts in each of these states"


def title_label(sheet: Sheet) -> str:
    """Return the title of a sheet with the line below it."""
    ink, aside = sheet.palette.ink, sheet.palette.aside
    # Bold is a little wider.
    above = folded(sheet.heading, 0.93 * measure.WIDTH, measure.TITLE)
    below = (balanced(line, measure.WIDTH, measure.SUBTITLE) for line in sheet.subheading.split("\n"))
    return table(
        [
            *(row(cell(text(line, size=measure.TITLE, color=ink, bold=True), ALIGN="left")) for line in above),
            *(row(cell(text(line, size=measure.SUBTITLE, color=aside), ALIGN="left")) for line in chain(*below)),
            row(cell(HEIGHT=6)),
        ]
    )


def frame_label(palette: Palette) -> str:
    """Return what is written into the frame."""
    return text(FRAME_SAYS, size=measure.TEXT, color=palette.aside)


def card_height(picture: Picture) -> int:
    """Return the height of the highest card of a picture, in points: all are drawn alike."""
    lines = max(len(_said(card)) + len(card.keeps) for card in picture.cards)
    return round(measure.CARD_REST + measure.LINE * lines)


def card_label(sheet: Sheet, card: Card, look: CardLook) -> str:
    """Return a state's card: its title, its sentence, the triggers that keep it, its citations, its badge."""
    line = look.paint.line
    head = text(card.state.title, size=measure.STATE, color=line, bold=True)
    head += _raised(sheet.card_notes(card), sheet.palette)
    rows = [row(cell(head, WIDTH=measure.CARD_WIDTH))]
    rows += [row(cell(text(said, size=measure.TEXT, color=look.ink))) for said in _said(card)]
    for kept in card.keeps:
        again = f"↻ {worded(kept.trigger)} \u2002 {sheet.kept(card, kept)}".strip()
        rows.append(row(cell(text(again, size=measure.TEXT, color=line))))
    rows.append(row(cell(text(cite_all(card.state.rules), size=measure.TEXT, color=line))))
    if look.badge:
        rows.append(row(cell(plates([look.badge], line, look.paint.fill))))
    if not look.halo:
        return table(rows)
    # The node itself is the halo; the card lies on it.
    inner: dict[str, str | int] = {
        "BORDER": 2,
        "COLOR": line,
        "BGCOLOR": look.paint.fill,
        "STYLE": "rounded",
        "CELLPADDING": 2,
    }
    return table([row(cell(table(rows)))], **inner)


def arrow_label(sheet: Sheet, arrow: Arrow) -> str:
    """Return the triggers of an arrow, one a line, with what stands below each: its badges, and what is said aside."""
    rows = []
    for each in arrow.labels:
        look = sheet.label_look(arrow, each)
        said = f"{look.sign} {worded(each.trigger)}".strip()
        rows.append(row(cell(text(said, size=measure.TRIGGER, color=look.color, bold=look.bold))))
        if look.badges:
            rows.append(row(cell(plates(look.badges, look.color, sheet.palette.paper))))
        asides = folded(look.aside, measure.ASIDE) if look.aside else []
        rows += [row(cell(text(line, size=measure.TEXT, color=sheet.palette.aside))) for line in asides]
    return table([*rows, row(cell(HEIGHT=2))])


def bar_label(left: Sequence[str], right: Sequence[str], height: int, palette: Palette) -> str:
    """Return the bar, with a port for each arrow at its left and right side; `height` in points."""
    width = measure.BAR // 2
    sides = [
        cell(table([row(cell(PORT=port, WIDTH=width, HEIGHT=height // len(ports))) for port in ports]))
        for ports in (left, right)
    ]
    return table([row(*sides)], BGCOLOR=palette.frame.line)


def plates(words: Sequence[str], color: str, paper: str) -> str:
    """Return words on small plates, side by side."""
    shown = (
        table(
            [row(cell(text(word, size=measure.TEXT, color=paper, bold=True)))],
            BGCOLOR=color, STYLE="rounded", CELLPADDING=1,
        )
        for word in words
    )  # fmt: skip
    room = max(measure.width(word) for word in words) + 6
    return table(
        [row(*(cell(plate, FIXEDSIZE="true", WIDTH=round(room), HEIGHT=11) for plate in shown))],
        CELLSPACING=1, FIXEDSIZE="true", WIDTH=round(room + 1) * len(words) + 1, HEIGHT=13,
    )  # fmt: skip


def _said(card: Card) -> list[str]:
    return balanced(card.state.says, measure.CARD_WIDTH)


def _raised(words: str, palette: Palette) -> str:
    raised = text(f"\u2002{words}", size=measure.TEXT, color=palette.aside)
    return f"<SUP>{raised}</SUP>" if words else ""
