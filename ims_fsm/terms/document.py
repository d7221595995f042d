"""A document as the supplier reports it: the business content of a record.

Imports the words, the money and the periods; knows no database and no wire format.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal, Self, get_args

from ims_fsm.terms.border import Border
from ims_fsm.terms.money import HEADS, NIL, Heads, rupees
from ims_fsm.terms.vocabulary import Direction, Kind

Ineligible = Literal["pos", "sec_16_4", "rule_37a"]
INELIGIBLE: tuple[str, ...] = get_args(Ineligible)
# A field that bears the name of its type hides it from whoever reads the types of a document (pydantic).
Day = date


@dataclass(frozen=True, slots=True)
class OriginalReference:
    """The document that an amendment names: its number and date."""

    number: str
    date: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document's content; amounts in paise, the date as written on it.

    `ineligible` says why ITC is ineligible at entry (FAQ 4, 8), `pending_blocked` is the portal's own
    flag `ispendactblocked` where it was seen, `value` the document's total where it was reported.
    """

    kind: Kind
    supplier: str
    recipient: str
    number: str
    date: Day
    taxable: int
    tax: Heads = NIL
    value: int | None = None
    pos: str | None = None
    invoice_type: str = "R"
    reverse_charge: bool = False
    ineligible: Ineligible | None = None
    amends: OriginalReference | None = None
    pending_blocked: bool | None = None
    supplier_name: str = ""

    def checked(self) -> Document:
        """Return the document with every field as it is kept; raises `InputError` naming all that cannot be kept.

        What the portal's files bring is checked where they are read.
        """
        border, blocked = Border("document"), self.pending_blocked
        # What is imported has no supplier in GST's registers; the bill of entry names none.
        supplier = border.gstin("supplier", self.supplier) if self.supplier or self.kind != Kind.BILL_OF_ENTRY else ""
        recipient = border.gstin("recipient", self.recipient)
        if supplier and supplier == recipient:
            border.wrong("supplier", supplier, "is the recipient too", "give the two GSTINs that the document names")
        if self.ineligible is not None and self.ineligible not in INELIGIBLE:
            border.wrong("ineligible", self.ineligible, "is not a reason", f"write one of {', '.join(INELIGIBLE)}")
        kept = replace(
            self,
            kind=border.word("kind", self.kind, Kind),
            supplier=supplier,
            recipient=recipient,
            number=border.text("number", self.number),
            date=border.day("date", self.date),
            taxable=border.paise("taxable", self.taxable),
            tax=border.heads("tax", self.tax),
            value=None if self.value is None else border.paise("value", self.value),
            pos=None if self.pos is None else border.text("pos", self.pos),
            invoice_type=border.text("invoice_type", self.invoice_type),
            reverse_charge=border.flag("reverse_charge", self.reverse_charge),
            pending_blocked=None if blocked is None else border.flag("pending_blocked", blocked),
            supplier_name=border.text("supplier_name", self.supplier_name, empty=True),
        )
        if isinstance(self.amends, OriginalReference):
            border.text("amends", self.amends.number)
            border.day("amends", self.amends.date)
        elif self.amends is not None:
            border.wrong("amends", self.amends, "is not an OriginalReference", "give its number and date")
        border.close()
        return kept

    @property
    def credit(self) -> Heads:
        """What the document is worth to the recipient: its tax, negative for a credit note."""
        return self.tax * self.kind.sign

    @property
    def machine(self) -> str:
        """The name of the declared machine that governs this document's record."""
        amended = self.amends is not None and self.kind is not Kind.BILL_OF_ENTRY
        return f"{self.kind}_amendment" if amended else str(self.kind)

    def content(self) -> dict[str, Any]:
        """Return the business fields as plain data, amounts in rupees as text; what the hash reads.

        The portal's pending flag and the supplier's name are no content: they may change without an edit.
        """
        return {
            "kind": str(self.kind),
            "supplier": self.supplier,
            "recipient": self.recipient,
            "number": self.number,
            "date": self.date.isoformat(),
            "taxable": str(rupees(self.taxable)),
            **{head: str(amount) for head, amount in self.tax.in_rupees().items()},
            "value": None if self.value is None else str(rupees(self.value)),
            "pos": self.pos,
            "invoice_type": self.invoice_type,
            "reverse_charge": self.reverse_charge,
            "ineligible": self.ineligible,
            "amends": None if self.amends is None else [self.amends.number, self.amends.date.isoformat()],
        }

    @property
    def content_hash(self) -> str:
        """The SHA-256 of the business content (64 hex digits); it changes exactly with an edit (FAQ 16)."""
        text = json.dumps(self.content(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def changed(self, **changes: Any) -> Self:
        """Return a copy with the named fields changed; heads of tax may be named one by one, in paise.

        Raises `ValueError` for a field that a document does not have.
        """
        names = {field.name for field in fields(self)} | set(HEADS)
        unknown = sorted(set(changes) - names)
        if unknown:
            raise ValueError(f"a document has no field {unknown[0]!r}; its fields are {', '.join(sorted(names))}")
        heads = {head: changes.pop(head) for head in HEADS if head in changes}
        tax = changes.pop("tax", self.tax)
        return replace(self, tax=replace(tax, **heads), **changes)

    def direction_from(self, original: Heads | None) -> Direction:
        """Say how this document moves the tax of `original` (None when that is not known).

        Where heads move both ways the blocked direction is named: downward for what adds credit,
        upward for a credit note (FAQ 11, decided ambiguity (d)).
        """
        if self.amends is None:
            return Direction.ORIGINAL
        if original is None:
            return Direction.UNKNOWN
        order = (
            (Direction.UPWARD, Direction.DOWNWARD)
            if self.kind is Kind.CREDIT_NOTE
            else (Direction.DOWNWARD, Direction.UPWARD)
        )
        moved = {Direction.UPWARD: original.below(self.tax), Direction.DOWNWARD: self.tax.below(original)}
        return next((direction for direction in order if moved[direction]), Direction.UNCHANGED)
