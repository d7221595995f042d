"""`draw`, `compare`, `timeline`, `poster`, `policy` and `sequence`: the law in pictures, and what a change of it does.

Imports Typer and the options; the law and the drawing when it is run, never the store.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.law import law_at, path_and_machines
from ims_fsm.cli.output import counted, say, table, verbatim
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm.draw.language import Language
    from ims_fsm.files.writing import Outputs
    from ims_fsm.law.comparison import Comparison
    from ims_fsm.law.register import Law

# For a light page, a dark one, and for print, where it reads in grey.
Theme = Literal["light", "dark", "print"]
_BY_ENDING = {".svg": "svg", ".png": "png", ".pdf": "pdf"}
_MERMAID = {".mmd": "mermaid"}
_BINARY = frozenset({"png", "pdf"})
_OTHER_ENGINES = frozenset({"scxml", "xstate"})


@command("draw")
def draw(
    call: Call,
    machines: list[str] | None = None,
    *,
    fmt: Literal["svg", "png", "pdf", "dot", "mermaid", "scxml", "xstate"] = "svg",
    theme: Theme = "light",
    edition: str | None = None,
    period: TaxPeriod | None = None,
    compare: tuple[str, str] | None = None,
    notes: Literal["none", "numbers", "full"] | None = None,
    ratio: Literal["16:9", "a4", "square"] | None = None,
    only: str | None = None,
    highlight: str | None = None,
    differs_from: str | None = None,
    language: str = "en",
    href_base: str | None = None,
    watch: bool = False,
    out: Path = Path("diagrams"),
) -> None:
    """Draw the declared machines, each with its newest rule set and those before that differ.

    As scxml and xstate they are written for other engines: states, triggers, guards and their rules.
    """
    from ims_fsm.draw.comparison import comparisons, write_comparisons
    from ims_fsm.draw.diagrams import Style, exchanged, written
    from ims_fsm.draw.views import views

    path, names = path_and_machines(machines)
    style = Style.named(theme, href_base, notes, ratio, () if only is None else only)
    spoken = _spoken(language, is_plain=not (compare or highlight or differs_from) and fmt not in _OTHER_ENGINES)
    _check_rule_sets(compare, edition, period)
    kinds = {"--compare": compare, "--highlight": highlight, "--differs-from": differs_from}
    _check_looks(fmt, kinds, {"--notes": notes, "--ratio": ratio, "--only": only})

    def drawn(law: Law, outputs: Outputs) -> list[Path]:
        if fmt in _OTHER_ENGINES:
            return exchanged(law, out, fmt, names, period or edition, outputs)
        if compare:
            return write_comparisons(comparisons(law, *compare, names), out, [fmt], style, outputs)
        sheets = views(
            law, names, period or edition, style, language=spoken, highlight=highlight, differs_from=differs_from
        )
        return written(sheets, out, [fmt], outputs=outputs)

    if watch:
        _watch(path, drawn, call.outputs)
        return
    files = drawn(law_at(path), call.outputs)
    call.answer(lambda: verbatim("\n".join(map(str, files))), {"files": files})


def _check_looks(fmt: str, kinds: Mapping[str, object], looks: Mapping[str, object]) -> None:
    """Refuse two kinds of pictures in one, and any where no picture is made."""
    asked = [option for option, given in {**kinds, **looks}.items() if given]
    if asked and fmt in _OTHER_ENGINES:
        raise CallError(f"{asked[0]} is about a picture, and {fmt} is none; leave the option out")
    if sum(map(bool, kinds.values())) > 1:
        raise CallError(f"{', '.join(kinds)} each make a picture of their own; keep one of them")


def _check_rule_sets(compare: tuple[str, str] | None, edition: str | None, period: TaxPeriod | None) -> None:
    if compare and edition:
        raise CallError("--compare names two rule sets and --edition one; leave one of the options out")
    if period and (compare or edition):
        raise CallError("--period chooses the rule set; leave --edition and --compare out")


def _spoken(language: str, *, is_plain: bool) -> Language:
    from ims_fsm.draw.language import ENGLISH, language_named

    spoken = language_named(language)
    if spoken is not ENGLISH and not is_plain:
        raise CallError("only pictures of machines as they are declared have other languages; leave --language out")
    return spoken


def _watch(path: Path | None, drawn: Callable[[Law, Outputs], list[Path]], outputs: Outputs) -> None:
    from ims_fsm.draw.watching import every_so_often, watch
    from ims_fsm.resources import machines_folder

    def redraw() -> list[Path]:
        nonlocal outputs
        outputs = outputs.again()
        return drawn(law_at(path), outputs)

    watch(path or machines_folder(), redraw, verbatim, pause=every_so_often)


@command("compare")
def compare(
    call: Call, machines: list[str] | None = None, *, rule_sets: tuple[str, str] | None = None, markdown: bool = False
) -> None:
    """Compare two rule sets: the states, transitions and guards that are added, gone or changed."""
    from ims_fsm.draw.comparison import comparisons
    from ims_fsm.draw.comparison import markdown as as_markdown

    path, names = path_and_machines(machines)
    law = law_at(path)
    changes = comparisons(law, *(rule_sets or _last_two(law)), names)
    if markdown and not call.as_json:
        verbatim(as_markdown(changes).rstrip())
    else:
        call.answer(lambda: _say(changes), [_parts(comparison) for comparison in changes])


def _last_two(law: Law) -> tuple[str, str]:
    if len(law.rule_sets) == 1:
        raise CallError(f"the law has one rule set, {law.rule_sets[0].id}; there is nothing to compare it with")
    before, after = law.rule_sets[-2:]
    return before.id, after.id


def _say(changes: list[Comparison]) -> None:
    from ims_fsm.draw.citation import cite_all
    from ims_fsm.draw.comparison import difference_table

    differing = [comparison for comparison in changes if comparison.differs]
    if not differing:
        say("Nothing differs.")
    for at, comparison in enumerate(differing):
        heading = f"{comparison.title}: from {comparison.before.id} to {comparison.after.id}"
        say(*([""] if at else []), heading, style="bold")
        rows = [
            (str(row.change), f"{row.part} {row.name}", row.before, row.after, cite_all(row.rules))
            for row in difference_table(comparison)
        ]
        table(("", "what", "before", "after", "rules"), rows, indent=2)


def _parts(comparison: Comparison) -> dict[str, object]:
    from ims_fsm.draw.comparison import difference_table

    return {
        "machine": comparison.machine,
        "before": comparison.before.id,
        "after": comparison.after.id,
        "differences": difference_table(comparison),
    }


@command("timeline")
def timeline(
    call: Call,
    *,
    period: TaxPeriod,
    quarterly: bool = False,
    state: str = "",
    calendar: Path | None = None,
    animate: str | None = None,
    theme: Theme = "light",
    fmt: Literal["svg", "png", "pdf"] | None = None,
    out: Path | None = None,
) -> None:
    """Draw a tax period in one picture: filing windows, the draft, recomputing, GSTR-3B, limits, with their rules."""
    from ims_fsm.charts.month.days import Recipient
    from ims_fsm.charts.month.drawing import month_page
    from ims_fsm.charts.month.motion import moving_month
    from ims_fsm.charts.month.way import way_of
    from ims_fsm.draw.conversion import converted
    from ims_fsm.draw.theme import theme_named
    from ims_fsm.law.book import book_with
    from ims_fsm.terms.vocabulary import Filing

    recipient = Recipient(Filing.QUARTERLY if quarterly else Filing.MONTHLY, state)
    chosen, book = _chosen(fmt, out), book_with(calendar)
    if animate is None:
        svg = month_page(book, period, recipient, theme_named(theme)).svg()
    elif chosen != "svg" or theme != "light":
        raise CallError(
            "only an SVG moves, and it follows light and dark pages by itself; leave --format and --theme out"
        )
    else:
        svg = moving_month(way_of(book, animate, period, recipient))
    _put(call, converted(svg, chosen), chosen, out)


@command("poster")
def poster(
    call: Call,
    *,
    period: TaxPeriod | None = None,
    calendar: Path | None = None,
    theme: Theme = "light",
    fmt: Literal["svg", "png", "pdf"] | None = None,
    out: Path | None = None,
) -> None:
    """Draw the whole law on A2 for the wall: an invoice's machine, what differs in others, GSTR-2B, a month."""
    from ims_fsm.charts.poster.drawing import poster as drawn_poster
    from ims_fsm.draw.conversion import converted
    from ims_fsm.draw.theme import theme_named
    from ims_fsm.law.book import book_with

    chosen = _chosen(fmt, out)
    svg = drawn_poster(book_with(calendar), period, theme_named(theme)).svg()
    _put(call, converted(svg, chosen), chosen, out)


