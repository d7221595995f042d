"""A registered taxpayer, as a value.

Imports the terms; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.terms.border import Border, state_code
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxpayer:
    """A taxpayer; `registered_from` is the first period that owes a GSTR-3B, earlier ones count as filed.

    Where it is `guessed`, nobody stated it: it is the first 2B period of their records, worked out with each import.
    `extensions` are the names of the extensions by district that they are under; no GSTIN tells its district.
    """

    gstin: str
    name: str = ""
    kind: TaxpayerKind = TaxpayerKind.NORMAL
    filing: Filing = Filing.MONTHLY
    registered_from: TaxPeriod
    guessed: bool = False
    extensions: tuple[str, ...] = ()

    def checked(self) -> Taxpayer:
        """Return the taxpayer with every field as it is kept; raises `InputError` naming all that cannot be kept."""
        border = Border("taxpayer")
        kept = Taxpayer(
            gstin=border.gstin("gstin", self.gstin),
            name=border.text("name", self.name, empty=True),
            kind=border.word("kind", self.kind, TaxpayerKind),
            filing=border.word("filing", self.filing, Filing),
            registered_from=border.period("registered_from", self.registered_from),
            guessed=border.flag("guessed", self.guessed),
            extensions=tuple(
                sorted({border.text("extensions", name) for name in border.several("extensions", self.extensions)})
            ),
        )
        border.close()
        return kept

    @property
    def state(self) -> str:
        """The two-digit code of the state of registration, which decides due dates."""
        return state_code(self.gstin)

    @property
    def due_by(self) -> tuple[Filing, str, tuple[str, ...]]:
        """What decides when their GSTR-3B is due: filing frequency, state, extensions by district."""
        return self.filing, self.state, self.extensions
