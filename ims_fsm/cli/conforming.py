"""`conform`: another system's log held against the law.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import csv as tables
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ims_fsm.cli import options
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, say, table, verbatim
from ims_fsm.terms.characters import inert
from ims_fsm.terms.period import TaxPeriod, in_india

if TYPE_CHECKING:
    from ims_fsm import Conformance, Deviation, DeviationGroup

Theme = Literal["light", "dark", "print"]
MOST = 10
LINE: Mapping[str, Callable[[Deviation], object]] = {
    "case": lambda of: of.case,
    "event": lambda of: of.event,
    "line": lambda of: of.line,
    "time": lambda of: "" if of.at is None else in_india(of.at).isoformat(),
    "activity": lambda of: of.activity,
    "machine": lambda of: of.machine,
    "rule set": lambda of: of.rule_set,
    "state": lambda of: of.state,
    "trigger": lambda of: of.trigger,
    "first": lambda of: "yes" if of.is_first else "",
    "outcome": lambda of: "refused" if of.is_refused else "undecided",
    "code": lambda of: of.code,
    "rule": lambda of: of.rule,
    "missing facts": lambda of: " ".join(of.facts),
    "says": lambda of: of.says,
    "remedy": lambda of: of.remedy,
}


@command("conform", "own_law")
def conform(
    call: Call,
    log: Path,
    *,
    machine: str | None = None,
    case: str | None = None,
    activity: str | None = None,
    time: str | None = None,
    resource: str | None = None,
    fact: list[str] | None = None,
    mapping: Path | None = None,
    assume: list[str] | None = None,
    lenient: bool = False,
    period: TaxPeriod | None = None,
    end: list[str] | None = None,
    csv: bool = False,
    out: Path | None = None,
    diagram: Path | None = None,
    theme: Theme = "light",
    limit: int = MOST,
) -> None:
    """Hold another system's log against the law: which cases conform, where the others leave it, and by which rule.

    LOG is CSV or XES, packed with gzip or not. A case is undecided where the log lacks a fact that a rule needs. Exit 1
    if a case left the law.
    """
    from ims_fsm import LogMap
    from ims_fsm import conform as held

    if csv and call.as_json:
        raise CallError("--csv and --json are two forms of the answer; give one of them")
    by = LogMap(
        columns={"case": case, "activity": activity, "time": time, "resource": resource},
        facts=options.pairs(fact or [], "--fact"),
        file=mapping,
        assume=options.pairs(assume or [], "--assume"),
        lenient=lenient,
        period=period,
        ends=tuple(end or ()),
    )
    with call.working("Replaying"), _lines(call, out, csv=csv) as note:
        result = held(log, machine, by=by, machines=call.own_law, note=note)
    pictures = [] if diagram is None else _draw(call, result, diagram, theme)
    tell = (
        (lambda: None) if csv and out is None else (lambda: _tell(result, limit, [*pictures, *([out] if out else [])]))
    )
    call.answer(tell, result, held=not result.left)


@contextmanager
def _lines(call: Call, out: Path | None, *, csv: bool) -> Iterator[Callable[[Deviation], object] | None]:
    """Give what writes each deviation as it is found, to a file or as the answer; None where neither is asked for."""
    if out is not None:
        with call.outputs.opened(out) as file:
            yield _writer(lambda line: file.write(line.encode()))
    else:
        yield _writer(sys.stdout.write) if csv else None


def _writer(write: Callable[[str], object]) -> Callable[[Deviation], object]:
    line = io.StringIO()
    writer = tables.writer(line, lineterminator="\n")

    def put(cells: Iterable[object]) -> None:
        line.seek(0)
        line.truncate()
        writer.writerow(map(inert, cells))
        write(line.getvalue())

    put(LINE)
    return lambda deviation: put([read(deviation) for read in LINE.values()])


def _tell(result: Conformance, limit: int, files: Sequence[Path]) -> None:
    laws = ", ".join(f"{machine} under {rule_set}" for machine, rule_set in result.traffic)
    say(f"{result.log}: {counted(result.cases, 'case')}, {counted(result.events, 'event')}; {laws}.", style="bold")
    rows = [
        ("conform", result.conforming, "the law takes every event"),
        ("left the law", result.left, "an event was refused"),
        ("undecided", result.undecided, "the log lacks a fact that a rule needs"),
    ]
    table(("", ">cases", ">share", ""), [(name, f"{n:,}", _share(n, result.cases), says) for name, n, says in rows])
    events = f"{_share(result.taken, result.events)} of the events, on average {result.mean_fitness:.1%} of a case's"
    say("", f"The law takes {events}; {result.refused:,} are refused and {result.undecided_events:,} undecided.")
    _tell_reading(result)
    for groups, heading in (
        (result.deviations, "Where cases left the law"),
        (result.waiting, "What the log does not say"),
    ):
        if groups:
            say("", heading, style="bold")
            for group in groups[: limit or None]:
                _tell_group(group)
            _tell_rest(len(groups), limit)
    say("", "What cases do", style="bold")
    ways = [
        (_way(way.activities, way.more), f"{way.cases:,}", f"{way.conforming:,}", f"{way.left:,}", f"{way.undecided:,}")
        for way in result.ways[: limit or None]
    ]
    table(("activities", ">cases", ">conform", ">left", ">undecided"), ways)
    _tell_rest(len(result.ways) + result.other_ways, limit)
    if files:
        say("")
        verbatim("\n".join(map(str, files)))


def _draw(call: Call, result: Conformance, file: Path, theme: Theme) -> list[Path]:
    """Draw what was done under the most frequent law to the file, under each other to a file beside it."""
    from ims_fsm import log_diagrams
    from ims_fsm.draw.diagrams import format_of

    fmt = format_of(file)
    files: list[Path] = []
    for law, drawn in zip(result.laws, log_diagrams(result, theme), strict=True):
        other = file.with_name(f"{file.stem}.{law.edition.name}.{law.edition.rule_set.id}{file.suffix}")
        files.append(other if files else file)
        call.outputs.write(files[-1], drawn.drawn(fmt))
    return files


def _tell_reading(result: Conformance) -> None:
    for how, cases in result.periods.items():
        say(f"The edition of the law was chosen by {how}: {counted(cases, 'case')}.")
    if result.assumed:
        facts = ", ".join(f"{fact} = {value}" for fact, value in result.assumed.items())
        say(f"Assumed where the log does not say it: {facts}.")
    if result.out_of_order:
        say(f"Sorted by their moments: {counted(result.out_of_order, 'event')} that stood out of order.")
    if result.ignored:
        say(f"Passed over, for they move nothing: {counted(result.ignored, 'event')}.")
    if result.not_complete:
        say(f"Passed over, for they are not complete (lifecycle:transition): {counted(result.not_complete, 'event')}.")


def _tell_group(group: DeviationGroup) -> None:
    like = group.like
    many = f"{counted(group.events, 'event')} in {counted(group.cases, 'case')}"
    if like.is_refused:
        say("", f"{like.rule}  {like.code}: {like.trigger} in {like.state}", indent=2)
        say(f"{many}; {counted(group.first, 'case')} first left the law here.", indent=4)
    else:
        say("", f"{like.trigger}: {many}", indent=2)
    say(f"{group.says}.", f"→ {group.remedy}.", indent=4, hang=2)
    places = [f"{example.case} (event {example.event}, line {example.line})" for example in group.examples]
    say(f"in {', '.join(places)}{', …' if group.cases > len(places) else ''}", indent=4, hang=2)


def _tell_rest(number: int, limit: int) -> None:
    if limit and number > limit:
        say(f"… and {number - limit:,} more; --limit 0 shows all.", indent=2)


def _way(activities: Sequence[str], more: int) -> str:
    return " → ".join([*activities, *([f"… {more:,} more"] if more else [])])


def _share(part: int, of: int) -> str:
    return f"{part / of:.1%}" if of else ""
