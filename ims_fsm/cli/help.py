"""The help of commands: what a command is for, its options in sections, an example, and where to begin.

Imports Typer; loads no command but the one that is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import typer

WIDTH = 100
Row = tuple[str, str]
# Typer writes the bounds of a number as a formula.
_BOUNDS = re.compile(r"\b(?:(?P<least>\d+)<=x<=(?P<most>\d+)|x>=(?P<only>\d+))(?=[;\]])")
BEGIN = (
    "A month in IMS on the shipped sample, step by step:",
    "  ims-fsm demo",
    "Your own month, from a download of the portal's IMS:",
    "  ims-fsm import ims_2024-11.json",
    "  ims-fsm dashboard",
    "  ims-fsm list",
    "May it be done, and which rule says so:",
    "  ims-fsm explain credit_note keep_pending",
    "A law of your own, and its picture:",
    "  ims-fsm verify leave_request.toml",
    "  ims-fsm draw leave_request.toml",
    "Every command:",
    "  ims-fsm --help",
)


class Helping:
    """A command or group whose help has a section for each panel of its parameters and commands."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage; what stands for an argument says itself whether it may be left out."""
        pieces: list[str] = super().collect_usage_pieces(ctx)  # type: ignore[misc]  # mixed into a command
        return [_bare(piece) for piece in pieces]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options in their sections, then the commands of a group."""
        sections: dict[str, list[Row]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):  # type: ignore[attr-defined]  # mixed into a command
            is_argument = parameter.param_type_name == "argument"
            section = "Arguments" if is_argument else parameter.rich_help_panel or "Options"
            if (row := parameter.get_help_record(ctx)) is not None:
                name, says = row
                sections.setdefault(section, []).append((_worded(name, is_argument), _BOUNDS.sub(_bounds, says)))
        for title, rows in sections.items():
            _section(formatter, title, rows)
        if hasattr(self, "list_commands"):
            self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands of a group under the titles of their panels, each with its sentence."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]  # type: ignore[attr-defined]
        for panel, members in groupby(commands, key=lambda member: member[1].rich_help_panel or "Commands"):
            _section(formatter, str(panel), [(name, _sentence(command.help or "")) for name, command in members])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write an example, as it is typed."""
        del ctx
        if example := getattr(getattr(self, "callback", None), "example", ""):
            with formatter.section("Example"):
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def _worded(name: str, is_argument: bool) -> str:
    # Typer writes a type as <str>; an argument's own name says what it takes, but for one of a closed set of words.
    plain, _, kind = name.rstrip(">").partition(" <")
    if not kind or (is_argument and "|" not in kind):
        return plain
    return f"{plain} {kind if '|' in kind else 'TEXT' if kind == 'str' else kind.upper()}"


def _bounds(of: re.Match[str]) -> str:
    return f"from {of['least']} to {of['most']}" if of["most"] else f"{of['only']} or more"


def _bare(piece: str) -> str:
    piece = piece.removesuffix("...") if "…" in piece else piece
    inner = piece[1:-1]
    return inner if piece[:1] == "{" or inner[:1] == "[" else piece


def _sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def _section(formatter: Any, title: str, rows: Iterable[Row]) -> None:
    if rows := list(rows):
        with formatter.section(title):
            formatter.write_dl(rows)


def begin() -> None:
    """Say where to begin, for a call that names no command."""
    for line in BEGIN:
        typer.echo(line)
