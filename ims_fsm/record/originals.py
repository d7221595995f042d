"""What is stated of an original that never came here: how it was decided, and what tax it had.

Imports the terms; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ims_fsm.terms.border import Border
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOriginal:
    """How the unknown original of an amendment was decided (FAQ 13).

    The amendment is named by its id, or by its number and, where several suppliers use that, its supplier.
    """

    disposition: Disposition
    record_id: int | None = None
    supplier: str | None = None
    number: str | None = None
    #: The original's tax in paise; None where it is not known, and counts as the amendment's own.
    tax: Heads | None = None
    #: Where a file has it: "line 3".
    place: str = field(default="", hash=False)

    def checked(self) -> StatedOriginal:
        """Return the statement with every field as it is read; raises `InputError` naming all that cannot be."""
        border = Border(self.place or "original")
        if self.record_id is None and self.number is None:
            border.wrong("record", "", "names no amendment", "give its id, or its number and supplier")
        kept = StatedOriginal(
            disposition=border.word("disposition", self.disposition, Disposition),
            record_id=None if self.record_id is None else border.record_id(self.record_id),
            supplier=None if self.supplier is None else border.gstin("supplier", self.supplier),
            number=None if self.number is None else border.text("number", self.number),
            tax=None if self.tax is None else border.heads("tax", self.tax),
            place=self.place,
        )
        border.close()
        return kept
