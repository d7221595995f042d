"""Workers on a Dask cluster: as many drain loops as it has threads, on as many machines as it has.

Imports distributed; Dask carries no truth, so what is lost with a worker or with its scheduler is still to be done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from ims_fsm.scheduler.workers import Opener, WorkersError, drained
from ims_fsm.terms.vocabulary import Job
from ims_fsm.workflow.calendar.isolation import sentence
from ims_fsm.workflow.calendar.jobs import Drained

try:
    import distributed
except ModuleNotFoundError as missing:
    raise WorkersError("a Dask cluster needs the package distributed; install ims-fsm[cluster]") from missing

# The package says that it has types, and its functions have none.
_distributed: Any = distributed
# A task ends after so many shards: a worker that joins gets its share, and a stop is heard within seconds.
SHARDS_A_TASK = 8
TIMEOUT_S = 10
LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Dask:
    """Workers of a Dask cluster, by the address of its scheduler (`HOST:PORT`); each opens the database itself.

    The machines of the cluster need ims-fsm installed, and the database's URL in their environment.
    """

    address: str
    opener: Opener

    def round(self, only: Collection[Job], stop: Callable[[], bool]) -> tuple[Drained, list[str]]:
        """Have the cluster drain what is due; a worker lost for good, or the scheduler, is a fault."""
        try:
            client: Any = _distributed.Client(self.address, timeout=TIMEOUT_S, set_as_default=False)
            with client, client.as_current():
                return self._drained(client, tuple(only), stop)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            return Drained(), [f"the Dask scheduler at {self.address} is lost: {type(error).__name__} {error}".strip()]

    def _drained(self, client: Any, only: tuple[Job, ...], stop: Callable[[], bool]) -> tuple[Drained, list[str]]:
        total, faults = Drained(), list[str]()
        running = {self._begun(client, only) for _ in repeat(None, sum(client.nthreads().values()) or 1)}
        while running:
            try:
                ended = _distributed.wait(running, timeout=LOOK_S, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                ended = set()
            running -= ended
            for future in ended:
                # What a task raises is the cluster's: a worker was lost, and its shard is still to be done.
                error = future.exception()
                done, fault = future.result() if error is None else (Drained(), sentence(error))
                total += done
                faults += [fault] if fault else []
                if done.shards and not stop():
                    running.add(self._begun(client, only))
        return total, faults

    def _begun(self, client: Any, only: tuple[Job, ...]) -> Any:
        return client.submit(_drain, self.opener, only, pure=False)


def _drain(opener: Opener, only: tuple[Job, ...]) -> tuple[Drained, str | None]:
    left = iter(range(SHARDS_A_TASK))
    return drained(opener, only, lambda: next(left, None) is None)
