"""Refusals for people and for programs: grouped by rule, each with its sentence and remedy.

Imports the output; the workflow's values for types only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.output import counted, say

if TYPE_CHECKING:
    from ims_fsm.record.refusals import Answer, RefusedGroup, Told

MOST = 5


def by_rule(refused: Iterable[Answer]) -> dict[str, list[tuple[Answer, Told]]]:
    """Return every refusal with its record under its rule; a record stands under each rule that refuses it."""
    groups: dict[str, list[tuple[Answer, Told]]] = {}
    for one in refused:
        for refusal in one.refusals:
            groups.setdefault(refusal.rule, []).append((one, refusal))
    return groups


def tell(refused: Sequence[Answer], places: Mapping[int, str] | None = None, *, most: int = MOST) -> None:
    """Print refusals under their rules, at most so many sentences of each; `places` says where a file has a record."""
    for rule, group in by_rule(refused).items():
        say("", f"{rule}: {counted(len(group), 'record')}", style="bold")
        remedies = {refusal.remedy for _, refusal in group}
        for one, refusal in group[:most]:
            place = f"{places[one.record_id]}, " if places else ""
            say(f"{place}record {one.record_id}: {refusal.sentence}.", indent=2, hang=2)
            if len(remedies) > 1:
                _tell_remedy(refusal.remedy)
        if len(group) > most:
            say(f"… and {len(group) - most:,} more; --json names all.", indent=2)
        if len(remedies) == 1:
            _tell_remedy(*remedies)


def tell_groups(groups: Sequence[RefusedGroup], *, most: int = MOST) -> None:
    """Print refused records under the rules that refuse them, at most so many sentences of each rule."""
    by_rule: dict[str, list[RefusedGroup]] = {}
    for group in groups:
        for rule in dict.fromkeys(refusal.rule for refusal in group.refusals):
            by_rule.setdefault(rule, []).append(group)
    for rule, some in by_rule.items():
        count = sum(group.count for group in some)
        say("", f"{rule}: {counted(count, 'record')}", style="bold")
        told = [(one, refusal) for group in some for one in group.examples for refusal in one.refusals
                if refusal.rule == rule]  # fmt: skip
        remedies = {refusal.remedy for _, refusal in told}
        for one, refusal in told[:most]:
            say(f"record {one.record_id}: {refusal.sentence}.", indent=2, hang=2)
            if len(remedies) > 1:
                _tell_remedy(refusal.remedy)
        if count > min(most, len(told)):
            say(f"… and {count - min(most, len(told)):,} more; --refused-to FILE names all.", indent=2)
        if len(remedies) == 1:
            _tell_remedy(*remedies)


@contextmanager
def written_to(file: Path | None) -> Iterator[Callable[[Answer], object] | None]:
    """Give what writes refused records to a file, a line of JSON each; nothing where no file is named."""
    if file is None:
        yield None
        return
    with file.open("w", encoding="utf-8") as out:
        yield lambda one: print(json.dumps(plain([one])[0], ensure_ascii=False), file=out)


def _tell_remedy(remedy: str) -> None:
    say(f"→ {remedy}.", indent=4, hang=2)


def plain(refused: Iterable[Answer]) -> list[dict[str, Any]]:
    """Return refused records as plain data, each with every refusal."""
    return [
        {
            "record_id": one.record_id,
            "document": one.document,
            "refusals": [refusal.as_dict() for refusal in one.refusals],
        }
        for one in refused
    ]
