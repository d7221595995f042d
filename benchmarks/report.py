"""The results as a page: for each group a table of comparisons, growth and absolute figures, how and when measured.

Imports the results; measures nothing. A group that was not run keeps the section it has on the page.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import Spread
from benchmarks.result import Comparison, Figure, Group, Growth

PAGE = Path(__file__).with_name("RESULTS.md")
REASONS = Path(__file__).with_name("reasons.toml")
_SECTION = re.compile(r"^## ", re.MULTILINE)
_HEAD = """\
# Results

Written by `make bench` (some minutes) and `make bench-full` (to a million records); what is measured, and how, stands
in `benchmarks/`. A ratio is ours divided by the baseline, taken round by round: both ran within the same moments, in
turn, on the same data. It is a median with the smallest and the largest in brackets; absolute times are medians. Below
1 we take less time; "1/40" is a fortieth of it. Every measurement checks its own result and fails if that is wrong.
The last column has our seconds on cores and their ratio: of this process, its children and the processes of the
server that work for it, without waiting. Where client and server work at once the wall shows less than was computed.
Reasons for goals that are not met stand in `benchmarks/reasons.toml`.
"""


def page(groups: Mapping[str, Group], measured: str, surroundings: Iterable[str], before: str = "") -> str:
    """Return the whole page: sections of the groups measured now, and of those that stood on the page before."""
    sections = {_name_of(section): section for section in _sections(before)}
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    for group in groups.values():
        sections[group.title] = section(group, measured, surroundings, reasons)
    return "\n".join([_HEAD, *(text.rstrip() + "\n" for text in sections.values())])


def section(group: Group, measured: str, surroundings: Iterable[str], reasons: Mapping[str, str]) -> str:
    """Return what one group found."""
    lines = [f"## {group.title}", "", f"{measured}  ", *(f"{said}  " for said in surroundings), ""]
    lines += [f"- {said}" for said in group.says]
    lines += ["", "| work | ours | baseline | ratio | goal | met | on cores |", "|---|---:|---|---:|---:|---|---:|"]
    lines += [_compared(one) for one in group.comparisons]
    if group.growth:
        lines += ["", "| growth | seconds by records | exponent | goal | met |", "|---|---|---:|---:|---|"]
        lines += [_grown(one) for one in group.growth]
    if group.figures:
        lines += ["", "| absolute, on this machine | | goal | met |", "|---|---:|---:|---|"]
        lines += [_told(one) for one in group.figures]
    if group.missed:
        lines += ["", "Not met:", ""]
        lines += [f"- `{key}`: {reasons.get(key, 'no reason is written yet')}" for key in group.missed]
    return "\n".join([*lines, ""])


def _compared(one: Comparison) -> str:
    goal = "" if one.goal is None else f"≤ {_number(one.goal)}"
    ratio = f"**{_number(one.ratio.median)}** ({_number(one.ratio.least)}-{_number(one.ratio.most)})"
    baseline = f"{one.baseline}: {duration(one.base.median)}"
    told = "" if one.on_cores is None else f"{duration(one.on_cores[0])}, {_number(one.on_cores[1])}"
    return f"| {one.work} | {_spread(one.ours)} | {baseline} | {ratio} | {goal} | {_met(one.met)} | {told} |"


def _grown(one: Growth) -> str:
    goal = "" if one.goal is None else f"≤ {one.goal}"
    seconds = ", ".join(f"{records:,}: {duration(taken)}" for records, taken in one.seconds.items())
    return f"| {one.work} | {seconds} | **{one.exponent:.2f}** | {goal} | {_met(one.met)} |"


def _told(one: Figure) -> str:
    goal = "" if one.goal is None else f"≤ {one.goal:,.0f} {one.unit}"
    value = f"{one.value:,.0f}" if one.value >= 100 else f"{one.value:,.2f}"  # noqa: PLR2004 -- three digits
    return f"| {one.what} | {value} {one.unit} | {goal} | {_met(one.met)} |"


def _met(met: bool | None) -> str:  # noqa: FBT001 -- the cell of a table
    return "" if met is None else "yes" if met else "**missed**"


def _spread(spread: Spread) -> str:
    return f"{duration(spread.median)} ({duration(spread.least)}-{duration(spread.most)})"


def duration(seconds: float) -> str:
    """Return seconds for people: in s, ms or µs, three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return f"{seconds / size:.3g} {unit}"
    raise AssertionError("every duration has a unit")


def _number(value: float) -> str:
    if value >= 1 or value <= 0:
        return f"{value:.3g}"
    part = 1 / value
    return f"1/{part:.0f}" if part >= 10 or part == int(part) else f"{value:.2f}"  # noqa: PLR2004 -- two digits


def _sections(before: str) -> list[str]:
    starts = [found.start() for found in _SECTION.finditer(before)]
    return [before[start:end] for start, end in pairwise([*starts, len(before)])]


def _name_of(text: str) -> str:
    return text.splitlines()[0].removeprefix("## ")
