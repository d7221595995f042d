"""The dashboard: screens for people, mounted beside the API; pages that work without scripts.

How a screen is added:

1. A module here with `SCREENS = Screens()` and a function for each page: `@SCREENS.get("/recipients/{gstin}/2b",
   title=N_("GSTR-2B"))` with the desk (`Buyer`, `Seller` or `Admitted`) and `visit: Visiting` among its parameters;
   it returns `visit.show("two_b.html.j2", …)`. With a title it stands in the navigation, in the order of `PARTS`.
   What a form is sent to is `@SCREENS.post(…)`; it takes `key_of(fields)` for the desk's idempotency key.
2. A line in `access.toml` under "the dashboard": the function's name, and the roles that may call it.
3. A template that extends `layout.html.j2` and imports `macros.html.j2` (table, money, heads, form, banner, refusals).
4. The module among `PARTS`; its texts in `catalogues/hi.po`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends

from ims_fsm import IMS
from ims_fsm.web.admission import admitting
from ims_fsm.web.events import Feed
from ims_fsm.web.router import LARGEST
from ims_fsm.web.screens import (
    cases,
    chasing,
    files,
    happened,
    home,
    inward,
    lifecycle,
    outward,
    record,
    register,
    rules,
    settings,
    signoffs,
    three_b,
    two_b,
)
from ims_fsm.web.screens.shell import ENTRIES, House, entering, static_files

PARTS = (
    home,
    inward,
    record,
    register,
    files,
    chasing,
    signoffs,
    two_b,
    three_b,
    happened,
    outward,
    cases,
    lifecycle,
    rules,
    settings,
)
ENTRIES[:] = [entry for part in PARTS for entry in part.SCREENS.entries]


def dashboard(
    ims: IMS,
    authenticate: Callable[..., Any],
    *,
    house: House | None = None,
    largest: int = LARGEST,
    feed: Feed | None = None,
) -> APIRouter:
    """Return the dashboard of an IMS as a router that a host includes under a prefix of its own.

    `authenticate` is the dependency that `router` takes. A form is believed where the browser says that it comes from
    this site; `house` says what else there is: the token of a session, and where one begins and ends. `feed` wakes the
    pages that are open.

    >>> from ims_fsm.testing import Scratch
    >>> from ims_fsm.web import Principal
    >>> with Scratch() as databases, databases.ims() as ims:
    ...     asha = Principal(id="asha", roles=["recipient"], gstins=["27AAPFU0939F1ZV"])
    ...     type(dashboard(ims, authenticate=lambda: asha)).__name__
    'APIRouter'
    """
    guarded = [Depends(entering(house or House())), Depends(admitting(ims, authenticate, feed or Feed(ims)))]
    screens = APIRouter(dependencies=guarded, max_body_size=largest)
    for part in PARTS:
        screens.include_router(part.SCREENS.router)
    made = APIRouter()
    made.include_router(static_files())
    made.include_router(screens)
    return made
