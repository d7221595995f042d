"""A command for each recipient of the database in turn: what fails or is refused for one stops no other.

Imports what tells of failures; knows no command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typer

from ims_fsm.cli.failures import DONE, INTERRUPTED, REFUSED, UNTOLD, CallError, guarded
from ims_fsm.cli.output import counted, say

#: What --gstin says where each recipient is meant, and what stands for whose it is in the name of a file.
ALL, WHOSE = "all", "{gstin}"


def in_turn(gstins: Sequence[str], work: Callable[[str], object], *, as_json: bool, acts: bool) -> None:
    """Do the work for each of these GSTINs, under its name unless the answers are JSON; end with 1 if any is refused.

    It stops where it is interrupted, or its answer cannot be written, and ends so; where it `acts` it names those to
    whom it did not come. Raises `CallError` that names those for whom it failed.
    """
    codes: dict[str, int] = {}
    for gstin in gstins:
        if not as_json:
            say(gstin, style="bold")
        codes[gstin] = code = guarded(partial(_ended, partial(work, gstin)), ["--json"] if as_json else [])
        if code in {INTERRUPTED, UNTOLD}:
            if acts and (left := gstins[len(codes) :]):
                typer.echo(f"stopped at {gstin}; nothing was done for {', '.join(left)}", err=True)
            raise typer.Exit(code)
    if failed := [gstin for gstin, code in codes.items() if code > REFUSED]:
        whom = counted(len(gstins), "recipient")
        raise CallError(f"this failed for {len(failed)} of {whom}, as told above: {', '.join(failed)}")
    if any(codes.values()):
        raise typer.Exit(REFUSED)


def _ended(work: Callable[[], object]) -> int:
    try:
        work()
    except typer.Exit as end:
        return end.exit_code
    return DONE


def whose(value: Any, gstin: str | None) -> Any:
    """Return what a parameter says, with the recipient in the name of a file that has a place for it."""
    if gstin is not None and isinstance(value, Path):
        return Path(str(value).replace(WHOSE, gstin))
    return value


def has_place(values: Iterable[object]) -> bool:
    """Say whether a file has a place in its name for whose it is."""
    return any(isinstance(value, Path) and WHOSE in str(value) for value in values)


def with_files(gstins: Sequence[str], inputs: Iterable[object], *, quiet: bool) -> list[str]:
    """Return those for whom the files are there that are theirs by name, and say who is passed over.

    Raises `CallError` where there are none for anybody.
    """
    theirs = [value for value in inputs if isinstance(value, Path) and has_place([value])]
    there = [gstin for gstin in gstins if all(whose(path, gstin).exists() for path in theirs)]
    if theirs and not there:
        raise CallError(
            f"there is no file {theirs[0]} for any of {counted(len(gstins), 'recipient')}; correct its name"
        )
    if len(there) < len(gstins) and not quiet:
        say(f"Passed over, as they have no such file: {', '.join(gstin for gstin in gstins if gstin not in there)}.")
    return there


# What prints one table or document where no file is named: the command, its option, and what that says then.
_ONE = {"list": ("csv", True), "2b export": ("out", None)}


def refuse_mixed(name: str, gstin: str | None, given: Mapping[str, object]) -> None:
    """Refuse to print one after another what a program reads as one; raises `CallError`."""
    option, says = _ONE.get(name, ("", ...))
    if gstin == ALL and given.get(option) == says and given.get("out") is None:
        raise CallError(f"--gstin {ALL} would print several tables as one; write a file each with --out '{WHOSE}…'")
