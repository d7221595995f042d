"""ims_fsm: India's GST Invoice Management System as declared state machines.

`IMS` is the face for a backend that embeds it; the names below are loaded when they are first used, so that a tool
that only draws or verifies does not load the database.
"""

from __future__ import annotations

from importlib import import_module

# Until typing is loaded nothing of the command line stands that would hear Ctrl-C; checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ims_fsm.draw.diagrams import Diagram as Diagram
    from ims_fsm.draw.diagrams import diagram as diagram
    from ims_fsm.errors import ConflictError as ConflictError
    from ims_fsm.errors import DeclarationError as DeclarationError
    from ims_fsm.errors import ImsFsmError as ImsFsmError
    from ims_fsm.errors import InputError as InputError
    from ims_fsm.errors import MissingError as MissingError
    from ims_fsm.errors import Problem as Problem
    from ims_fsm.errors import StoreError as StoreError
    from ims_fsm.errors import UnsettledError as UnsettledError
    from ims_fsm.files.writing import OutputError as OutputError
    from ims_fsm.formats.gstn.parts import check_download as check_download
    from ims_fsm.formats.gstn.two_b.comparison import Difference as Difference
    from ims_fsm.formats.gstn.two_b.comparison import OutsideIms as OutsideIms
    from ims_fsm.formats.gstn.two_b.files import read_two_b as read_two_b
    from ims_fsm.formats.gstn.two_b.statement import PortalTwoB as PortalTwoB
    from ims_fsm.formats.gstn.two_b.statement import PortalTwoBLine as PortalTwoBLine
    from ims_fsm.formats.gstn.two_b.writing import dump_two_b as dump_two_b
    from ims_fsm.formats.gstn.upload import Upload as Upload
    from ims_fsm.formats.gstn.upload import upload_files as upload_files
    from ims_fsm.formats.proposals import Proposal as Proposal
    from ims_fsm.formats.proposals import read_reduction as read_reduction
    from ims_fsm.formats.register.reading import read_register as read_register
    from ims_fsm.formats.register.sample import RegisterSample as RegisterSample
    from ims_fsm.formats.register.sample import TitlesError as TitlesError
    from ims_fsm.formats.register.sample import sample_register as sample_register
    from ims_fsm.law.book import LawBook as LawBook
    from ims_fsm.law.book import shipped_book as shipped_book
    from ims_fsm.law.decision import decide as decide
    from ims_fsm.law.hooks import Attempt as Attempt
    from ims_fsm.law.hooks import Call as Call
    from ims_fsm.law.hooks import Hooks as Hooks
    from ims_fsm.law.hooks import Tally as Tally
    from ims_fsm.law.hooks import TransitionEvent as TransitionEvent
    from ims_fsm.law.overlay import Overlay as Overlay
    from ims_fsm.law.refusal import Allowed as Allowed
    from ims_fsm.law.refusal import Refusal as Refusal
    from ims_fsm.law.refusal import Refused as Refused
    from ims_fsm.proof.checking import Checked as Checked
    from ims_fsm.proof.checking import check_proof as check_proof
    from ims_fsm.proof.checkpoint import Checkpoint as Checkpoint
    from ims_fsm.proof.keys import make_key as make_key
    from ims_fsm.proof.proof import Proof as Proof
    from ims_fsm.proof.statement import Statement as Statement
    from ims_fsm.record.case import Case as Case
    from ims_fsm.record.case import CaseHistory as CaseHistory
    from ims_fsm.record.chasing import Chased as Chased
    from ims_fsm.record.chasing import ChaseTally as ChaseTally
    from ims_fsm.record.chasing import ChaseTotals as ChaseTotals
    from ims_fsm.record.chasing import HeldPayment as HeldPayment
    from ims_fsm.record.chasing import Letter as Letter
    from ims_fsm.record.chasing import SupplierToChase as SupplierToChase
    from ims_fsm.record.chasing import ToChase as ToChase
    from ims_fsm.record.conformance import Conformance as Conformance
    from ims_fsm.record.conformance import Deviation as Deviation
    from ims_fsm.record.conformance import DeviationGroup as DeviationGroup
    from ims_fsm.record.dashboard import Dashboard as Dashboard
    from ims_fsm.record.dashboard import DashboardItem as DashboardItem
    from ims_fsm.record.dashboard import DashboardRow as DashboardRow
    from ims_fsm.record.dashboard import DashboardTotal as DashboardTotal
    from ims_fsm.record.deadlines import Deadlines as Deadlines
    from ims_fsm.record.deadlines import ReturnDates as ReturnDates
    from ims_fsm.record.generations import Generation as Generation
    from ims_fsm.record.generations import TwoBChange as TwoBChange
    from ims_fsm.record.generations import Why as Why
    from ims_fsm.record.log import Content as Content
    from ims_fsm.record.log import TransitionEntry as TransitionEntry
    from ims_fsm.record.log import detail_in_words as detail_in_words
    from ims_fsm.record.originals import StatedOriginal as StatedOriginal
    from ims_fsm.record.paper import PapersWritten as PapersWritten
    from ims_fsm.record.recommendation import ExplainedRecommendation as ExplainedRecommendation
    from ims_fsm.record.recommendation import Recommendation as Recommendation
    from ims_fsm.record.record import PortalView as PortalView
    from ims_fsm.record.record import Record as Record
    from ims_fsm.record.refusals import Answer as Answer
    from ims_fsm.record.refusals import RefusedError as RefusedError
    from ims_fsm.record.refusals import RefusedGroup as RefusedGroup
    from ims_fsm.record.refusals import Told as Told
    from ims_fsm.record.register import Booked as Booked
    from ims_fsm.record.register import Gone as Gone
    from ims_fsm.record.register import KeptRegister as KeptRegister
    from ims_fsm.record.register import Match as Match
    from ims_fsm.record.register import MatchDecision as MatchDecision
    from ims_fsm.record.register import MatchedClass as MatchedClass
    from ims_fsm.record.register import Matching as Matching
    from ims_fsm.record.register import PurchaseRegister as PurchaseRegister
    from ims_fsm.record.register import RegisterDocument as RegisterDocument
    from ims_fsm.record.register import RegisterKept as RegisterKept
    from ims_fsm.record.returns import DecidedAlike as DecidedAlike
    from ims_fsm.record.returns import Liability as Liability
    from ims_fsm.record.returns import TimeLimited as TimeLimited
    from ims_fsm.record.returns import TwoB as TwoB
    from ims_fsm.record.returns import TwoBLine as TwoBLine
    from ims_fsm.record.scene import ReduceItc as ReduceItc
    from ims_fsm.record.setting import Setting as Setting
    from ims_fsm.record.setting import SettingKind as SettingKind
    from ims_fsm.record.settling import LeftOut as LeftOut
    from ims_fsm.record.settling import LeftOutGroup as LeftOutGroup
    from ims_fsm.record.sighting import Sighting as Sighting
    from ims_fsm.record.taxpayer import Taxpayer as Taxpayer
    from ims_fsm.record.token import IssuedToken as IssuedToken
    from ims_fsm.record.token import Token as Token
    from ims_fsm.record.totals import Alike as Alike
    from ims_fsm.record.totals import Summary as Summary
    from ims_fsm.record.totals import Totals as Totals
    from ims_fsm.record.uploaded import UploadRefusal as UploadRefusal
    from ims_fsm.record.where import Sort as Sort
    from ims_fsm.record.where import Where as Where
    from ims_fsm.store.backup import Backup as Backup
    from ims_fsm.store.register import IdempotencyError as IdempotencyError
    from ims_fsm.store.register import LawMismatchError as LawMismatchError
    from ims_fsm.store.seals import Seal as Seal
    from ims_fsm.terms.document import Document as Document
    from ims_fsm.terms.document import OriginalReference as OriginalReference
    from ims_fsm.terms.event import Event as Event
    from ims_fsm.terms.event import EventKind as EventKind
    from ims_fsm.terms.money import Heads as Heads
    from ims_fsm.terms.period import SettableClock as SettableClock
    from ims_fsm.terms.period import TaxPeriod as TaxPeriod
    from ims_fsm.terms.principal import Principal as Principal
    from ims_fsm.terms.vocabulary import ChangeReason as ChangeReason
    from ims_fsm.terms.vocabulary import Concern as Concern
    from ims_fsm.terms.vocabulary import Direction as Direction
    from ims_fsm.terms.vocabulary import Disposition as Disposition
    from ims_fsm.terms.vocabulary import Filing as Filing
    from ims_fsm.terms.vocabulary import Form as Form
    from ims_fsm.terms.vocabulary import Job as Job
    from ims_fsm.terms.vocabulary import Kind as Kind
    from ims_fsm.terms.vocabulary import RemovedFor as RemovedFor
    from ims_fsm.terms.vocabulary import Role as Role
    from ims_fsm.terms.vocabulary import Route as Route
    from ims_fsm.terms.vocabulary import Section as Section
    from ims_fsm.terms.vocabulary import State as State
    from ims_fsm.terms.vocabulary import SupplierStatus as SupplierStatus
    from ims_fsm.terms.vocabulary import TaxpayerKind as TaxpayerKind
    from ims_fsm.terms.vocabulary import Trigger as Trigger
    from ims_fsm.terms.vocabulary import TwoBState as TwoBState
    from ims_fsm.terms.vocabulary import UploadStatus as UploadStatus
    from ims_fsm.workflow.actions import ActionReport as ActionReport
    from ims_fsm.workflow.actions import Weighed as Weighed
    from ims_fsm.workflow.actions import WhatIf as WhatIf
    from ims_fsm.workflow.calendar.isolation import Failure as Failure
    from ims_fsm.workflow.calendar.sweeps import SweepReport as SweepReport
    from ims_fsm.workflow.calendar.sweeps import Swept as Swept
    from ims_fsm.workflow.cases.desk import CasesDesk as CasesDesk
    from ims_fsm.workflow.cases.sets import CaseReport as CaseReport
    from ims_fsm.workflow.conforming import LogMap as LogMap
    from ims_fsm.workflow.conforming import conform as conform
    from ims_fsm.workflow.conforming import log_diagrams as log_diagrams
    from ims_fsm.workflow.consent import ConsentError as ConsentError
    from ims_fsm.workflow.delivery import Delivered as Delivered
    from ims_fsm.workflow.desks import Action as Action
    from ims_fsm.workflow.desks import RecipientDesk as RecipientDesk
    from ims_fsm.workflow.engine import Engine as Engine
    from ims_fsm.workflow.forecast import Foreseen as Foreseen
    from ims_fsm.workflow.forecast import ThreeBForecast as ThreeBForecast
    from ims_fsm.workflow.ims import IMS as IMS
    from ims_fsm.workflow.proposed import JudgedRow as JudgedRow
    from ims_fsm.workflow.proposed import Judgement as Judgement
    from ims_fsm.workflow.proposed import Repeated as Repeated
    from ims_fsm.workflow.reception.answering import NotTaken as NotTaken
    from ims_fsm.workflow.reception.answering import UploadReport as UploadReport
    from ims_fsm.workflow.reception.importing import Imported as Imported
    from ims_fsm.workflow.reception.importing import Registration as Registration
    from ims_fsm.workflow.reception.report import Contradiction as Contradiction
    from ims_fsm.workflow.reception.report import Received as Received
    from ims_fsm.workflow.reception.upload import UploadChange as UploadChange
    from ims_fsm.workflow.reception.upload import UploadStanding as UploadStanding
    from ims_fsm.workflow.returns import AddedBack as AddedBack
    from ims_fsm.workflow.returns import ThreeBFiled as ThreeBFiled
    from ims_fsm.workflow.returns import TwoBGenerated as TwoBGenerated
    from ims_fsm.workflow.signoff.steps import Signoff as Signoff
    from ims_fsm.workflow.signoff.steps import SignoffView as SignoffView
    from ims_fsm.workflow.supplier import Filed as Filed
    from ims_fsm.workflow.supplier_desk import SupplierDesk as SupplierDesk
    from ims_fsm.workflow.views.statement import Adopted as Adopted
    from ims_fsm.workflow.views.statement import TwoBComparison as TwoBComparison
    from ims_fsm.workflow.views.views import History as History
    from ims_fsm.workflow.views.views import ListedRecord as ListedRecord
    from ims_fsm.workflow.views.views import RecordView as RecordView
    from ims_fsm.workflow.views.views import TwoBView as TwoBView
    from ims_fsm.workflow.views.workbook import Workbook as Workbook

