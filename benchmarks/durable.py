"""The obvious code as the one step of a DBOS workflow: what makes an action durable where it is not one transaction.

Imports DBOS where it is installed; nothing of the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy import Engine

from benchmarks.rivals import ObviousCode


class DurableCode:
    """A workflow with one step, which acts on one record in a transaction of its own."""

    def __init__(self, library: Any, engine: Engine) -> None:
        """Register the workflow and its step."""
        code = ObviousCode(engine)

        def step(gstin: str, record_id: int, trigger: str, at: str) -> bool:
            return code.act(gstin, record_id, trigger, datetime.fromisoformat(at))

        stepped = library.DBOS.step(name="ims_fsm_benchmark_step")(step)

        def workflow(gstin: str, record_id: int, trigger: str, at: str) -> bool:
            return bool(stepped(gstin, record_id, trigger, at))

        self._act = library.DBOS.workflow(name="ims_fsm_benchmark")(workflow)

    def act(self, gstin: str, record_id: int, trigger: str, now: datetime) -> bool:
        """Act on one record; returns whether the guards let it."""
        return bool(self._act(gstin, record_id, trigger, now.isoformat()))


def installed() -> bool:
    """Say whether DBOS is installed."""
    return find_spec("dbos") is not None


@contextmanager
def launched(engine: Engine, system: str) -> Iterator[DurableCode]:
    """Give the code with DBOS running, whose own tables lie in another database."""
    library = import_module("dbos")
    config = {"name": "benchmark", "system_database_url": system, "run_admin_server": False, "log_level": "ERROR"}
    library.DBOS(config=config)
    code = DurableCode(library, engine)
    library.DBOS.launch()
    try:
        yield code
    finally:
        library.DBOS.destroy(destroy_registry=True)
