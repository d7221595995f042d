"""Refusals for people, under the rules that demand them, and in a file for programs.

Imports the output; the face's values for types only.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.output import counted, say

if TYPE_CHECKING:
    from ims_fsm import Told

MOST = 5


def tell(
    entries: Iterable[tuple[str, Iterable[Told]]],
    counts: Mapping[str, int] | None = None,
    rest: str = "--json lists all",
) -> None:
    """Print refused records by rule, at most five of each; a record stands under each rule that refuses it.

    `entries` are what is refused, in words, with the refusals; `counts` how many there are by rule, where the entries
    are only some; `rest` says where to see the others.
    """
    by_rule: dict[str, list[tuple[str, Told]]] = defaultdict(list)
    for name, refusals in entries:
        for refusal in refusals:
            by_rule[refusal.rule].append((name, refusal))
    numbers = Counter({rule: len(group) for rule, group in by_rule.items()}) if counts is None else counts
    for rule, group in by_rule.items():
        say("", f"{rule}: {counted(numbers[rule], 'record')}", style="bold")
        remedies = {refusal.remedy for _, refusal in group}
        for name, refusal in group[:MOST]:
            say(f"{name}: {refusal.sentence}.", indent=2, hang=2)
            if len(remedies) > 1:
                _tell_remedy(refusal.remedy)
        if more := numbers[rule] - len(group[:MOST]):
            say(f"… and {more:,} more; {rest}.", indent=2)
        if len(remedies) == 1:
            _tell_remedy(*remedies)


def tell_each(refusals: Iterable[Told], *, indent: int = 2) -> None:
    """Print the refusals of one record: sentence, rule and remedy."""
    for refusal in refusals:
        say(f"{refusal.sentence} ({refusal.rule}); {refusal.remedy}.", indent=indent, hang=2)


def _tell_remedy(remedy: str) -> None:
    say(f"→ {remedy}.", indent=4, hang=2)


@contextmanager
def written_to(file: Path | None) -> Iterator[Callable[[Any], object] | None]:
    """Give what writes refused records to a file, a line of JSON each; None where no file is named."""
    if file is None:
        yield None
        return
    from ims_fsm.cli.answers import plain

    with file.open("w", encoding="utf-8") as out:
        yield lambda record: print(json.dumps(plain("RefusedRecord", record), ensure_ascii=False), file=out, flush=True)
