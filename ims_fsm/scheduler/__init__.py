"""The scheduler: wakes up when the calendar may owe something, and has workers do what is due, which the tables know.

Imports APScheduler, and Dask where it is asked for; nothing below imports this room.
"""

from __future__ import annotations

from ims_fsm.scheduler.scheduler import Scheduler, Tick
from ims_fsm.workflow.calendar.jobs import CHUNK
from ims_fsm.workflow.calendar.planning import Report, Standing

__all__ = ["CHUNK", "Report", "Scheduler", "Standing", "Tick"]
