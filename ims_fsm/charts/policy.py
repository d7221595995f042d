"""A policy in one picture: its entries from the first to the last, what each takes, recommends, and does instead.

Imports the paper and the policy; asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ims_fsm.charts.paper import LEFT, PAD, RIGHT, heading
from ims_fsm.draw.measure import TEXT, folded
from ims_fsm.draw.paper import LINE, Box, Group, Page, Rect, Shape, Text
from ims_fsm.draw.paper import Line as Stroke
from ims_fsm.draw.theme import LIGHT, Paint, Theme
from ims_fsm.law.policy import ASK, PolicyDeclaration, RecommendDeclaration
from ims_fsm.terms.money import shown

_SAYS = "The first entry whose conditions all hold recommends; what the law refuses becomes what stands behind it."
_TAKES, _ACTION, _INSTEAD = LEFT + 12, 262.0, 372.0
_GAP, _PILL, _PILLS = 14.0, 78.0, 18.0
_SIGNS = {"accept": "+", "reject": "-", "keep_pending": "~", ASK: "?"}


def policy_page(policy: PolicyDeclaration, theme: Theme = LIGHT) -> Page:
    """Return the picture of a policy; the same policy gives the same bytes."""
    top, shapes = heading("What is recommended", _SAYS, theme)
    top += 12
    placed: list[Shape] = [*shapes]
    boxes: list[Box] = []
    for entry in policy.recommend:
        box = Box(LEFT, top, RIGHT, top + _height(entry))
        placed.append(Group(_told(entry), tuple(_entry(entry, box, theme)), name=f"policy-{entry.name}"))
        boxes.append(box)
        top = box.bottom + _GAP
    for upper, lower in pairwise(boxes):
        x = LEFT + 30
        placed.append(Stroke(((x, upper.bottom), (x, lower.top)), theme.palette.aside, arrow=True))
        placed.append(Text(x + 6, upper.bottom + _GAP / 2 + 2, "if it does not hold", theme.palette.aside))
    says = " ".join(_told(entry) for entry in policy.recommend)
    return Page("policy", "What is recommended", says, top, tuple(placed), theme)


def conditions(entry: RecommendDeclaration) -> list[str]:
    """Return what an entry takes, a line for each condition; amounts in rupees."""
    lines = [f"class: {', '.join(entry.classes).replace('_', ' ')}"] if entry.classes else []
    lines += [f"supplier: {', '.join(entry.suppliers)}"] if entry.suppliers else []
    amounts = {"tax differs by at most": entry.tax_off, "tax at least": entry.tax_from, "tax at most": entry.tax_to}
    lines += [f"{words} {shown(amount)}" for words, amount in amounts.items() if amount is not None]
    lines += [f"older than {entry.older_than} days"] if entry.older_than is not None else []
    return lines or ["every other record"]


def _told(entry: RecommendDeclaration) -> str:
    instead = ", ".join((*entry.otherwise, ASK)).replace("_", " ") if entry.action != ASK else ""
    then = f", or where the law refuses that: {instead}" if instead else ""
    return f"{entry.name}: {'; '.join(conditions(entry))}: {entry.action.replace('_', ' ')}{then}. {entry.says}."


def _lines(entry: RecommendDeclaration) -> list[str]:
    return [line for text in conditions(entry) for line in folded(text, _ACTION - _TAKES - 12, TEXT)]


def _height(entry: RecommendDeclaration) -> float:
    said = folded(entry.says, _ACTION - _TAKES - 12, TEXT)
    lines = (len(_lines(entry)) + len(said) + 1) * (LINE + 1) + 4
    return max(lines, len(_instead(entry)) * _PILLS) + 2 * PAD


def _instead(entry: RecommendDeclaration) -> tuple[str, ...]:
    return entry.otherwise if entry.action == ASK else (*entry.otherwise, ASK)


def _entry(entry: RecommendDeclaration, box: Box, theme: Theme) -> Iterator[Shape]:
    palette = theme.palette
    yield Rect(box, palette.faint.fill, palette.faint.line, 5)
    y = box.top + PAD + LINE + 1
    yield Text(_TAKES, y, entry.name.replace("_", " "), palette.ink, bold=True)
    for words in _lines(entry):
        y += LINE + 1
        yield Text(_TAKES, y, words, palette.ink)
    for words in folded(entry.says, _ACTION - _TAKES - 12, TEXT):
        y += LINE + 1
        yield Text(_TAKES, y, words, palette.aside)
    middle = box.middle[1]
    yield Stroke(((_ACTION - 20, middle), (_ACTION, middle)), palette.ink, arrow=True)
    yield from _pill(entry.action, _ACTION, middle, theme)
    instead = _instead(entry)
    if instead:
        yield Stroke(((_ACTION + _PILL, middle), (_INSTEAD, middle)), palette.aside, dash="4 2.2", arrow=True)
        yield Text(_ACTION + _PILL + 3, middle - 4, "refused", palette.aside)
    for at, word in enumerate(instead):
        yield from _pill(word, _INSTEAD, middle + (at - (len(instead) - 1) / 2) * _PILLS, theme)


def _pill(word: str, x: float, y: float, theme: Theme) -> Iterator[Shape]:
    palette = theme.palette
    paint: Paint = {
        "accept": palette.green,
        "reject": palette.red,
        "keep_pending": palette.amber,
    }.get(word, palette.blue_grey)
    box = Box(x, y - 7.5, x + _PILL, y + 7.5)
    yield Rect(box, paint.fill, paint.line, 7)
    yield Text(
        box.middle[0], box.baseline(), f"{_SIGNS[word]} {word.replace('_', ' ')}", paint.line, "middle", bold=True
    )
