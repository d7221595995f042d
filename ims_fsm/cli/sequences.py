"""`timeline` and `sequence`: a tax period in one picture, and two stories with their money.

Imports Typer and the options; the law and the drawing when it is run, never the store.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from ims_fsm.cli import options
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.drawing import Theme, ThemeName
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import verbatim
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm.law.book import LawBook


_BY_ENDING = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".mmd": "mermaid"}
_BINARY = frozenset({"png", "pdf"})
Overlay = Annotated[
    Path | None,
    Option("--calendar", metavar="FILE", help="TOML laid over the calendar, for example where a due date is extended."),
]


@command("timeline")
def timeline(
    call: Call,
    *,
    period: options.Period,
    quarterly: Annotated[bool, Option("--quarterly", help="The recipient files quarterly.")] = False,
    state: Annotated[
        str, Option(metavar="CODE", help="The recipient's state: the first two digits of their GSTIN.")
    ] = "",
    calendar: Overlay = None,
    theme: Theme = ThemeName.LIGHT,
    fmt: Annotated[
        Literal["svg", "png", "pdf"] | None, Option("--format", help="The format; default: that of the file's ending.")
    ] = None,
    out: options.Out = None,
) -> None:
    """Draw a tax period in one picture: filing windows, the draft, recomputing, GSTR-3B, limits, with their rules."""
    from ims_fsm.charts.month.days import Recipient
    from ims_fsm.charts.paper import drawn
    from ims_fsm.charts.timeline import month_page
    from ims_fsm.draw.theme import theme_named
    from ims_fsm.terms.vocabulary import Filing

    recipient = Recipient(Filing.QUARTERLY if quarterly else Filing.MONTHLY, state)
    chosen = _chosen(fmt, out)
    page = month_page(_book(calendar), period, recipient, theme_named(theme))
    _put(call, drawn(page, chosen), chosen, out)


@command("sequence")
def sequence(
    call: Call,
    tale: Annotated[
        Literal["amendment", "rejected-credit-note"],
        Argument(metavar="STORY", help="amendment (FAQ 13) or rejected-credit-note (FAQ 34)."),
    ],
    *,
    v0: Annotated[str | None, Option(metavar="RUPEES", help="The tax of the document.")] = None,
    v1: Annotated[str | None, Option(metavar="RUPEES", help="The tax of its amendment.")] = None,
    period: Annotated[
        TaxPeriod | None, options.period_option("The 2B period of the document; default: the first of IMS.")
    ] = None,
    calendar: Overlay = None,
    theme: Theme = ThemeName.LIGHT,
    fmt: Annotated[
        Literal["svg", "png", "pdf", "mermaid"] | None,
        Option("--format", help="The format; default: that of the file's ending."),
    ] = None,
    out: options.Out = None,
) -> None:
    """Draw a story with its money, step by step: what is filed, acted, refused, and where both sides stand."""
    from ims_fsm.charts.sequence.sequence import sequence as drawn_sequence
    from ims_fsm.charts.sequence.sequence import tale_of
    from ims_fsm.draw.theme import theme_named

    book, chosen = _book(calendar), _chosen(fmt, out)
    content = drawn_sequence(book, tale_of(book, tale, v0, v1, period), chosen, theme_named(theme))
    _put(call, content, chosen, out)


def _book(calendar: Path | None) -> LawBook:
    from ims_fsm.law.book import shipped_book

    try:
        return shipped_book(None if calendar is None else calendar.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise CallError(f"{calendar} is not text in UTF-8; name a TOML file") from error


def _chosen(fmt: str | None, out: Path | None) -> str:
    if fmt is not None or out is None:
        return fmt or "svg"
    if out.suffix.lower() not in _BY_ENDING:
        raise CallError(f"{out} does not end like a picture; end it with {', '.join(_BY_ENDING)}, or name a --format")
    return _BY_ENDING[out.suffix.lower()]


def _put(call: Call, content: bytes, fmt: str, out: Path | None) -> None:
    if out is None and fmt in _BINARY:
        raise CallError(f"{fmt} is not text and cannot be printed; name a file with --out")
    if out is None:
        text = content.decode()
        call.answer(lambda: sys.stdout.write(text), {"format": fmt, "picture": text})
        return
    out.write_bytes(content)
    call.answer(lambda: verbatim(str(out)), {"format": fmt, "files": [out]}, "--out")
