"""`settings`: rules, policies and layouts that a recipient keeps in the database.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.failures import CallError, in_lines
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import say, table

if TYPE_CHECKING:
    from ims_fsm import Setting, SettingKind

group("settings", "Settings: rules, policies and layouts of one's own, kept in the database.", usual="list")


@command("settings list", "gstin", "actor", "db")
def list_(call: Call, *, history: bool = False) -> None:
    """List what is set: what is laid over the rules, the policy and the layout that ship."""
    with call.recipient() as buyer:
        every = buyer.settings(history=history)
        whose = buyer.gstin
    call.answer(lambda: _tell(whose, every), {"recipient": whose, "settings": every})


def _tell(whose: str, every: list[Setting]) -> None:
    if not every:
        say(f"{whose} has set nothing; what ships is in force.")
        return
    rows = [
        (str(of.number), of.label, of.fingerprint[:12] or "what ships", of.actor, minute(of.at), of.reason)
        for of in every
    ]
    table((">setting", "of", "fingerprint", "by", "at (IST)", "why"), rows)


@command("settings show", "gstin", "actor", "db")
def show(call: Call, kind: str, name: str = "") -> None:
    """Print a setting as TOML, which settings set takes again."""
    with call.recipient() as buyer:
        setting = buyer.setting(cast("SettingKind", kind), name)
        whose = buyer.gstin
    if setting is None:
        raise CallError(f"{whose} has set no {kind} {name}".rstrip() + "; what ships is in force, see settings list")
    call.answer(lambda: _print(setting), setting)


def _print(setting: Setting) -> None:
    head = f"{setting.where}, since {minute(setting.at)} (IST), by {setting.actor}: {setting.reason}"
    sys.stdout.write(f"# {in_lines(head)}\n{setting.text.rstrip()}\n")


@command("settings set", "gstin", "actor", "db", "at")
def set_(call: Call, kind: str, words: list[str], *, reason: str) -> None:
    """Lay TOML of one's own over what ships, for every match and recommend to come, and log who did so and why.

    It is looked at first, with what else is set: all that is wrong with it is told, and nothing is kept then.
    """
    *names, file = words
    if len(names) > 1:
        raise CallError(
            "settings set takes a kind, the name of a layout and one file; put a name with blanks in quotes"
        )
    with call.recipient() as buyer:
        path, name = Path(file), "".join(names)
        _end(call, buyer.change_setting(cast("SettingKind", kind), path, name=name, reason=reason))


@command("settings reset", "gstin", "actor", "db", "at")
def reset(call: Call, kind: str, name: str = "", *, reason: str) -> None:
    """Take a setting back to what ships."""
    with call.recipient() as buyer:
        _end(call, buyer.change_setting(cast("SettingKind", kind), "", name=name, reason=reason))


def _end(call: Call, setting: Setting) -> None:
    what = f"is set: {setting.fingerprint[:12]}" if setting.text else "is as it ships again"
    call.answer(lambda: say(f"{setting.label} {what} (setting {setting.number})"), setting)
