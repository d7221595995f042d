"""A setting of a recipient: TOML laid over a file that ships, with who has put it there, when and why.

A value only; reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ims_fsm.law.overlay import Overlay

SettingKind = Literal["matching", "policy", "layout"]
"""What is laid over machines/matching.toml or machines/policy.toml, or the columns of a register, which have a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What somebody has set, and why; without a text what ships is in force again. `at` is aware and in UTC."""

    number: int
    kind: SettingKind
    #: What a layout is called; empty for the other kinds, of which there is one.
    name: str = ""
    text: str = field(repr=False)
    reason: str
    actor: str
    at: datetime

    @property
    def where(self) -> str:
        """What errors and answers call it, like "layout Tally (setting 3)"."""
        return f"{self.label} (setting {self.number})"

    @property
    def label(self) -> str:
        """Its kind and name."""
        return f"{self.kind} {self.name}".rstrip()

    @property
    def overlay(self) -> Overlay | None:
        """What is laid over; None where what ships is in force."""
        return Overlay(self.where, self.text) if self.text else None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of its text, in hex; empty where what ships is in force."""
        return self.overlay.fingerprint if self.overlay else ""
