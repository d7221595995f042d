"""Settings over HTTP: rules of matching, a policy, layouts of registers; what rules would come to before they are set.

Imports the face and what a request may ask.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from ims_fsm import Matching, MissingError, Problem, Setting, TaxPeriod
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import LINE, TEXT, Asked, Line, NoQuery, PeriodText
from ims_fsm.web.routes import Routes

ROUTES = Routes("settings")
_AT = "/recipients/{gstin}/settings"
#: How many characters a setting may have.
LONGEST = 100_000
Toml = Annotated[str, StringConstraints(pattern=TEXT.replace(" ", " \t\r", 1), max_length=LONGEST)]
Kind = Annotated[Literal["matching", "policy", "layout"], Path(description="What is set.", examples=["matching"])]
Name = Annotated[str, StringConstraints(pattern=f"^$|{LINE}", max_length=60)]


class Which(Asked):
    """Whether all that ever was is meant."""

    history: bool = Field(default=False, description="All that ever was set, the oldest first.")


class Named(Asked):
    """What a layout is called."""

    name: Name = Field("", description="The name of a layout; empty for the other kinds.")


class Changed(Asked):
    """TOML that is laid over what ships, and why."""

    text: Toml = Field(description="The TOML; empty: what ships is in force again.")
    reason: Line


class Tried(Asked):
    """Rules that are tried."""

    text: Toml = Field(description="TOML to be laid over machines/matching.toml.")
    period: PeriodText | None = None


@ROUTES.get(_AT)
def list_settings(buyer: Buyer, which: Annotated[Which, Query()]) -> object:
    """List what a recipient has set, with who, when and why."""
    return {"recipient": buyer.gstin, "settings": buyer.settings(history=which.history)}


@ROUTES.get(f"{_AT}/{{kind}}")
def show_setting(buyer: Buyer, kind: Kind, named: Annotated[Named, Query()]) -> Setting:
    """Show what is set of a kind; 404 where what ships is in force."""
    setting = buyer.setting(kind, named.name)
    if setting is None:
        what = "is not set: what ships is in force"
        raise MissingError("setting", [Problem(f"{kind} {named.name}".rstrip(), what, "see the settings")])
    return setting


@ROUTES.change("PUT", f"{_AT}/{{kind}}", example={"text": "", "reason": "a rupee is borne again"})
def change_setting(buyer: Buyer, kind: Kind, changed: Changed, named: Annotated[Named, Query()]) -> Setting:
    """Lay TOML over what ships for good; what its reader refuses is not kept, and comes back with all its faults."""
    return buyer.change_setting(kind, changed.text, name=named.name, reason=changed.reason)


@ROUTES.change("POST", f"{_AT}/matching/preview", example={"text": "", "period": "2024-10"})
def preview_matching(buyer: Buyer, tried: Tried, _query: NoQuery) -> Matching:
    """Say what matching by other rules would come to; nothing of it is kept."""
    return buyer.preview_rules(tried.text, period=None if tried.period is None else TaxPeriod(tried.period))
