"""What holds for some machines of records and not for all: sentences of the law, each with the machines that have it.

Imports the law and the pictures; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ims_fsm.draw.citation import cite_all, worded
from ims_fsm.draw.notes import reason_of
from ims_fsm.draw.picture import picture_of
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition

AMENDMENT = "_amendment"


class Difference(NamedTuple):
    """A sentence of the law about some triggers, with its citation, and the machines of which it is true."""

    triggers: str
    says: str
    cited: str
    machines: frozenset[str]


class Column(NamedTuple):
    """A machine with that of its amendments, where they have one."""

    machine: Edition
    amendment: Edition | None

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Both of them, or the one."""
        return (self.machine, self.amendment) if self.amendment else (self.machine,)


def columns(editions: Sequence[Edition], first: str) -> list[Column]:
    """Return the machines beside their amendments: first a named one, then those that differ from it least."""
    named = {edition.name: edition for edition in editions}
    listed = [
        Column(edition, named.get(name + AMENDMENT)) for name, edition in named.items() if not name.endswith(AMENDMENT)
    ]
    sentences = {edition.name: {*_sentences(edition)} for edition in editions}
    return sorted(listed, key=lambda of: (len(sentences[of.machine.name] ^ sentences[first]), of.machine.name != first))


def differences(editions: Sequence[Edition]) -> list[Difference]:
    """Return what is not true of all the machines, what most of them share first."""
    having: dict[tuple[str, str, str], set[str]] = {}
    for edition in editions:
        for sentence in _sentences(edition):
            having.setdefault(sentence, set()).add(edition.name)
    listed = [Difference(*sentence, frozenset(names)) for sentence, names in having.items()]
    return sorted(
        (difference for difference in listed if len(difference.machines) < len(editions)),
        key=lambda difference: -len(difference.machines),
    )


def _sentences(edition: Edition) -> Iterator[tuple[str, str, str]]:
    """Give what is told of a machine: who is led where by what, what is never so led, and what may refuse it."""
    picture = picture_of(edition)
    for move in edition.transitions:
        sources = ", ".join("nothing" if source == ENTRY else edition.states[source].title for source in move.source)
        says = f"{sources} → {edition.states[move.dest].title}. {edition.triggers[move.trigger].says}"
        yield worded(move.trigger), says, cite_all(move.rules)
    for arrow in picture.arrows:
        for label in arrow.labels if arrow.never else ():
            yield worded(label.trigger), "Always refused.", ""
    for guard in edition.guards:
        yield ", ".join(map(worded, guard.triggers)), f"{reason_of(guard).says}.", cite_all((guard.rule, *guard.see))
