"""The columns of a register whose titles are not known: asked at a terminal, and kept as a layout.

Imports Typer; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ims_fsm.cli.call import Call
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import at_a_terminal, say, table
from ims_fsm.terms.money import Heads, shown

if TYPE_CHECKING:
    from ims_fsm import IMS, Booked, Overlay, PurchaseRegister, RecipientDesk, RegisterSample, Setting

_WANTED, _SHOWN, _WIDTH = ("supplier", "number", "date", "taxable"), 3, 30


def read_kept(call: Call, ims: IMS, file: Path, layout: str | None) -> PurchaseRegister:
    """Read a register by a layout that is named or set; where its titles are not known, ask for them at a terminal."""
    from ims_fsm import TitlesError, read_register, sample_register

    gstins = ims.registered() if call.gstin is None else [call.gstin]
    desks = [ims.recipient(gstin, actor=call.actor) for gstin in gstins]
    kept = _kept(desks, layout)
    chosen = None if layout is None else kept.get(layout) or Path(layout)
    try:
        with call.working("Reading the register"):
            return read_register(file, layout=chosen, layouts=kept.values())
    except TitlesError:
        sample = None if layout or call.as_json or not at_a_terminal() else sample_register(file)
        if sample is None:
            raise
    return _asked(file, sample, desks)


def _kept(desks: Sequence[RecipientDesk], layout: str | None) -> dict[str, Overlay]:
    """Return the layouts that are set, by name; raises `CallError` for one that means two things and may be meant."""
    kept: dict[str, Overlay] = {}
    for desk in desks:
        for setting in desk.settings():
            if setting.kind != "layout" or not setting.overlay or layout not in {None, setting.name}:
                continue
            if kept.setdefault(setting.name, setting.overlay).fingerprint != setting.fingerprint:
                what = f"the layout {setting.name} of {desk.gstin} is not that of another recipient"
                raise CallError(f"{what}; say with --gstin whose register it is")
    return kept


def _asked(file: Path, sample: RegisterSample, desks: Sequence[RecipientDesk]) -> PurchaseRegister:
    from ims_fsm import InputError, Overlay, read_register

    say(f"The titles of {file} are not known here. Its columns:", style="bold")
    rows = [
        (str(number), title.strip(), " · ".join(text[:_WIDTH] for text in sample.examples(number - 1)))
        for number, title in enumerate(sample.titles, start=1)
    ]
    table((">", "title", "like"), rows, indent=2)
    for title in dict.fromkeys(filter(None, sample.alike.values())):
        say(f"Several columns are called {title}, and cannot be told apart; give each that is meant its own title.")
    guesses = sample.guesses()
    while True:
        columns = guesses = _columns(sample, guesses)
        text = sample.layout(columns)
        try:
            read = read_register(file, layout=Overlay("the answers", text))
        except InputError as error:
            say("", f"It cannot be read so: {error}")
            continue
        say("", "The first documents are read so:")
        table(("supplier", "number", "date", ">taxable", ">tax"), [*map(_row, read.documents[:_SHOWN])], indent=2)
        if typer.confirm("Is that right?", default=True):
            break
    made = _named(file, text, [desk for desk in desks if not read.recipients or desk.gstin in read.recipients])
    return replace(read, layout=made[0].overlay) if made else read


def _named(file: Path, text: str, desks: Sequence[RecipientDesk]) -> list[Setting]:
    """Ask for the name of a layout, and keep it for each recipient whose settings may be changed."""
    from ims_fsm import InputError

    free = [desk for desk in desks if not desk.settings_barred()]
    for desk in desks:
        if desk not in free:
            say(f"The layout is not kept for {desk.gstin}: your roles do not change their settings.")
    reason = f"the columns of {file.name}, as asked at a terminal"
    while free:
        name = typer.prompt("Name of the layout", default=file.stem)
        try:
            return [desk.change_setting("layout", text, name=name, reason=reason) for desk in free]
        except InputError as error:
            say(str(error))
    return []


def _columns(sample: RegisterSample, guesses: dict[str, int]) -> dict[str, int]:
    columns = {}
    say("", "Which column is it? 0: there is none.")
    for meaning, words in sample.meanings.items():
        # One without which no document is read has to be there.
        least = 1 if meaning in _WANTED else 0
        usual = guesses[meaning] + 1 if meaning in guesses else None if least else 0
        number = typer.prompt(words, default=usual, value_proc=partial(_number, least, sample))
        if number:
            columns[meaning] = number - 1
    return columns


def _number(least: int, sample: RegisterSample, text: str | int) -> int:
    most = len(sample.titles)
    if str(text).isdecimal() and int(text) - 1 in sample.alike:
        raise typer.BadParameter(f"column {text} has the title of another; give it one of its own, and begin again")
    if str(text).isdecimal() and least <= int(text) <= most:
        return int(text)
    raise typer.BadParameter(f"{text} is not a column; write its number, from {least} to {most}")


def _row(of: Booked) -> tuple[str, ...]:
    tax = Heads(of.igst, of.cgst, of.sgst, of.cess)
    return of.supplier, of.number, str(of.date), shown(of.taxable), str(tax)
