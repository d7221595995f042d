"""The strip of days over the lanes: the months, a tick a day, and the number of each day that has a name.

Imports the story, the scale and the shapes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from ims_fsm.charts.month.days import Days
from ims_fsm.charts.month.frame import PAD, Frame
from ims_fsm.charts.month.story import Story
from ims_fsm.charts.paper.lettering import longest_that_fits
from ims_fsm.charts.paper.shapes import Box, Line, Rect, Shape, Text
from ims_fsm.draw import measure
from ims_fsm.terms.period import TaxPeriod

MONTHS, NUMBERS = 11.0, 11.0
HEADER = MONTHS + NUMBERS
_TICK = 3.0


def header_shapes(frame: Frame, story: Story, top: float) -> Iterator[Shape]:
    """Give the strip; the days of the draft and of GSTR-3B stand out among the named ones."""
    scale, palette = frame.scale, frame.palette
    middle, bottom = top + MONTHS, top + HEADER
    line = frame.pen(0.6)
    for _, days in groupby(scale.days, key=lambda day: (day.year, day.month)):
        listed = list(days)
        box = Box(scale.start(listed[0]), top, scale.end(listed[-1]), middle)
        yield Rect(box, palette.frame.fill, palette.frame.line, thick=line)
        words = longest_that_fits(
            _names(story.days, listed[0]), measure.TEXT, box.right - box.left - 2 * PAD, bold=True
        )
        if words:
            yield Text(box.middle[0], middle - 3, words, measure.TEXT, palette.ink, "middle", bold=True)
        yield Rect(Box(box.left, middle, box.right, bottom), palette.paper, palette.frame.line, thick=line)
    strong = {story.days.draft, story.days.due}
    for day in scale.days:
        if day in scale.named:
            yield from _named(frame, day, Box(scale.start(day), middle, scale.end(day), bottom), day in strong)
        else:
            at = scale.start(day)
            yield Line(((at, bottom - _TICK), (at, bottom)), palette.frame.line, frame.pen(0.4))


def _named(frame: Frame, day: dt.date, box: Box, strong: bool) -> Iterator[Shape]:  # noqa: FBT001 - how it looks
    paint = frame.palette.blue if strong else frame.palette.blue_grey
    yield Rect(box, paint.line if strong else paint.fill, paint.line, thick=frame.pen(0.6))
    color = frame.palette.paper if strong else paint.line
    yield Text(box.middle[0], box.bottom - 3, str(day.day), measure.TEXT, color, "middle", bold=True)


def _names(days: Days, day: dt.date) -> tuple[str, ...]:
    month, months = TaxPeriod.of(day), days.months
    inside = f"M{months.index(month) + 1}: " if len(months) > 1 and month in months else ""
    return f"{inside}{day:%B} {day.year}", f"{inside}{day:%B}", f"{inside}{day:%b}"