@command("policy")
def policy(
    call: Call,
    path: Path | None = None,
    *,
    rules: Path | None = None,
    theme: Theme = "light",
    fmt: Literal["svg", "png", "pdf"] | None = None,
    out: Path | None = None,
) -> None:
    """Verify what is recommended by which class, and say what of it the law always refuses; with --out draw it.

    A policy that cannot be used is refused with everything that is wrong with it, such as an entry never reached.
    """
    from ims_fsm.charts.policy import conditions, policy_page
    from ims_fsm.draw.conversion import converted
    from ims_fsm.draw.theme import theme_named
    from ims_fsm.law.book import shipped_law
    from ims_fsm.law.overlay import Overlay
    from ims_fsm.law.policy_check import barred
    from ims_fsm.law.policy_reading import advice_with

    over = [None if file is None else Overlay.of(file) for file in (path, rules)]
    read = advice_with(*over).policy
    if out is not None or fmt is not None:
        chosen = _chosen(fmt, out)
        _put(call, converted(policy_page(read, theme_named(theme)).svg(), chosen), chosen, out)
        return
    refused = [*barred(read, shipped_law())]

    def tell() -> None:
        say(f"{path or 'The shipped policy'}: {counted(len(read.recommend), 'entry', 'entries')}, each can be reached.")
        rows = [
            (entry.name, "; ".join(conditions(entry)), entry.action, ", ".join((*entry.otherwise, "ask")))
            for entry in read.recommend
        ]
        table(("entry", "takes", "recommends", "if refused"), rows, indent=2)
        if refused:
            say("", "What the law refuses there whatever the facts are:")
            lines = [(of.entry, of.action, of.machine, of.rule_set, ", ".join(of.rules), of.then) for of in refused]
            table(("entry", "action", "of", "under", "rules", "so"), lines, indent=2)

    call.answer(tell, {"entries": read.recommend, "refused": refused})


