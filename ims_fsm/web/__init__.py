"""The HTTP API and the dashboard: routers that a backend mounts in its own FastAPI, and what `ims-fsm serve` runs.

Imports FastAPI and the face; knows no command line, and no table.
"""

from __future__ import annotations

from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import EVERYONE
from ims_fsm.web.events import Feed
from ims_fsm.web.router import router
from ims_fsm.web.screens import dashboard
from ims_fsm.web.screens.shell import House

__all__ = ["EVERYONE", "Feed", "House", "Principal", "dashboard", "router"]
