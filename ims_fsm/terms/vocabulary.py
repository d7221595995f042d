"""The field's words as closed sets: what a document, a form, a taxpayer or an outcome can be.

Imports nothing of the package; every other room may import it.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a document is (FAQ 4, 8); an amendment has the kind of the document that it amends."""

    INVOICE = "invoice"
    DEBIT_NOTE = "debit_note"
    CREDIT_NOTE = "credit_note"
    ECO_DOCUMENT = "eco_document"
    BILL_OF_ENTRY = "bill_of_entry"

    @property
    def sign(self) -> int:
        """+1 where the document adds credit for the recipient, -1 for a credit note."""
        return -1 if self is Kind.CREDIT_NOTE else 1

    @property
    def in_words(self) -> str:
        """The kind as people write it: "credit note", "ECO document"."""
        return "ECO document" if self is Kind.ECO_DOCUMENT else self.value.replace("_", " ")

    @property
    def in_books(self) -> Kind:
        """What its buyer books it as: what an e-commerce operator reports is an invoice to them."""
        return Kind.INVOICE if self is Kind.ECO_DOCUMENT else self


class Form(StrEnum):
    """The form in which a document reaches the portal (FAQ 1, 8)."""

    GSTR_1 = "GSTR-1"
    GSTR_1A = "GSTR-1A"
    IFF = "IFF"
    GSTR_5 = "GSTR-5"
    GSTR_6 = "GSTR-6"
    ICEGATE = "ICEGATE"


class TaxpayerKind(StrEnum):
    """How a taxpayer is registered; FAQ 9 says which kinds have an IMS."""

    NORMAL = "normal"
    SEZ_UNIT = "sez_unit"
    SEZ_DEVELOPER = "sez_developer"
    CASUAL = "casual"
    COMPOSITION = "composition"
    ISD = "isd"
    NRTP = "nrtp"
    TDS = "tds"
    TCS = "tcs"


class Role(StrEnum):
    """What somebody may be to a taxpayer who reaches them from outside."""

    RECIPIENT = "recipient"
    SUPPLIER = "supplier"
    AUDITOR = "auditor"
    OPERATOR = "operator"


#: Stands among somebody's GSTINs for every taxpayer's.
EVERYONE = "*"


