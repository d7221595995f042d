"""Lays a story out on a page: a strip of days, three lanes below it, the notes at the foot.

Imports the story, the scale, the shapes and a theme; reads no calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import zip_longest

from ims_fsm.charts.month.cycle import CYCLE, cycle_shapes
from ims_fsm.charts.month.foot import foot_shapes
from ims_fsm.charts.month.frame import (
    LEFT,
    LINE,
    NAMES,
    PAD,
    RIGHT,
    Frame,
    centred,
    cleared,
    fitting,
    noted,
    noted_width,
)
from ims_fsm.charts.month.header import HEADER, header_shapes
from ims_fsm.charts.month.milestones import milestone_shapes, milestones_height
from ims_fsm.charts.month.scale import CUT, Scale
from ims_fsm.charts.month.story import Bar, Lane, Mark, Row, Story, Tone
from ims_fsm.charts.paper.lettering import width
from ims_fsm.charts.paper.shapes import Box, Line, Rect, Shape, Text
from ims_fsm.draw import measure
from ims_fsm.draw.theme import Theme

BAR, GAP, LANE, MARKS = 19.0, 4.0, 13.0, 9.0
_TIP = 5.0


def scale_of(story: Story) -> Scale:
    """Return where the days of a story lie: what is far off is cut out, days with a name are wide."""
    days = story.days
    near = days.due + dt.timedelta(days=_SHOWN_AFTER)
    far = [day for day in named_days(story) if day > near]
    runs: tuple[tuple[dt.date, dt.date], ...] = ((days.begins, story.ends),)
    if far and (far[0] - near).days > _WORTH_CUTTING:
        runs = ((days.begins, near), (far[0] - dt.timedelta(days=2), story.ends))
    busy = min(days.draft, days.due), max(days.draft, days.due)
    return Scale(runs, frozenset(named_days(story)), busy, LEFT + NAMES, RIGHT)


_SHOWN_AFTER, _WORTH_CUTTING = 7, 35


def named_days(story: Story) -> list[dt.date]:
    """Return the days that have a name, in order: where a window of this period ends, and every mark."""
    days = story.days
    ends = [bar.last for row in story.supplier.rows[:2] for bar in row.bars if bar.tone is Tone.OWN]
    marks = [mark.day for row in story.recipient.rows for mark in row.marks]
    opened = [days.opens] if days.opens > days.begins else []
    left_out = [day for _, day in story.cycle.left_out]
    named = {*ends, *marks, *opened, *left_out, days.draft, days.draft_following, days.pending_until or days.due}
    return sorted(named)


def month_shapes(story: Story, theme: Theme, top: float) -> tuple[float, tuple[Shape, ...]]:
    """Return how far down the picture reaches, and its shapes, the heading apart."""
    frame = Frame(scale_of(story), theme, story.notes)
    drawn: list[Shape] = []
    at = top + HEADER + GAP
    lanes: list[Shape] = []
    for lane in (story.supplier, story.portal, story.recipient):
        start = at
        at += LANE
        for row in lane.rows:
            drawn += _row(frame, row, at)
            at += _height(frame, row) + GAP
        if lane is story.portal:
            drawn += _cycle(frame, story, at)
            at += CYCLE + GAP
        lanes.append(Rect(Box(LEFT, start, RIGHT, at), theme.palette.frame.fill, theme.palette.frame.line, 3))
        drawn += _lane(frame, lane, start)
        at += GAP
    stripes = tuple(_stripes(frame, story, top + HEADER, at - GAP))
    strip = tuple(header_shapes(frame, story, top))
    foot, notes = foot_shapes(story.notes, theme.palette, at + GAP)
    cuts = tuple(_cuts(frame, top, at - GAP))
    return foot, (*lanes, *stripes, *strip, *drawn, *cuts, *notes)


def _lane(frame: Frame, lane: Lane, top: float) -> Iterator[Shape]:
    palette, y = frame.palette, top + 9
    yield Text(LEFT + PAD, y, lane.title, measure.TRIGGER, palette.ink, bold=True)
    at = LEFT + NAMES
    for tone, words in lane.key:
        paint = frame.tone(tone)
        yield Rect(Box(at, y - 5.5, at + 9, y + 1), paint.fill, paint.line, 1, frame.pen(0.8), frame.dash(tone))
        text = Text(at + 12, y, words, measure.TEXT, palette.aside)
        yield from cleared(text, palette)
        at = text.box.right + 12
    yield from cleared(Text(at, y, lane.says, measure.TEXT, palette.aside), palette)


def _cycle(frame: Frame, story: Story, top: float) -> Iterator[Shape]:
    yield from _name(frame, "GSTR-2B", story.cycle.cited["draft"], top)
    yield from _name(frame, "recomputed", story.cycle.cited["stale"], top + CYCLE - 2 * LINE)
    yield from cycle_shapes(frame, story, top)


def _stripes(frame: Frame, story: Story, top: float, bottom: float) -> Iterator[Shape]:
    """Give the line of each named day down through the lanes; the draft's and GSTR-3B's stand out."""
    palette, scale = frame.palette, frame.scale
    for day in named_days(story):
        x = scale.middle(day)
        yield Line(((x, top), (x, bottom)), palette.frame.line, frame.pen(0.4), dash="1.5 2")
    for x in (scale.start(story.days.draft), scale.end(story.days.due)):
        yield Line(((x, top), (x, bottom)), palette.blue.line, frame.pen(0.7))


def _cuts(frame: Frame, top: float, bottom: float) -> Iterator[Shape]:
    for x in frame.scale.cuts:
        left, right = x - CUT / 2 + 1.5, x + CUT / 2 - 1.5
        yield Rect(Box(left, top - 2, right, bottom + 2), frame.palette.paper)
        for edge in (left, right):
            yield Line(((edge, top - 2), (edge, bottom + 2)), frame.palette.frame.line, frame.pen(0.5), dash="3 1.5")


def _height(frame: Frame, row: Row) -> float:
    if not row.bars:
        return milestones_height(frame, row)
    return BAR + (MARKS if row.marks else 0)


def _row(frame: Frame, row: Row, top: float) -> Iterator[Shape]:
    yield from _name(frame, row.name, row.below, top)
    if not row.bars:
        yield from milestone_shapes(frame, row, top)
        return
    for bar, following in zip_longest(row.bars, row.bars[1:]):
        right = frame.scale.end(bar.last)
        # Where extended time lets one bar run into the next, it is drawn up to that, and says its own day.
        right = right if following is None else min(right, frame.scale.start(following.first))
        drawn = _bar(frame, bar, Box(frame.scale.start(bar.first), top, right, top + BAR))
        yield from (frame.told(bar.notes, drawn),) if bar.notes else drawn
    for mark in row.marks:
        yield from _limit(frame, mark, top + BAR)


def _name(frame: Frame, name: str, below: str, top: float) -> Iterator[Shape]:
    yield Text(LEFT + PAD, top + 8, name, measure.TEXT, frame.palette.ink)
    yield Text(LEFT + PAD, top + 8 + LINE, below, measure.TEXT, frame.palette.aside)


def _bar(frame: Frame, bar: Bar, box: Box) -> Iterator[Shape]:
    paint = frame.tone(bar.tone)
    if bar.goes_on:
        tip = box.right - _TIP
        points = (
            (box.left, box.top),
            (tip, box.top),
            (box.right, box.middle[1]),
            (tip, box.bottom),
            (box.left, box.bottom),
        )
        yield Line(points, paint.line, frame.pen(0.8), frame.dash(bar.tone), paint.fill)
    else:
        yield Rect(box, paint.fill, paint.line, 2, frame.pen(0.8), frame.dash(bar.tone))
    room = box.right - box.left - 2 * PAD
    first = fitting(bar.lines[0], bar.notes, room, bold=True)
    lines = [first, *(fitting(choices, (), room) for choices in bar.lines[1:])]
    shown = [words for words in lines if words]
    y = centred(len(shown), box)
    for number, words in enumerate(shown):
        text = Text(box.left + PAD, y + number * LINE, words, measure.TEXT, paint.line, bold=number == 0)
        yield from noted(text, bar.notes if number == 0 else (), frame.palette.aside)
    yield from _tail(frame, bar, box, box.left + 2 * PAD + noted_width(first, bar.notes, measure.TEXT, bold=True))


def _tail(frame: Frame, bar: Bar, box: Box, after: float) -> Iterator[Shape]:
    """Give what stands at the far end of a bar, before anything is cut out, where there is room behind `after`."""
    end = min([box.right - _TIP, *(cut - CUT / 2 for cut in frame.scale.cuts)]) - PAD
    words = fitting(bar.tail, (), end - after - PAD)
    yield Text(end, centred(1, box), words, measure.TEXT, frame.tone(bar.tone).line, "end")


def _limit(frame: Frame, mark: Mark, bottom: float) -> Iterator[Shape]:
    x, color = frame.scale.end(mark.day), frame.tone(mark.tone).line
    yield Line(((x, bottom - 4), (x, bottom + 8)), color, frame.pen(1.6))
    words = ": ".join(mark.lines)
    fits = x + PAD + width(words, measure.TEXT) < RIGHT
    text = Text(x + (PAD if fits else -PAD), bottom + 8, words, measure.TEXT, color, "start" if fits else "end")
    yield from cleared(text, frame.palette)
