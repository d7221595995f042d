"""A backend of FastAPI around IMS: endpoints in threads, errors as answers, one request that waits for nothing else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse

from ims_fsm import (
    IMS,
    Action,
    ConflictError,
    ImsFsmError,
    InputError,
    MissingError,
    RecipientDesk,
    RefusedError,
    StoreError,
)

STATUS: tuple[tuple[type[ImsFsmError], int], ...] = (
    (RefusedError, 409),
    (MissingError, 404),
    (InputError, 422),
    (ConflictError, 409),
    (StoreError, 503),
)


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[None]:
    """Open IMS as the process starts, after any fork, and close it as it ends."""
    with IMS(os.environ.get("IMS_FSM_DB", "sqlite:///ims.db")) as ims:
        app.state.ims = ims
        yield


app = FastAPI(lifespan=opened)


def desk(gstin: str, request: Request, user: Annotated[str, Header(alias="X-User")]) -> RecipientDesk:
    """Return the caller's desk. Yours says first whether this user may act for this GSTIN."""
    ims: IMS = request.app.state.ims
    return ims.recipient(gstin, actor=user)


Buyer = Annotated[RecipientDesk, Depends(desk)]


@app.exception_handler(ImsFsmError)
def told(_request: Request, error: ImsFsmError) -> JSONResponse:
    """Answer an error with its sentence, its rules and remedies."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    return JSONResponse(error.as_dict(), status)


@app.post("/{gstin}/records/{record_id}/{action}")
def act(
    buyer: Buyer, record_id: int, action: Action, key: Annotated[str | None, Header(alias="Idempotency-Key")] = None
) -> dict[str, Any]:
    """Act on a record: a `def` endpoint runs in a thread, so that nobody waits for it."""
    return {"id": record_id, "state": buyer.act(action, record_id, key=key).state}


@app.get("/{gstin}/records/{record_id}/may")
async def may(buyer: Buyer, record_id: int) -> dict[str, list[str]]:
    """Say of each action what refuses it: in an `async def` calls go to a thread by hand."""
    actions: tuple[Action, ...] = ("accept", "reject", "keep_pending", "reset")
    answers = await to_thread.run_sync(lambda: {action: buyer.may(action, record_id) for action in actions})
    return {action: [str(refusal) for refusal in answer.refusals] for action, answer in answers.items()}
