"""The report of taking in a download: counts, examples, what contradicts what is here, each with its remedy.

Imports the terms; reads nothing. It holds no list that grows with the download, but for what is out of joint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

EXAMPLES = 10
NOTES = 100
Each = Callable[[str, int], None]


# What the portal can show against what is here: with one record, with several, and what mends it.
_CONTRADICTIONS = {
    "filed_is_gone": (
        "filed record of {period} is no longer shown",
        "filed records of {period} are no longer shown",
        'has its GSTR-3B been filed? file_3b("{period}")',
    ),
    "decided_is_open": (
        "record that GSTR-3B of {period} decided here is still open on the portal",
        "records that GSTR-3B of {period} decided here are still open on the portal",
        "was it filed there? file it on the portal, or restore a backup from before (docs/reliability.md)",
    ),
    "acted_otherwise": (
        "record was acted on here and otherwise on the portal; the action here stands",
        "records were acted on here and otherwise on the portal; the actions here stand",
        "upload them: export_upload(), or take them back: reset(…)",
    ),
    "deletion_undone": (
        "record is shown again after it was taken as deleted; it stands as it stood",
        "records are shown again after they were taken as deleted; they stand as they stood",
        "say that a download is complete only where it has every file and no filter",
    ),
    "filed_is_saved": (
        "record that was shown as filed is shown as saved",
        "records that were shown as filed are shown as saved",
        "it is kept as filed; say when an older download was made: import_download(…, made_at=…)",
    ),
    "filed_is_changed": (
        "filed record is shown with other content; it is kept as filed",
        "filed records are shown with other content; they are kept as filed",
        "ask the supplier: what is filed is changed by an amendment only",
    ),
}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the portal shows of some records against what is here, in one line with the remedy.

    `code` is a stable word, `period` that of the return that it is about, or "".
    """

    code: str
    period: str
    records: int
    #: The first ids.
    examples: tuple[int, ...]
    what: str
    remedy: str

    def __str__(self) -> str:
        """Show it in one line."""
        return f"{self.what}: {self.remedy}" if self.remedy.startswith("has") else f"{self.what}; {self.remedy}"


def contradiction(code: str, period: str, records: int, examples: Sequence[int]) -> Contradiction:
    """Return what is to be told of so many records under a code."""
    singular, plural, remedy = _CONTRADICTIONS[code]
    what = f"{records:,} {singular if records == 1 else plural}".format(period=period)
    return Contradiction(code, period, records, tuple(examples), what, remedy.format(period=period))


@dataclass(frozen=True, slots=True)
class Received:
    """What taking in a download did, in numbers of records; a record may be counted in several."""

    new: int = 0
    filed: int = 0
    #: Shown with other content, and those of them that lost their action by it (FAQ 16).
    edited: int = 0
    reset: int = 0
    #: Reported in another form or return period than before, being only saved.
    moved: int = 0
    deleted: int = 0
    #: Shown again after it was taken as deleted: that is undone, with its action.
    restored: int = 0
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
    #: In what the portal and what is here contradict each other.
    contradictions: tuple[Contradiction, ...] = ()
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
        self._against: dict[tuple[str, str], int] = defaultdict(int)
        self._first: dict[tuple[str, str], list[int]] = defaultdict(list)

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

    def contradict(self, code: str, record_ids: Iterable[int], period: str = "", *, more: int = 0) -> None:
        """Note records of which the portal shows what contradicts what is here, and how many more of the same.

        `period` is that of the return that it is about.
        """
        key, first = (code, period), self._first[code, period]
        self._against[key] += more
        for record_id in record_ids:
            self._against[key] += 1
            if len(first) < EXAMPLES:
                first.append(record_id)

    def received(self) -> Received:
        """Return what was counted."""
        notes = tuple(text for _, text in sorted(self._notes))
        examples = {what: tuple(ids) for what, ids in self._examples.items() if ids}
        against = sorted((key, records) for key, records in self._against.items() if records)
        contradictions = tuple(contradiction(*key, records, self._first[key]) for key, records in against)
        more = self._noted - len(notes)
        return Received(**self._counts, examples=examples, contradictions=contradictions, notes=notes, more_notes=more)
