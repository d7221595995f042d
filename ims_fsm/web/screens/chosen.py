"""What a form of the list sends: the actions chosen line by line, or one action on what is ticked or filtered.

Imports the face; reads a form and writes none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData

from ims_fsm import InputError, Problem, Proposal, ReduceItc, State, Trigger
from ims_fsm.terms.border import LARGEST_ID
from ims_fsm.web.forgery import MOST_FIELDS
from ims_fsm.web.screens.rows import ACTIONS, STANDING

_SEEN, _CHOSEN, _REMARKS, _REDUCED = "v.", "a.", "r.", "d."


async def _fields(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=MOST_FIELDS) as fields:
        yield fields


Fields = Annotated[FormData, Depends(_fields)]


def text_of(fields: FormData, name: str) -> str:
    """Return a field that is text; "" where it is not there."""
    value = fields.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def key_of(fields: FormData) -> str | None:
    """Return the idempotency key of a form."""
    return text_of(fields, "key") or None


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it was seen when a form was made: its version and its state."""

    record_id: int
    version: int
    state: State


def _misread(name: str) -> InputError:
    return InputError("form", [Problem(name, "is not as the page made it", "open the page again")])


def seen_of(fields: FormData) -> Iterator[Seen]:
    """Give the records of the page that a form is of; raises `InputError` for a form that no page made."""
    for name, value in fields.items():
        if not name.startswith(_SEEN):
            continue
        version, _, state = str(value).partition(".")
        try:
            seen = Seen(int(name.removeprefix(_SEEN)), int(version), State(state))
        except ValueError as error:
            raise _misread(name) from error
        if not (0 < seen.record_id <= LARGEST_ID and 0 < seen.version <= LARGEST_ID):
            raise _misread(name)
        yield seen


def reduction(text: str) -> ReduceItc | None:
    """Return a declared reduction of ITC as a form has it: "full", "none", or "" for none declared."""
    if text not in {"", "full", "none"}:
        raise _misread("the reduction of ITC")
    return text or None  # type: ignore[return-value]  # one of the two words


def proposals_of(fields: FormData) -> list[Proposal]:
    """Return the actions that were chosen line by line; a line that stands as it stood proposes nothing."""
    proposals = []
    for seen in seen_of(fields):
        action = text_of(fields, f"{_CHOSEN}{seen.record_id}")
        remarks, reduced = (text_of(fields, f"{mark}{seen.record_id}") for mark in (_REMARKS, _REDUCED))
        stands = STANDING.get(seen.state, "")
        if action not in ACTIONS or (action == stands and (action == "reset" or not (remarks or reduced))):
            continue
        proposals.append(_proposal(seen, action, remarks, reduced if action == "accept" else ""))
    return proposals


def ticked(fields: FormData, action: str, remarks: str, reduced: str) -> list[Proposal]:
    """Return one action on every record that is ticked."""
    picks = {str(value) for value in fields.getlist("pick")}
    return [_proposal(seen, action, remarks, reduced) for seen in seen_of(fields) if str(seen.record_id) in picks]


def _proposal(seen: Seen, action: str, remarks: str, reduced: str) -> Proposal:
    return Proposal(
        place=f"record {seen.record_id}",
        trigger=Trigger(action),
        record_id=seen.record_id,
        version=seen.version,
        remarks=remarks or None,
        reduce_itc=reduction(reduced),
    )


def again(fields: FormData) -> list[tuple[str, str]]:
    """Return the fields of a form that its confirmation sends once more."""
    kept = (_SEEN, _CHOSEN, _REMARKS, _REDUCED)
    wanted = {"pick", "do", "all"}
    pairs: list[tuple[str, Any]] = fields.multi_items()
    return [(name, str(value)) for name, value in pairs if name in wanted or (name.startswith(kept) and value)]
