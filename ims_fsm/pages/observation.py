"""What a story expects, in prose: of a document, of what may be done with it, of a return, of a supplier.

Imports the wording; checks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ims_fsm.draw.citation import worded
from ims_fsm.pages.links import rule_links
from ims_fsm.pages.markdown import Md, badge, code, strong
from ims_fsm.pages.phrases import SECTIONS, month, person, tax

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


def observed(expected: Row) -> Iterator[Md]:
    """Give a line for what is expected of each: of a document, of a recipient's period, of a supplier's."""
    if "document" in expected:
        yield from _of_document(expected)
    if "recipient" in expected:
        yield _of_return(expected)
    if "supplier" in expected:
        added, period = tax(expected.get("added_back", {})), month(str(expected.get("period")))
        supplier = person(expected["supplier"])
        yield Md("Added back to the liability of {} in GSTR-3B of {}: {}.").format(supplier, period, added)


def _of_document(expected: Row) -> Iterator[Md]:
    handle = strong(expected["document"])
    if parts := [about(expected) for key, about in _ABOUT.items() if key in expected]:
        yield Md("{} {}.").format(handle, Md("; ").join(parts))
    if "trigger" in expected:
        yield _of_trigger(handle, expected)


def _of_trigger(handle: Md, expected: Row) -> Md:
    trigger = str(expected["trigger"])
    deed = _MAY.get(trigger, worded(trigger))
    if expected.get("allowed", True):
        return Md("{} {} be {}.").format(handle, badge("may", "yes"), deed)
    refused = Md(": {}").format(code(str(expected["refused"]))) if "refused" in expected else ""
    cited = Md(" ({})").format(rule_links([str(expected["rule"])])) if "rule" in expected else ""
    return Md("{} {} be {}{}{}.").format(handle, badge("may not", "no"), deed, refused, cited)


def _of_return(expected: Row) -> Md:
    line = Md("GSTR-2B of {} for {}").format(month(str(expected.get("period"))), person(expected["recipient"]))
    if "two_b" in expected:
        line += Md(" is {}").format(badge(expected["two_b"], str(expected["two_b"])))
    sums = [f"{SECTIONS[key]}: {tax(expected[key])}" for key in _RETURN if key in expected]
    if "reversal_4b1" in expected:
        sums.append(f"to be reversed in table 4(B)(1): {tax(expected['reversal_4b1'])}")
    separator = "; " if "two_b" in expected else ": "
    return Md("{}{}{}.").format(line, separator if sums else "", "; ".join(sums))


def _stands(expected: Row) -> Md:
    state = str(expected["state"])
    return Md("{} {}").format("stands at" if state == "no_action" else "is", badge(worded(state), state))


def _plural(number: int, name: str, names: str) -> str:
    return f"{number} {name if number == 1 else names}"


_ABOUT: Mapping[str, Callable[[Row], str]] = {
    "in_ims": lambda row: "is in IMS" if row["in_ims"] else "is not in IMS",
    "direction": lambda row: _DIRECTIONS.get(row["direction"], str(row["direction"])),
    "state": _stands,
    "disposition": lambda row: Md("was decided as {}").format(
        badge(worded(str(row["disposition"])), str(row["disposition"]))
    ),
    "removed_for": lambda row: f"is gone because {_REMOVED_FOR.get(row['removed_for'], row['removed_for'])}",
    "two_b_period": lambda row: f"belongs to 2B period {month(str(row['two_b_period']))}",
    "section": lambda row: (
        "is in no GSTR-2B"
        if row["section"] == "none"
        else f"is in {SECTIONS.get(row['section'], row['section'])} of GSTR-2B"
    ),
    "versions": lambda row: f"has had {_plural(row['versions'], 'content', 'contents')}",
    "transitions": lambda row: f"has {_plural(row['transitions'], 'entry', 'entries')} in its log",
}
