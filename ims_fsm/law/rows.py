"""What refuses before a machine is asked: which record a row names, when a step is dated (`machines/rows.toml`).

Reads that one file, when it is first asked; imports the refusal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from ims_fsm.law.refusal import Refusal
from ims_fsm.resources import machines_folder


@cache
def row_refusals() -> Mapping[str, Refusal]:
    """Return what refuses a row that means no record or several, and a step that is dated back, by code."""
    declared = tomllib.loads((machines_folder() / "rows.toml").read_text("utf-8"))
    return {
        row["code"]: Refusal("rows", row["code"], row["rule"], (), row["says"], row["remedy"])
        for row in declared["refusal"]
    }
