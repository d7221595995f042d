"""What a story expects, in prose: of a document, of what may be done with it, of a return, of a supplier.

Imports the wording; checks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ims_fsm.pages.blocks import Badge, Code, Inline, Line, Strong
from ims_fsm.pages.citing import rule_link
from ims_fsm.pages.wording import SECTIONS, month, person, tax, worded

Row = Mapping[str, Any]

_DIRECTIONS = {
    "original": "amends nothing",
    "upward": "moves the tax upward",
    "downward": "moves the tax downward",
    "unchanged": "leaves the tax unchanged",
}
_REMOVED_FOR = {"supplier_deleted": "its supplier deleted it", "sec_16_4": "it is out of time under section 16(4)"}
_MAY = {
    "accept": "accepted",
    "reject": "rejected",
    "keep_pending": "kept pending",
    "reset": "reset",
    "edit": "edited by its supplier",
    "delete": "deleted by its supplier",
}
_RETURN = ("itc_available", "itc_rejected", "itc_not_available")


def observed(expected: Row) -> Iterator[Line]:
    """Give a line for what is expected of each: of a document, of a recipient's period, of a supplier's."""
    if "document" in expected:
        yield from _of_document(expected)
    if "recipient" in expected:
        yield from _of_return(expected)
    if "supplier" in expected:
        added = tax(expected.get("added_back", {}))
        period = month(str(expected.get("period")))
        yield (f"Added back to the liability of {person(expected['supplier'])} in GSTR-3B of {period}: {added}.",)


def _of_document(expected: Row) -> Iterator[Line]:
    handle = str(expected["document"])
    told = [part for key, part in _ABOUT.items() if key in expected]
    parts = [part(expected) for part in told]
    if parts:
        line: list[Inline] = [Strong(handle), " "]
        for number, part in enumerate(parts):
            line += ["; " if number else "", *part]
        yield (*line, ".")
    if "trigger" in expected:
        yield _of_trigger(handle, expected)


def _of_trigger(handle: str, expected: Row) -> Line:
    trigger = str(expected["trigger"])
    deed = _MAY.get(trigger, worded(trigger))
    if expected.get("allowed", True):
        return (Strong(handle), " ", Badge("may", "yes"), f" be {deed}.")
    line: Line = (Strong(handle), " ", Badge("may not", "no"), f" be {deed}")
    if "refused" in expected:
        line = (*line, ": ", Code(str(expected["refused"])))
    return (*line, " (", rule_link(str(expected["rule"])), ").") if "rule" in expected else (*line, ".")


def _of_return(expected: Row) -> Iterator[Line]:
    period = month(str(expected.get("period")))
    line: list[Inline] = [f"GSTR-2B of {period} for {person(expected['recipient'])}"]
    if "two_b" in expected:
        line += [" is ", Badge(str(expected["two_b"]), str(expected["two_b"]))]
    shown = [f"{SECTIONS[key]}: {tax(expected[key])}" for key in _RETURN if key in expected]
    if "reversal_4b1" in expected:
        shown.append(f"to be reversed in table 4(B)(1): {tax(expected['reversal_4b1'])}")
    line += [f"{'; ' if 'two_b' in expected else ': '}{'; '.join(shown)}"] if shown else []
    yield (*line, ".")


def _stands(expected: Row) -> Line:
    state = str(expected["state"])
    return ("stands at " if state == "no_action" else "is ", Badge(worded(state), state))


_ABOUT: Mapping[str, Callable[[Row], Line]] = {
    "in_ims": lambda row: ("is in IMS" if row["in_ims"] else "is not in IMS",),
    "direction": lambda row: (_DIRECTIONS.get(row["direction"], str(row["direction"])),),
    "state": _stands,
    "disposition": lambda row: ("was decided as ", Badge(worded(str(row["disposition"])), str(row["disposition"]))),
    "removed_for": lambda row: (f"is gone because {_REMOVED_FOR.get(row['removed_for'], row['removed_for'])}",),
    "two_b_period": lambda row: (f"belongs to 2B period {month(str(row['two_b_period']))}",),
    "section": lambda row: (
        "is in no GSTR-2B"
        if row["section"] == "none"
        else f"is in {SECTIONS.get(row['section'], row['section'])} of GSTR-2B",
    ),
    "versions": lambda row: (f"has had {row['versions']} content{'' if row['versions'] == 1 else 's'}",),
    "transitions": lambda row: (
        f"has {row['transitions']} entr{'y' if row['transitions'] == 1 else 'ies'} in its log",
    ),
}
