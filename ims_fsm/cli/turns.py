"""A command for each recipient of the database in turn: what fails or is refused for one stops no other.

Imports what tells of failures; knows no command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    It stops where it is interrupted, or its answer cannot be written. Raises `CallError` that names those for whom it
    failed, and where it `acts` those to whom it did not come.
    """
    codes: dict[str, int] = {}
    for gstin in gstins:
        if not as_json:
            say(gstin, style="bold")
        codes[gstin] = guarded(partial(_ended, partial(work, gstin)), ["--json"] if as_json else [])
        if codes[gstin] in {INTERRUPTED, UNTOLD}:
            break
    if (left := gstins[len(codes) :]) and not acts:
        raise typer.Exit(codes.popitem()[1])
    if left:
        raise CallError(f"stopped at {[*codes][-1]}; nothing was done for {', '.join(left)}; name them with --gstin")
    if failed := [gstin for gstin, code in codes.items() if code > REFUSED]:
        whose = counted(len(gstins), "recipient")
        raise CallError(f"this failed for {len(failed)} of {whose}, as told above: {', '.join(failed)}")
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