# The rooms of the public names: first whatever a backend calls, gives and is answered, then the law.
_ROOMS = (
    # the face
    ("workflow.ims", "IMS"),
    ("workflow.engine", "Engine"),
    ("workflow.cases.desk", "CasesDesk"),
    ("workflow.desks", "RecipientDesk Action"),
    ("workflow.supplier_desk", "SupplierDesk"),
    ("law.hooks", "Attempt Call Hooks Tally TransitionEvent"),
    ("terms.period", "SettableClock TaxPeriod"),
    ("terms.principal", "Principal"),
    # what is given to it
    ("record.taxpayer", "Taxpayer"),
    ("record.where", "Sort Where"),
    ("formats.proposals", "Proposal"),
    ("record.scene", "ReduceItc"),
    ("record.originals", "StatedOriginal"),
    ("record.sighting", "Sighting"),
    ("terms.document", "Document OriginalReference"),
    ("terms.money", "Heads"),
    ("workflow.reception.importing", "Registration"),
    # words of the field
    ("terms.event", "EventKind"),
    (
        "terms.vocabulary",
        "ChangeReason Concern Direction Disposition Filing Form Job Kind RemovedFor Role Route Section",
    ),
    ("terms.vocabulary", "State SupplierStatus TaxpayerKind Trigger TwoBState UploadStatus"),
    # what it answers
    ("store.backup", "Backup"),
    ("workflow.signoff.steps", "Signoff SignoffView"),
    ("record.record", "PortalView Record"),
    ("record.case", "Case CaseHistory"),
    ("record.refusals", "Answer RefusedGroup Told"),
    ("record.conformance", "Conformance Deviation DeviationGroup"),
    ("record.dashboard", "Dashboard DashboardItem DashboardRow DashboardTotal"),
    ("record.deadlines", "Deadlines ReturnDates"),
    ("record.generations", "Generation TwoBChange Why"),
    ("record.log", "Content TransitionEntry detail_in_words"),
    ("record.returns", "DecidedAlike Liability TimeLimited TwoB TwoBLine"),
    ("record.settling", "LeftOut LeftOutGroup"),
    ("record.totals", "Alike Summary Totals"),
    ("record.token", "IssuedToken Token"),
    ("record.uploaded", "UploadRefusal"),
    ("terms.event", "Event"),
    ("store.seals", "Seal"),
    ("proof.checkpoint", "Checkpoint"),
    ("proof.proof", "Proof"),
    ("proof.checking", "Checked"),
    ("proof.statement", "Statement"),
    ("formats.gstn.two_b.statement", "PortalTwoB PortalTwoBLine"),
    ("formats.gstn.two_b.comparison", "Difference OutsideIms"),
    ("formats.gstn.upload", "Upload"),
    ("workflow.actions", "ActionReport"),
    ("workflow.cases.sets", "CaseReport"),
    ("workflow.proposed", "JudgedRow"),
    ("workflow.proposed", "Judgement"),
    ("workflow.proposed", "Repeated"),
    ("workflow.actions", "Weighed WhatIf"),
    ("workflow.calendar.isolation", "Failure"),
    ("workflow.delivery", "Delivered"),
    ("workflow.calendar.sweeps", "SweepReport Swept"),
    ("workflow.reception.importing", "Imported"),
    ("workflow.reception.report", "Contradiction Received"),
    ("workflow.reception.answering", "NotTaken UploadReport"),
    ("workflow.reception.upload", "UploadChange UploadStanding"),
    ("workflow.returns", "AddedBack ThreeBFiled"),
    ("workflow.returns", "TwoBGenerated"),
    ("workflow.forecast", "Foreseen ThreeBForecast"),
    ("workflow.supplier", "Filed"),
    ("workflow.views.statement", "Adopted TwoBComparison"),
    ("workflow.views.views", "History ListedRecord RecordView TwoBView"),
    ("workflow.views.workbook", "Workbook"),
    # files
    ("formats.gstn.parts", "check_download"),
    ("formats.gstn.two_b.writing", "dump_two_b"),
    ("formats.gstn.upload", "upload_files"),
    ("formats.proposals", "read_reduction"),
    ("formats.register.reading", "read_register"),
    ("formats.register.sample", "RegisterSample TitlesError sample_register"),
    ("record.paper", "PapersWritten"),
    ("record.recommendation", "ExplainedRecommendation Recommendation"),
    ("record.chasing", "Chased ChaseTally ChaseTotals HeldPayment Letter SupplierToChase ToChase"),
    ("record.setting", "Setting SettingKind"),
    ("law.overlay", "Overlay"),
    (
        "record.register",
        "Booked Gone KeptRegister Match MatchDecision MatchedClass Matching PurchaseRegister",
    ),
    ("record.register", "RegisterDocument RegisterKept"),
    ("formats.gstn.two_b.files", "read_two_b"),
    ("proof.checking", "check_proof"),
    ("proof.keys", "make_key"),
    # what it raises
    ("errors", "DeclarationError ImsFsmError InputError MissingError Problem"),
    ("record.refusals", "RefusedError"),
    ("workflow.consent", "ConsentError"),
    ("errors", "ConflictError"),
    ("errors", "StoreError UnsettledError"),
    ("files.writing", "OutputError"),
    ("store.register", "IdempotencyError LawMismatchError"),
    # the law, and its pictures
    ("law.book", "LawBook shipped_book"),
    ("law.decision", "decide"),
    ("workflow.conforming", "LogMap conform log_diagrams"),
    ("law.refusal", "Allowed Refusal Refused"),
    ("draw.diagrams", "Diagram diagram"),
)
_NAMES = {name: room for room, names in _ROOMS for name in names.split()}
__all__ = list(_NAMES)  # what the type checker sees above is held against it by a test
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load a public name from its room."""
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__"])