@command("sequence")
def sequence(
    call: Call,
    tale: Literal["amendment", "rejected-credit-note"],
    *,
    v0: str | None = None,
    v1: str | None = None,
    period: TaxPeriod | None = None,
    calendar: Path | None = None,
    theme: Theme = "light",
    fmt: Literal["svg", "png", "pdf", "mermaid"] | None = None,
    out: Path | None = None,
) -> None:
    """Draw a story with its money, step by step: what is filed, acted, refused, and where both sides stand."""
    from ims_fsm.charts.sequence.sequence import sequence as drawn_sequence
    from ims_fsm.charts.sequence.sequence import tale_of
    from ims_fsm.draw.theme import theme_named
    from ims_fsm.law.book import book_with

    book, chosen = book_with(calendar), _chosen(fmt, out, _BY_ENDING | _MERMAID)
    content = drawn_sequence(book, tale_of(book, tale, v0, v1, period), chosen, theme_named(theme))
    _put(call, content, chosen, out)


def _chosen(fmt: str | None, out: Path | None, endings: Mapping[str, str] = _BY_ENDING) -> str:
    if fmt is not None or out is None:
        return fmt or "svg"
    if out.suffix.lower() not in endings:
        words = "does not end like a picture of this command"
        raise CallError(f"{out} {words}; end it with {', '.join(endings)}, or name a --format")
    return endings[out.suffix.lower()]


def _put(call: Call, content: bytes, fmt: str, out: Path | None) -> None:
    if out is None and fmt in _BINARY:
        raise CallError(f"{fmt} is not text and cannot be printed; name a file with --out")
    if out is None:
        text = content.decode()
        call.answer(lambda: sys.stdout.write(text), {"format": fmt, "picture": text})
        return
    call.outputs.write(out, content)
    call.answer(lambda: verbatim(str(out)), {"format": fmt, "files": [out]}, "--out")
