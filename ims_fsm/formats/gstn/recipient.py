"""Whose file it is: the recipient that a file names, or that the caller names, or both.

Reads no section; imports the readers of single values.
"""

from __future__ import annotations

from typing import Any

from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.row import warn_of_check_digit
from ims_fsm.formats.gstn.values import gstin, plain


def recipient_of(named: Any, given: str | None, findings: Findings) -> str:
    """Return the recipient's GSTIN; what is missing, malformed or contradictory becomes a problem of `findings`."""
    found = {}
    for place, text in (("gstin", named), ("recipient", given)):
        if text is None:
            continue
        try:
            found[place] = gstin(plain(text))
        except ValueError as error:
            findings.refuse_value(place, error)
    if len(set(found.values())) > 1:
        what = f"the file is of {found['gstin']}, not of {found['recipient']}"
        findings.refuse("gstin", what, "give the file of the recipient asked for, or ask for the file's")
    elif named is None and given is None:
        remedy = 'name the recipient with --gstin, or in the file as "gstin"'
        findings.refuse("gstin", "neither the file nor the caller names the recipient", remedy)
    for place, text in found.items():
        warn_of_check_digit(findings, place, text)
    return next(iter(found.values()), "")
