"""The tables of a GSTR-2B: what each holds and under which keys, for reading and writing alike.

Pure data and look-ups; reads no file. Imports the words and the line.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.formats.gstn.sections import SEZ_IMPORT_TYPE
from ims_fsm.formats.gstn.two_b.line import ISD_TYPE, PortalTwoBLine
from ims_fsm.terms.vocabulary import Kind


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
