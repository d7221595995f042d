"""A Celery application around IMS: tasks that act, are tried again, and count once however often they are delivered.

celery --app tasks worker
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from celery import Celery, Task

from ims_fsm import IMS, Action, ConflictError, InputError, RefusedError, StoreError

app = Celery("ims", broker=os.environ.get("BROKER", "memory://"))
app.conf.update(
    # A task that a worker takes with it as it dies is delivered again; what it has done is kept under its id.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    result_backend=os.environ.get("RESULTS", "cache+memory://"),
)


@cache
def ims() -> IMS:
    """Open IMS once for a process; a pool that forks may do so before or after."""
    return IMS(os.environ.get("IMS_FSM_DB", "sqlite:///ims.db"))


@app.task(bind=True, autoretry_for=(ConflictError, StoreError), retry_backoff=True, max_retries=8)
def act(task: Task, gstin: str, record_id: int, action: Action, user: str) -> dict[str, Any]:
    """Act on a record; what would go wrong again is an answer, with its code, and is not tried again."""
    desk = ims().recipient(gstin, actor=user, request=task.request.id)
    try:
        return {"state": desk.act(action, record_id, key=f"celery/{task.request.id}").state}
    except (RefusedError, InputError) as error:
        return error.as_dict()


@app.task
def sweep() -> int:
    """Do what the calendar owes; Celery's beat wakes it, and twice does no harm. Returns how many it failed for."""
    return len(ims().sweep().failures)
