"""ims_fsm: India's GST Invoice Management System as declared state machines.

`IMS` is the face for a backend that embeds it; the names below are loaded when they are first used, so that a tool
that only draws or verifies does not load the database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ims_fsm.draw.diagrams import Diagram as Diagram
    from ims_fsm.draw.diagrams import diagram as diagram
    from ims_fsm.errors import ImsFsmError as ImsFsmError
    from ims_fsm.formats.gstn.download import check_download as check_download
    from ims_fsm.formats.gstn.two_b.writing import dump_two_b as dump_two_b
    from ims_fsm.formats.gstn.upload import upload_files as upload_files
    from ims_fsm.formats.proposals import read_reduction as read_reduction
    from ims_fsm.law.book import LawBook as LawBook
    from ims_fsm.law.book import shipped_book as shipped_book
    from ims_fsm.law.decision import decide as decide
    from ims_fsm.law.hooks import Hooks as Hooks
    from ims_fsm.law.refusal import Allowed as Allowed
    from ims_fsm.law.refusal import Refused as Refused
    from ims_fsm.record.log import Content as Content
    from ims_fsm.record.log import detail_in_words as detail_in_words
    from ims_fsm.record.record import Record as Record
    from ims_fsm.record.refusals import Answer as Answer
    from ims_fsm.record.refusals import RefusedError as RefusedError
    from ims_fsm.record.refusals import Told as Told
    from ims_fsm.record.returns import Liability as Liability
    from ims_fsm.record.scene import ReduceItc as ReduceItc
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
    from ims_fsm.workflow.actions.many import ActionReport as ActionReport
    from ims_fsm.workflow.actions.proposed import Judgement as Judgement
    from ims_fsm.workflow.actions.what_if import WhatIf as WhatIf
    from ims_fsm.workflow.calendar.sweeps import Swept as Swept
    from ims_fsm.workflow.ims import IMS as IMS
    from ims_fsm.workflow.reception.importing import Imported as Imported
    from ims_fsm.workflow.reception.importing import Registration as Registration
    from ims_fsm.workflow.reception.upload import Received as Received
    from ims_fsm.workflow.recipient_desk import RecipientDesk as RecipientDesk
    from ims_fsm.workflow.returns.filing import ThreeBFiled as ThreeBFiled
    from ims_fsm.workflow.supplier_desk import SupplierDesk as SupplierDesk
    from ims_fsm.workflow.views.statement import TwoBComparison as TwoBComparison
    from ims_fsm.workflow.views.views import History as History
    from ims_fsm.workflow.views.views import ListedRecord as ListedRecord
    from ims_fsm.workflow.views.views import RecordView as RecordView
    from ims_fsm.workflow.views.views import TwoBView as TwoBView

_ROOMS = {
    "ActionReport": "workflow.actions.many",
    "Allowed": "law.refusal",
    "Answer": "record.refusals",
    "Content": "record.log",
    "Diagram": "draw.diagrams",
    "Document": "terms.document",
    "Event": "terms.event",
    "EventKind": "terms.event",
    "Filing": "terms.vocabulary",
    "Form": "terms.vocabulary",
    "Heads": "terms.money",
    "History": "workflow.views.views",
    "Hooks": "law.hooks",
    "IMS": "workflow.ims",
    "Imported": "workflow.reception.importing",
    "ImsFsmError": "errors",
    "Judgement": "workflow.actions.proposed",
    "Kind": "terms.vocabulary",
    "LawBook": "law.book",
    "Liability": "record.returns",
    "ListedRecord": "workflow.views.views",
    "OriginalReference": "terms.document",
    "Received": "workflow.reception.upload",
    "RecipientDesk": "workflow.recipient_desk",
    "Record": "record.record",
    "RecordView": "workflow.views.views",
    "ReduceItc": "record.scene",
    "Refused": "law.refusal",
    "RefusedError": "record.refusals",
    "Registration": "workflow.reception.importing",
    "SettableClock": "terms.clock",
    "SupplierDesk": "workflow.supplier_desk",
    "Swept": "workflow.calendar.sweeps",
    "TaxPeriod": "terms.period",
    "Taxpayer": "record.taxpayer",
    "TaxpayerKind": "terms.vocabulary",
    "ThreeBFiled": "workflow.returns.filing",
    "Told": "record.refusals",
    "TwoBComparison": "workflow.views.statement",
    "TwoBView": "workflow.views.views",
    "WhatIf": "workflow.actions.what_if",
    "Where": "record.where",
    "check_download": "formats.gstn.download",
    "decide": "law.decision",
    "detail_in_words": "record.log",
    "diagram": "draw.diagrams",
    "dump_two_b": "formats.gstn.two_b.writing",
    "read_reduction": "formats.proposals",
    "shipped_book": "law.book",
    "upload_files": "formats.gstn.upload",
}
__all__ = list(_ROOMS)  # what the type checker sees above is held against it by a test
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
