"""What a GSTR-2B holds: the statement of a period, its lines, one for each document, and the tables they stand in.

Values and look-ups; reads and writes no file. The tables' keys serve reading and writing alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ims_fsm.errors import Problem
from ims_fsm.formats.gstn.sections import SEZ_IMPORT_TYPE
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Section

Availability = Literal["Y", "N", "T"]
Day = date
ISD_TYPE = "ISD"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTwoBLine:
    """One document in a GSTR-2B, amounts in paise without sign, whatever it does to the credit.

    `itc_available` is the portal's Y, N or T (temporary) and `reason` its P (place of supply) or C (filed after the
    cut-off of section 16(4)); a bill of entry carries neither. `invoice_type` is spelled as in IMS; "IMPGSEZ" marks
    a bill of entry out of a SEZ, "ISD" a document of an input service distributor. `entry` is what the line brings
    into the summary, signed, where that is not the document's whole tax (an amendment brings the difference); no file
    says it, so reading leaves it out and it does not count when lines are compared.

    Raises `ValueError` where section and availability contradict each other (FAQ 4, 14).
    """

    section: Section
    kind: Kind
    supplier: str
    number: str
    date: date
    taxable: int
    tax: Heads = NIL
    amended: bool = False
    original: OriginalReference | None = None
    supplier_name: str = ""
    value: int | None = None
    pos: str | None = None
    invoice_type: str = "R"
    reverse_charge: bool = False
    itc_available: Availability = "Y"
    reason: str = ""
    return_period: TaxPeriod | None = None
    filed_on: Day | None = None
    reference_date: Day | None = None
    entry: Heads | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse a line that its own section contradicts."""
        expected = {Section.ITC_AVAILABLE: ("Y", "T"), Section.ITC_NOT_AVAILABLE: ("N",)}.get(self.section)
        if expected and self.itc_available not in expected:
            what = f"a line of section {self.section} cannot have ITC available {self.itc_available}"
            raise ValueError(f"{what}; write {' or '.join(expected)}")

    @property
    def rejected(self) -> bool:
        """Whether the line stands in the block of records the recipient rejected (FAQ 14 ii)."""
        return self.section is Section.ITC_REJECTED

    @property
    def credit(self) -> Heads:
        """What the line brings to the recipient's credit, signed: `entry`, else the whole tax of the document."""
        return self.tax * self.kind.sign if self.entry is None else self.entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTwoB:
    """A GSTR-2B: whose it is, its period (a quarter by its last month), the day it was made, and its lines."""

    recipient: str
    period: TaxPeriod
    generated_on: date | None
    lines: tuple[PortalTwoBLine, ...]
    #: Why it is not the whole statement, in one line; "" where it is.
    partial: str = field(default="", compare=False)
    warnings: tuple[Problem, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its keys (plain, amended, and the summary's for amended), and the keys of its rows.

    `rows` is blank where documents stand in the table itself instead of under their supplier. `kinds` maps the
    letter under `kind_key` to a kind; tables of one kind have a single entry under "".
    """

    key: str
    amended_key: str
    rows: str
    number: str
    date: str
    kinds: dict[str, Kind]
    kind_key: str = ""
    original_number: str = ""
    original_date: str = ""
    original_kind: str = ""
    invoice_type: str = ""

    @property
    def is_import(self) -> bool:
        """Whether the table holds bills of entry."""
        return self.date == "boedt"

    def letter(self, kind: Kind) -> str:
        """Return the letter by which the table tells this kind from its others."""
        return next(letter for letter, meant in self.kinds.items() if meant is kind)


_INVOICE = {"": Kind.INVOICE}
_NOTES = {"C": Kind.CREDIT_NOTE, "D": Kind.DEBIT_NOTE}
_ISD = {"ISDI": Kind.INVOICE, "ISDC": Kind.CREDIT_NOTE}
_BILL = {"": Kind.BILL_OF_ENTRY}

TABLES = (
    Table("b2b", "b2ba", "inv", "inum", "dt", _INVOICE, "", "oinum", "oidt"),
    Table("cdnr", "cdnra", "nt", "ntnum", "dt", _NOTES, "typ", "ontnum", "ontdt", "onttyp"),
    Table("ecom", "ecoma", "inv", "inum", "dt", {"": Kind.ECO_DOCUMENT}, "", "oinum", "oidt"),
    Table("isd", "isda", "doclist", "docnum", "docdt", _ISD, "doctyp", "odocnum", "odocdt", "odoctyp", ISD_TYPE),
    Table("impg", "impga", "", "boenum", "boedt", _BILL),
    Table("impgsez", "impgasez", "boe", "boenum", "boedt", _BILL, invoice_type=SEZ_IMPORT_TYPE),
)
_BY_KEY = {key: (table, key == table.amended_key) for table in TABLES for key in (table.key, table.amended_key)}
_BY_KEY["impgseza"] = _BY_KEY["impgasez"]


def table_named(key: str) -> tuple[Table, bool] | None:
    """Return the table that a key means and whether its rows are amendments; None for any other key."""
    return _BY_KEY.get(key.strip().lower())


def table_of(line: PortalTwoBLine) -> Table:
    """Return the table in which a line stands: by kind, and by its type for imports and input service distributors.

    Raises `ValueError` for a kind that an input service distributor cannot send.
    """
    marked = line.invoice_type if line.invoice_type in (ISD_TYPE, SEZ_IMPORT_TYPE) else ""
    for table in TABLES:
        if line.kind in table.kinds.values() and table.invoice_type == marked:
            return table
    raise ValueError(f"a {line.kind} of type {line.invoice_type} has no table in GSTR-2B; correct its type")