class Filing(StrEnum):
    """How often a taxpayer files GSTR-1 and GSTR-3B (FAQ 27)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class SupplierStatus(StrEnum):
    """Whether the supplier has only saved the document or filed its form (FAQ 6, 15)."""

    SAVED = "saved"
    FILED = "filed"


class State(StrEnum):
    """The states of a record in IMS; `machines/record.toml` declares each with its sentence."""

    NO_ACTION = "no_action"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    FROZEN = "frozen"
    REMOVED = "removed"


#: The states that a record does not leave, and the others, in their order.
TERMINAL = frozenset({State.FROZEN, State.REMOVED})
ACTIVE = tuple(state for state in State if state not in TERMINAL)


class Trigger(StrEnum):
    """What moves a record; `machines/record.toml` declares who may do each."""

    SAVE = "save"
    ACCEPT = "accept"
    REJECT = "reject"
    KEEP_PENDING = "keep_pending"
    RESET = "reset"
    EDIT = "edit"
    DELETE = "delete"
    FREEZE = "freeze"
    EXPIRE = "expire"
    LAPSE = "lapse"


class Correction(StrEnum):
    """What corrects a record where more is known of it now; the log has it, and no machine declares it."""

    #: It was taken as deleted, and is shown again.
    RESTORE = "restore"
    #: The portal's own GSTR-2B shows it in another period.
    PLACE = "place"
    #: The recipient states how an original that is not here was decided.
    STATE = "state_original"


class UploadStatus(StrEnum):
    """How an upload stands at the portal: the status that its report has (P, PE, ER, IP)."""

    PROCESSED = "processed"
    WITH_ERRORS = "processed_with_errors"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"


class Disposition(StrEnum):
    """What a frozen record was decided as for good (FAQ 5, 12, 13, 20)."""

    ACCEPTED = "accepted"
    DEEMED_ACCEPTED = "deemed_accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class RemovedFor(StrEnum):
    """Why a record left IMS without tax effect (FAQ 16, 21)."""

    SUPPLIER_DELETED = "supplier_deleted"
    SEC_16_4 = "sec_16_4"


class Direction(StrEnum):
    """How an amendment moves the tax of what it amends; an original is `original`."""

    ORIGINAL = "original"
    UPWARD = "upward"
    DOWNWARD = "downward"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"


class Route(StrEnum):
    """Where a document goes: to IMS, or straight to GSTR-2B and why (FAQ 4, 8, 17)."""

    IMS = "ims"
    REVERSE_CHARGE = "reverse_charge"
    POS = "pos"
    SEC_16_4 = "sec_16_4"
    RULE_37A = "rule_37a"
    OTHER_FORM = "other_form"
    ICEGATE = "icegate"
    BEFORE_IMS = "before_ims"


class Section(StrEnum):
    """The part of GSTR-2B in which a record is shown (FAQ 4, 14, 23)."""

    ITC_AVAILABLE = "itc_available"
    ITC_NOT_AVAILABLE = "itc_not_available"
    ITC_REJECTED = "itc_rejected"
    ITC_REVERSED = "itc_reversed"

    @property
    def in_words(self) -> str:
        """The section as the FAQ writes it: "ITC Not Available"."""
        return self.value.replace("_", " ").title().replace("Itc", "ITC")


class TwoBState(StrEnum):
    """The states of a period's GSTR-2B; `machines/gstr2b.toml` declares each."""

    ABSENT = "absent"
    DRAFT = "draft"
    STALE = "stale"
    FINAL = "final"


class ChangeReason(StrEnum):
    """Why a line of GSTR-2B is otherwise in a later generation."""

    #: The recipient acted here.
    ACTION = "action"
    #: A download showed the record for the first time, or an action that was taken at the portal.
    IMPORT = "import"
    #: The supplier amended the document.
    AMENDMENT = "amendment"
    #: How its original was decided was stated, or decided by an earlier GSTR-3B.
    ORIGINAL = "original"
    #: The time limit of section 16(4) passed while it was pending.
    TIME_LIMIT = "time_limit"
    #: The deadline of what is pending passed.
    DEADLINE = "deadline"
    #: Another calendar holds.
    CALENDAR = "calendar"
    OTHER = "other"


class Concern(StrEnum):
    """What a dashboard names: a GSTR-3B that is due, and what is at risk or waits until it is."""

    RETURN_DUE = "return_due"
    STALE_2B = "stale_2b"
    WITHOUT_ACTION = "without_action"
    ACCEPTED_NOT_FILED = "accepted_not_filed"
    PENDING = "pending"
    CREDIT_ENDING = "credit_ending"
    ORIGINAL_UNKNOWN = "original_unknown"
    TO_CHASE = "to_chase"
    ADDED_BACK = "added_back"

    @property
    def of_supplier(self) -> bool:
        """Whether it concerns a taxpayer as a supplier; the others concern recipients."""
        return self is Concern.ADDED_BACK


class Job(StrEnum):
    """What the calendar has the clock do for recipients; `law.instants` says when each is due."""

    EXPIRE = "expire"
    LAPSE = "lapse"
    DRAFT = "draft"
    REMIND = "remind"


class JobStatus(StrEnum):
    """How a job on a shard of recipients stands."""

    TODO = "todo"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class ReminderKind(StrEnum):
    """What a recipient is reminded of; `machines/calendar.toml` says how many days ahead, and cites the rule."""

    DRAFT_READY = "draft_ready"
    TWO_B_TO_GENERATE = "two_b_to_generate"
    TWO_B_STALE = "two_b_stale"
    TIME_LIMIT = "time_limit"
    PENDING_DEADLINE = "pending_deadline"
    SUPPLIERS_DUE = "suppliers_due"
