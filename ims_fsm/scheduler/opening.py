"""How another process opens the same database, with the same clock and law.

Imports the workflow; starts no process.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.workspace import Clock, Workspace, system_clock

Opener = Callable[[], IMS | Workspace]
_REMEDY = "give the scheduler an opener, a function of a module that opens it as you do"


class WorkersError(ImsFsmError):
    """Workers cannot be started, or did not do what is due; the message says why and what to do."""

    code = "workers_unusable"


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens a database by its URL with a clock; a call gives an IMS, which whoever calls closes."""

    url: str
    clock: Clock = system_clock

    def __call__(self) -> IMS:
        """Open the database; raises `StoreError`."""
        return IMS(self.url, clock=self.clock)


def opening_of(workspace: Workspace) -> Opening:
    """Return how another process opens what a workspace has open.

    Raises `WorkersError` for a database in memory, and for a law, a clock or hooks of the clock's triggers that another
    process would not have.
    """
    if workspace.in_memory:
        raise WorkersError("a database in memory is seen by one process alone; use a file or PostgreSQL")
    if workspace.book is not shipped_book():
        raise WorkersError(f"other processes would work by the law that ships and not by yours; {_REMEDY}")
    if any(workspace.hooks.watch(trigger) for trigger in (Trigger.EXPIRE, Trigger.LAPSE)):
        raise WorkersError(f"other processes would not call your hooks; {_REMEDY}")
    opening = Opening(workspace.engine.url.render_as_string(hide_password=False), workspace.clock)
    try:
        pickle.dumps(opening)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise WorkersError(f"your clock cannot be handed to another process ({error}); {_REMEDY}") from error
    return opening
