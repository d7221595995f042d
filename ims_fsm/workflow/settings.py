"""What a recipient has set for good: rules of matching, a policy of recommendations, layouts of registers.

Imports the store and the readers; what a reader would refuse is not kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.formats.register.layout import layout_with
from ims_fsm.law.matching_reading import cascade_with
from ims_fsm.law.overlay import Overlay
from ims_fsm.law.permission import SETTINGS, barring
from ims_fsm.law.policy_reading import Advice, advice_with
from ims_fsm.law.refusal import Refusal
from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.record.setting import Setting, SettingKind
from ims_fsm.store import settings
from ims_fsm.store.connection import serialise
from ims_fsm.terms.border import Border, checked_path, checked_text
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Desk

#: Characters that a setting may have, and the name of a layout.
LONGEST, LONGEST_NAME = 100_000, 60
CHANGE = "change"


class SettingsDesk(Desk):
    """What a recipient sets for good; a file that is given to a call goes before it."""

    def settings(self, *, history: bool = False) -> list[Setting]:
        """Return what is set, one of each kind and name; with `history` all that ever was, oldest first."""
        return self._asked(_listed, self.gstin, history=history)

    def setting(self, kind: SettingKind, name: str = "") -> Setting | None:
        """Return what is set of a kind, and of a name where it is a layout; None where what ships is in force."""
        checked_kind, checked_name = _identified(kind, name)
        return self._asked(_in_force, self.gstin).get((checked_kind, checked_name))

    def change_setting(self, kind: SettingKind, text: str | Path, *, name: str = "", reason: str) -> Setting:
        """Lay TOML over what ships for good, in place of what was set before; an empty text takes it back.

        A text is looked at by the reader that will read it, together with what else is set. It is logged with who did
        so and why; the same text again writes nothing. A path is read. Raises `DeclarationError` with all that is wrong
        with it, `InputError`, and `RefusedError` where roles keep it to others (docs/permissions.md).
        """
        of = _identified(kind, name)
        overlay = Overlay.of(text) if isinstance(text, Path) else Overlay(" ".join(of).rstrip(), checked_toml(text))
        overlay = Overlay(overlay.where, checked_toml(overlay.text))
        return self._done(change, None, of, overlay, checked_text("reason", reason))

    def settings_barred(self) -> tuple[Told, ...]:
        """Return why whoever acts here may change no setting; nothing where they may."""
        return self._asked(_barred, "the settings")

    def _laid(self, kind: SettingKind, path: Path | None) -> Overlay | None:
        """Return what is laid over what ships: the file that is given, or else what is set."""
        if path is not None:
            return Overlay.of(path)
        setting = self._asked(_in_force, self.gstin).get((kind, ""))
        return None if setting is None else setting.overlay

    def _rules(self, path: Path | None) -> Overlay | None:
        """Return what is laid over the rules that ship: the file that is given, or else what is set; it can be used."""
        laid = self._laid("matching", None if path is None else checked_path("rules", path))
        cascade_with(laid)
        return laid

    def _advice(self, policy: Path | None, rules: Path | None) -> Advice:
        """Return the policy that is given or set, with the rules that are."""
        laid = self._laid("policy", None if policy is None else checked_path("policy", policy))
        return advice_with(laid, self._rules(rules))

    def _layouts(self) -> dict[str, Overlay]:
        """Return the layouts that are set, by name."""
        kept = self._asked(_in_force, self.gstin).values()
        return {setting.name: setting.overlay for setting in kept if setting.kind == "layout" and setting.overlay}


Identity = tuple[SettingKind, str]


def _identified(kind: object, name: object) -> Identity:
    border = Border("setting")
    border.choice("kind", kind, SettingKind)
    layout = kind == "layout"
    called = border.text("name", name, longest=LONGEST_NAME, empty=not layout)
    if called and not layout:
        border.wrong("name", called, f"names a setting of the kind {kind}, of which there is one", "leave it out")
    border.close()
    return cast("SettingKind", kind), called


def checked_toml(text: object) -> str:
    """Return the text of a setting, empty for blanks; raises `InputError` for what is no text, or too long."""
    if not isinstance(text, str):
        raise InputError("setting", [Problem("text", "is not text", "give TOML as text, or the Path of a file")])
    if len(text) > LONGEST:
        what = f"has {len(text):,} characters"
        raise InputError("setting", [Problem("text", what, f"write at most {LONGEST:,}")])
    return text if text.strip() else ""


def _in_force(unit: UnitOfWork, recipient: str) -> dict[Identity, Setting]:
    newest = {(of.kind, of.name): of for of in settings.history(unit.connection, recipient)}
    return {identity: of for identity, of in newest.items() if of.text}


def _listed(unit: UnitOfWork, recipient: str, *, history: bool) -> list[Setting]:
    unit.taxpayer(recipient)
    if history:
        return [*settings.history(unit.connection, recipient)]
    return sorted(_in_force(unit, recipient).values(), key=lambda of: (of.kind, of.name))


def change(unit: UnitOfWork, recipient: str, of: Identity, overlay: Overlay, reason: str) -> Setting:
    """Write a setting that its reader accepts; the one that is in force already is left as it is."""
    kind, name = of
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    refuse_barred(unit, f"the setting {' '.join(of).rstrip()}")
    before = [*settings.history(unit.connection, recipient)]
    newest = {(setting.kind, setting.name): setting for setting in before}
    stands = newest.get(of)
    if stands is None and not overlay.text:
        problem = Problem(overlay.where, "is not set", "see settings()")
        raise MissingError("setting", [problem])
    if stands is not None and stands.text == overlay.text:
        return stands
    _read({**{key: setting.overlay for key, setting in newest.items()}, of: overlay if overlay.text else None}, of)
    made = Setting(
        number=len(before) + 1,
        kind=kind,
        name=name,
        text=overlay.text,
        reason=reason,
        actor=unit.actor,
        at=unit.now,
    )
    settings.put(unit.connection, recipient, made, unit.moments, unit.request_key)
    return made


def refuse_barred(unit: UnitOfWork, what: str) -> None:
    """Raise `RefusedError` where the roles of a house keep settings from whoever acts."""
    if reasons := _barred(unit, what):
        raise RefusedError(what, CHANGE, reasons, machine=SETTINGS)


def _barred(unit: UnitOfWork, what: str) -> tuple[Told, ...]:
    machine = unit.book.law.machines.get(SETTINGS)
    guard = None if machine is None else barring(machine.declaration, CHANGE, unit.principal.roles)
    return () if guard is None else (Told.of(Refusal.by(guard), {"document": what}),)


def _read(laid: dict[Identity, Overlay | None], of: Identity) -> None:
    """Have a setting read as it will be; a policy names classes of the rules, so that the two are read together."""
    if of[0] == "layout":
        layout_with(laid[of])
    else:
        advice_with(laid.get(("policy", "")), laid.get(("matching", "")))
