"""What taking in a download did, counted: how many records of each sort, some of their ids, and what is to be noted.

Imports nothing of the package but the words; holds no list that grows with the download.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

EXAMPLES = 10
NOTES = 100
Each = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Received:
    """What taking in a download did, in numbers of records; a record may be counted in several."""

    new: int = 0
    filed: int = 0
    #: Shown with other content, and those of them that lost their action by it (FAQ 16).
    edited: int = 0
    reset: int = 0
    deleted: int = 0
    #: The portal's action was taken over.
    adopted: int = 0
    #: An action that the portal does not show yet.
    kept: int = 0
    #: An action taken here while another was taken on the portal: the action here stands.
    conflicts: int = 0
    #: All others.
    unchanged: int = 0
    #: The first ids of each of these.
    examples: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    #: Sentences about single records; the first hundred are kept, `more_notes` counts the others.
    notes: tuple[str, ...] = ()
    more_notes: int = 0


class Tally:
    """Counts while a download is taken in; `notify` is called with every record that is counted by name, in turn."""

    def __init__(self, notify: Each | None = None) -> None:
        """Begin at nothing."""
        self._notify = notify
        self._counts: dict[str, int] = defaultdict(int)
        self._examples: dict[str, list[int]] = defaultdict(list)
        self._notes: list[tuple[int, str]] = []
        self._noted = 0

    def count(self, what: str, number: int) -> None:
        """Count records that are not named."""
        self._counts[what] += number

    def name(self, what: str, record_ids: Iterable[int]) -> None:
        """Count records by name."""
        examples = self._examples[what]
        for record_id in record_ids:
            self._counts[what] += 1
            if len(examples) < EXAMPLES:
                examples.append(record_id)
            if self._notify is not None:
                self._notify(what, record_id)

    def note(self, ordinal: int, text: str) -> None:
        """Note a sentence about what was shown as the n-th."""
        self._noted += 1
        if len(self._notes) < NOTES:
            self._notes.append((ordinal, text))

    def received(self) -> Received:
        """Return what was counted."""
        notes = tuple(text for _, text in sorted(self._notes))
        examples = {what: tuple(ids) for what, ids in self._examples.items() if ids}
        return Received(**self._counts, examples=examples, notes=notes, more_notes=self._noted - len(notes))
