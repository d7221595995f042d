"""The HTTP API: a router that a backend mounts in its own FastAPI application, and what `ims-fsm serve` runs.

Imports FastAPI and the face; knows no command line, and no table.
"""

from __future__ import annotations

from ims_fsm.web.events import Feed
from ims_fsm.web.principal import EVERYONE, Principal
from ims_fsm.web.router import router

__all__ = ["EVERYONE", "Feed", "Principal", "router"]
