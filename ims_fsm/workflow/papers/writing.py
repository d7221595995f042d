"""The working papers of a period, written part by part as of one moment: the first page and what must tie come last.

Imports the parts, and what they are written on. The same database gives the same bytes, but for the moment and maker.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ims_fsm import __version__
from ims_fsm.formats.workbooks.papers import WorkbookPaper
from ims_fsm.formats.workbooks.writer import writing
from ims_fsm.law.matching import Cascade
from ims_fsm.pages.papers import PagePaper
from ims_fsm.record.paper import Cover, Entry, Paper, PaperColumn, PapersWritten, Part, Tie
from ims_fsm.store import papers as store
from ims_fsm.store import returns, seals
from ims_fsm.store.purchases import matches
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.papers import done, register, two_b
from ims_fsm.workflow.papers.material import Material, Rows, moment, words
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views.views import two_b_view

PaperForm = Literal["xlsx", "html"]
ROWS: Mapping[str, Callable[[Material], Rows]] = {
    "totals": two_b.totals,
    "lines": two_b.lines,
    "left_out": two_b.omitted,
    "generations": two_b.every_generation,
    "changes": two_b.changes,
    "returns": two_b.steps_of_returns,
    "classes": register.sums,
    "differing": register.differing,
    "pairs": register.by_hand,
    "steps": done.every_step,
    "signoffs": done.every_signoff,
    "refusals": done.refusals,
    "added_back": done.added_back,
    "liabilities": done.liabilities,
    "settings": done.settings,
    "seals": done.every_seal,
    "law": done.law,
}


def write_papers(
    unit: UnitOfWork, recipient: str, period: TaxPeriod, out: BinaryIO, form: PaperForm, cascade: Cascade
) -> PapersWritten:
    """Write the working papers of a recipient's period into a file that is open for bytes."""
    of = Material(
        unit=unit,
        recipient=recipient,
        period=period,
        view=two_b_view(unit, recipient, period, with_lines=False),
        cascade=cascade,
        matched=matches.is_there(unit.connection, recipient),
    )
    title, footer = f"Working papers of {recipient} for {period.in_words}", f"Working papers of {recipient}, {period}"
    with ExitStack() as closing:
        if form == "html":
            paper: Paper = PagePaper(out, footer)
        else:
            paper = WorkbookPaper(closing.enter_context(writing(out, unit.now, title)), footer)
        entries = [Entry(part, paper.part(part)) for part in _parts(of)]
        ties = tuple(_ties(of))
        paper.end(Cover(title=title, facts=list(_facts(of)), entries=entries, ties=ties))
    return PapersWritten(
        recipient=recipient,
        period=period,
        parts={entry.part.name: entry.rows for entry in entries},
        checks=len(ties),
        broken=tuple(tie.what for tie in ties if not tie.holds),
    )


def _parts(of: Material) -> Iterator[Part]:
    """Give the parts that are declared, with their rows, in their order."""
    declared = tomllib.loads(Path(__file__).with_name("parts.toml").read_text("utf-8"))
    groups = {name: text for name, text in declared.items() if isinstance(text, str)}
    for part in declared["part"]:
        if of.matched or not part.get("register"):
            lines = "".join(groups.get(line.strip(), line) for line in part["columns"].splitlines(keepends=True))
            yield Part(
                name=part["name"],
                title=part["title"],
                says=[part["says"]] if "says" in part else (),
                columns=[_column(*line.split(None, 3)) for line in lines.splitlines() if line.strip()],
                rows=ROWS[part["key"]](of),
            )


def _column(name: str, form: Any, width: str, title: str) -> PaperColumn:
    return PaperColumn(name, title, form, int(width))


def _facts(of: Material) -> Iterator[tuple[str, str]]:
    unit, standing, dates = of.unit, of.view.two_b, of.view.dates
    who = unit.taxpayer(of.recipient)
    yield "Taxpayer", f"{who.gstin}{f' ({who.name})' if who.name else ''}, {who.kind}, files {who.filing}"
    yield "Tax period", of.period.in_words
    generated = f", generation {standing.generation}" if standing.generation else ""
    yield "GSTR-2B", f"{words(standing.state)}{generated}"
    filed = "not filed" if standing.filed_at is None else f"filed {moment(standing.filed_at)} IST"
    yield "GSTR-3B", f"due on {dates.file_by:%d-%m-%Y}, {filed}"
    yield "Made", f"{moment(unit.now)} IST, by {unit.actor or 'nobody who is named'}"
    yield "Made with", f"ims-fsm {__version__}"
    yield "Purchase register", "is matched" if of.matched else "is not here, so nothing is said of it"
    yield "Newest seal", _sealed(of)


def _sealed(of: Material) -> str:
    newest = next(reversed(seals.seals_of(of.unit.connection, of.recipient)), None)
    if newest is None:
        return "none: seal the log, and make these papers anew, so that they can be held against it"
    since = f"{of.listed['unsealed']:,} of the steps in these papers were written since"
    return f"{newest.checkpoint}Seal {newest.number} of {moment(newest.at)} IST; {since}"


def _ties(of: Material) -> Iterator[Tie]:
    listed, view = of.listed, of.view
    stated = view.generations[-1].lines if view.generations else 0
    yield Tie(what="Lines of GSTR-2B: as listed, as its log says", listed=listed["lines"], stated=stated)
    for name, tax in view.all_totals.items():
        for head, amount in zip(HEADS, tax, strict=True):
            if (here := listed[f"{name} {head}"]) or amount:
                what = f"{two_b.NAMES[name]}, {head.upper()}: sum of the lines, total of GSTR-2B"
                yield Tie(what=what, listed=here, stated=amount, is_money=True)
    omitted = sum(group.records for group in view.left_out)
    yield Tie(what="Records left out: as listed, as counted by reason", listed=listed["left out"], stated=omitted)
    for generation in view.generations[1:]:
        what = f"Lines that generation {generation.number} changed: as explained, as kept"
        yield Tie(what=what, listed=listed[f"changes {generation.number}"], stated=generation.changed)
    if of.matched:
        what = "Matches that differ: as listed, as the classes count them"
        yield Tie(what=what, listed=listed["matches"], stated=listed["stated matches"])
        for side, words_ in (("booked", "in the register"), ("reported", "as reported")):
            what = f"Tax {words_} of what differs: sum of the list, sums of the classes"
            yield Tie(what=what, listed=listed[side], stated=listed[f"stated {side}"], is_money=True)
    said = store.stated_steps(of.unit.connection, of.recipient, of.period)
    yield Tie(what="Steps of the records: as listed, as the records say", listed=listed["steps"], stated=said)
    what = "Added back to suppliers: as listed, as the steps of the records say"
    yield Tie(what=what, listed=listed["added back"], stated=listed["added back by steps"], is_money=True)
    yield from _filed_on(of)


def _filed_on(of: Material) -> Iterator[Tie]:
    """Give whether what GSTR-3B was filed on still is what it kept the digest of."""
    kept = store.filed_on(of.unit.connection, of.recipient, of.period)
    if kept is not None:
        same = returns.digest(of.unit.connection, of.recipient, of.period) == kept
        what = "What GSTR-3B was filed on: its digest now (1: the same), its digest then"
        yield Tie(what=what, listed=int(same), stated=1)
