"""The factory: a router of every operation, scoped to whoever calls, for a host's FastAPI application.

Imports FastAPI and the routes; the host's handlers, middleware and description stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends

from ims_fsm import IMS
from ims_fsm.web import (
    actions,
    cases,
    chasing,
    dashboard,
    events,
    law,
    matching,
    operation,
    portal,
    records,
    returns,
    settings,
    signoffs,
    suppliers,
)
from ims_fsm.web.admission import admitting
from ims_fsm.web.events import Feed

PARTS = (
    dashboard,
    records,
    actions,
    matching,
    settings,
    chasing,
    signoffs,
    returns,
    portal,
    suppliers,
    cases,
    events,
    operation,
    law,
)
#: The largest request in bytes: a download of the portal in its zip.
LARGEST = 64 << 20


def router(
    ims: IMS, authenticate: Callable[..., Any], *, largest: int = LARGEST, feed: Feed | None = None
) -> APIRouter:
    """Return the API of an IMS as a router that a host includes under a prefix of its own.

    `authenticate` is a dependency of FastAPI that returns the `Principal` who calls, or raises `HTTPException(401)`.
    `largest` is how many bytes a request may have; `feed` wakes the streams of events, and says how long they stay
    open: give one where you `end` the streams as your server stops.

    >>> from ims_fsm.testing import Scratch
    >>> from ims_fsm.web import Principal
    >>> with Scratch() as databases, databases.ims() as ims:
    ...     asha = Principal(id="asha", roles=["recipient"], gstins=["27AAPFU0939F1ZV"])
    ...     type(router(ims, authenticate=lambda: asha)).__name__
    'APIRouter'
    """
    api = APIRouter(dependencies=[Depends(admitting(ims, authenticate, feed or Feed(ims)))], max_body_size=largest)
    for part in PARTS:
        api.include_router(part.ROUTES.router)
    return api
