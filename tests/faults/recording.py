"""What SQLite wrote to the disk in order, and the files as a power cut at any point would leave them.

What was synced is there; of the rest nothing, or as chance has it: each write there, not there or half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.faults.disk import Step

SECTOR = 512


class Recording:
    """Everything that was written, and in between what the program was acknowledged; a watcher of the disk."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def __call__(self, step: Step) -> int:
        """Keep what changes the disk."""
        if step.what != "read":
            self.steps.append(step)
        return 0

    def acknowledged(self, name: str, _answer: str = "") -> None:
        """Note that a call has returned."""
        self.steps.append(Step("acknowledged", name))

    def cuts(self) -> Iterator[tuple[Step, Surface]]:
        """Give each step with the disk as it is right behind it."""
        surface = Surface()
        for step in self.steps:
            surface.take(step)
            yield step, surface


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)

    def sync(self) -> None:
        for step in self.pending:
            _apply(self.durable, step)
        self.pending.clear()

    def left(self, chance: Random | None) -> bytes:
        content = bytearray(self.durable)
        for step in self.pending if chance else ():
            if chance.random() < 0.5:
                half = chance.randrange(0, len(step.data) + 1, SECTOR) if chance.random() < 0.2 else None
                _apply(content, Step(step.what, step.name, step.at, step.data[:half]))
        return bytes(content)


def _apply(content: bytearray, step: Step) -> None:
    content.extend(bytes(max(0, step.at - len(content))))
    end = len(content) if step.what == "truncate" else step.at + len(step.data)
    content[step.at : end] = step.data


class Surface:
    """The files on a disk, each with what is there for sure, and what was not synced yet."""

    def __init__(self) -> None:
        self.files: dict[str, _File] = {}
        # What a name stood for when the folder was last synced, where it is another file now, or none.
        self.before: dict[str, _File | None] = {}

    def take(self, step: Step) -> None:
        """Do a step."""
        match step.what:
            case "open" if step.name not in self.files:
                self.before.setdefault(step.name, None)
                self.files[step.name] = _File()
            case "delete" if step.name in self.files:
                self.before.setdefault(step.name, self.files.pop(step.name))
                if step.at:
                    self.before.clear()
            case "write" | "truncate":
                self.files[step.name].pending.append(step)
            case "sync":
                self.files[step.name].sync()
                # SQLite syncs the folder with the first sync of a log or journal that it has made.
                if step.name in self.before and "-" in step.name:
                    self.before.clear()

    def left(self, chance: Random | None = None) -> dict[str, bytes]:
        """Return the files after a power cut, by name: nothing of what was not synced, or what chance leaves of it."""
        names = {**self.files, **(self.before if chance is None or chance.random() < 0.5 else {})}
        return {name: file.left(chance) for name, file in names.items() if file is not None}
