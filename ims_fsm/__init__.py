"""ims_fsm: India's GST Invoice Management System as declared state machines.

`IMS` is the face for a backend that embeds it; the names below are loaded when they are first used, so that a tool
that only draws or verifies does not load the database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ims_fsm.draw.diagram import Diagram as Diagram
    from ims_fsm.draw.diagram import diagram as diagram
    from ims_fsm.errors import ImsFsmError as ImsFsmError
    from ims_fsm.law.book import LawBook as LawBook
    from ims_fsm.law.book import shipped_book as shipped_book
    from ims_fsm.law.decision import decide as decide
    from ims_fsm.law.hooks import Hooks as Hooks
    from ims_fsm.law.refusal import Allowed as Allowed
    from ims_fsm.law.refusal import Refused as Refused
    from ims_fsm.record.refusals import RefusedError as RefusedError
    from ims_fsm.record.taxpayer import Taxpayer as Taxpayer
    from ims_fsm.record.where import Where as Where
    from ims_fsm.terms.clock import SettableClock as SettableClock
    from ims_fsm.terms.document import Document as Document
    from ims_fsm.terms.document import OriginalReference as OriginalReference
    from ims_fsm.terms.event import Event as Event
    from ims_fsm.terms.event import EventKind as EventKind
    from ims_fsm.terms.money import Heads as Heads
    from ims_fsm.terms.period import TaxPeriod as TaxPeriod
    from ims_fsm.terms.vocabulary import Filing as Filing
    from ims_fsm.terms.vocabulary import Form as Form
    from ims_fsm.terms.vocabulary import Kind as Kind
    from ims_fsm.terms.vocabulary import TaxpayerKind as TaxpayerKind
    from ims_fsm.workflow.ims import IMS as IMS

_ROOMS = {
    "Allowed": "law.refusal",
    "Diagram": "draw.diagram",
    "Document": "terms.document",
    "Event": "terms.event",
    "EventKind": "terms.event",
    "Filing": "terms.vocabulary",
    "Form": "terms.vocabulary",
    "Heads": "terms.money",
    "Hooks": "law.hooks",
    "IMS": "workflow.ims",
    "ImsFsmError": "errors",
    "Kind": "terms.vocabulary",
    "LawBook": "law.book",
    "OriginalReference": "terms.document",
    "Refused": "law.refusal",
    "RefusedError": "record.refusals",
    "SettableClock": "terms.clock",
    "TaxPeriod": "terms.period",
    "Taxpayer": "record.taxpayer",
    "TaxpayerKind": "terms.vocabulary",
    "Where": "record.where",
    "decide": "law.decision",
    "diagram": "draw.diagram",
    "shipped_book": "law.book",
}
__all__ = list(_ROOMS)  # what the type checker sees above is held against it by a test
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
