"""GSTR-2B drawn as what it goes through: absent, draft, stale after a change and recomputed, final with GSTR-3B.

Imports the story and the shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ims_fsm.charts.month.frame import PAD, RIGHT, Frame, centred, cleared, noted, noted_width
from ims_fsm.charts.month.scale import CUT
from ims_fsm.charts.month.story import Story
from ims_fsm.charts.paper.lettering import longest_that_fits, width
from ims_fsm.charts.paper.shapes import Box, Line, Rect, Shape, Text
from ims_fsm.draw import measure
from ims_fsm.draw.palette import Paint

STATE, LOOP = 15.0, 19.0
CYCLE = 2 * STATE + LOOP
_CROSS, LINE_BELOW = 3.0, 7.5


def cycle_shapes(frame: Frame, story: Story, top: float) -> Iterator[Shape]:
    """Give the states of GSTR-2B from left to right, its loop below the draft."""
    scale, days, cycle, palette = frame.scale, story.days, story.cycle, frame.palette
    # No GSTR-3B is filed before there is a draft, wherever its due day lies.
    drafted, end = scale.start(days.draft), scale.end(story.ends)
    filed = max(scale.end(days.due), scale.end(days.draft))
    absent = Box(scale.start(days.begins), top, drafted, top + STATE)
    draft, final = Box(drafted, top, filed, top + STATE), Box(filed, top, end, top + STATE)
    yield from _state(frame, absent, cycle.absent, palette.blue_grey, ())
    yield from _left_out(frame, story, absent)
    yield from _state(frame, draft, cycle.draft, palette.blue, cycle.notes["draft"])
    yield from _state(frame, final, "", palette.neutral, ())
    visible = replace(final, left=max([final.left, *(cut + CUT / 2 for cut in scale.cuts)]))
    yield from _title(frame, visible, cycle.final, palette.neutral, cycle.notes["final"])
    inner = Box(final.left + 1.6, final.top + 1.6, final.right - 1.6, final.bottom - 1.6)
    yield Rect(inner, "none", palette.neutral.line, 1, frame.pen(0.5))
    yield from _following(frame, story, final)
    yield from _loop(frame, story, draft)


def _state(frame: Frame, box: Box, title: str, paint: Paint, notes: tuple[int, ...]) -> Iterator[Shape]:
    drawn = (Rect(box, paint.fill, paint.line, 2, frame.pen(0.8)), *_title(frame, box, title, paint, notes))
    yield from (frame.told(notes, drawn),) if notes else drawn


def _title(frame: Frame, box: Box, title: str, paint: Paint, notes: tuple[int, ...]) -> Iterator[Shape]:
    """Give a state's title, if it has one, in the middle of its box, where there is room for it."""
    wide = noted_width(title, notes, measure.TEXT, bold=True)
    if title and wide < box.right - box.left:
        text = Text(box.middle[0] - wide / 2, centred(1, box), title, measure.TEXT, paint.line, bold=True)
        yield from noted(text, notes, frame.palette.aside)


def _left_out(frame: Frame, story: Story, absent: Box) -> Iterator[Shape]:
    """Give a cross on each day on which a monthly taxpayer would get a GSTR-2B and a quarterly one does not."""
    color, free = frame.palette.aside, absent.left
    for month, day in story.cycle.left_out:
        x, y = frame.scale.middle(day), absent.middle[1]
        for rise in (_CROSS, -_CROSS):
            yield Line(((x - _CROSS, y - rise), (x + _CROSS, y + rise)), color, frame.pen(1.2))
        none = Text(x, absent.bottom + LINE_BELOW, f"none for {month}", measure.TEXT, color, "middle")
        if free < none.box.left and none.box.right < absent.right:
            yield from cleared(none, frame.palette)
            free = none.box.right


def _following(frame: Frame, story: Story, final: Box) -> Iterator[Shape]:
    """Give the day of the next draft below the final state, with as many words as there is room for."""
    day, palette = story.days.draft_following, frame.palette
    x, y = frame.scale.middle(day), final.bottom + LINE_BELOW + 1
    begins = max([final.left, *(cut + CUT / 2 for cut in frame.scale.cuts if cut < x)])
    yield Line(((x, final.bottom), (x, final.bottom + 4)), palette.aside, frame.pen(1))
    choices = (f"next draft: {day.day} {day:%b}", "next draft", "next")
    if before := longest_that_fits(choices[:2], measure.TEXT, x - begins - 2 * PAD):
        yield from cleared(Text(x - PAD, y, before, measure.TEXT, palette.aside, "end"), palette)
    else:
        after = longest_that_fits(choices, measure.TEXT, final.right - x - 2 * PAD)
        yield from cleared(Text(x + PAD, y, after, measure.TEXT, palette.aside), palette)


def _loop(frame: Frame, story: Story, draft: Box) -> Iterator[Shape]:
    """Give the stale state below the draft, a change leading down to it and the recomputing up again."""
    palette, notes, title = frame.palette, story.cycle.notes["stale"], story.cycle.stale
    wide = noted_width(title, notes, measure.TEXT, bold=True) + 2 * PAD
    apart = wide / 2
    room = draft.right - draft.left - apart - 3 * PAD
    fits = width("a change" + "recompute", measure.TEXT) <= room
    change, again = ("a change", "recompute") if fits else ("", "")
    slack = (room - width(change, measure.TEXT) - width(again, measure.TEXT)) / 2
    down = draft.left + 1.5 * PAD + width(change, measure.TEXT) + slack
    down -= max(0.0, down + (apart + wide) / 2 + PAD - RIGHT)
    top, up = draft.bottom + LOOP, down + apart
    for x, start, end in ((down, draft.bottom, top), (up, top, draft.bottom)):
        yield Line(((x, start), (x, end)), palette.ink, frame.pen(0.9), arrow=True)
    y = draft.bottom + LOOP / 2 + 2.5
    yield from cleared(Text(down - PAD, y, change, measure.TEXT, palette.ink, "end"), palette)
    yield from cleared(Text(up + PAD, y, again, measure.TEXT, palette.ink), palette)
    centre = (down + up) / 2
    stale = Box(centre - wide / 2, top, centre + wide / 2, top + STATE)
    yield from _state(frame, stale, title, palette.amber, notes)
