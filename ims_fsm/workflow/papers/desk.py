"""A recipient's papers: the workbook in which actions are chosen, and the working papers of a period.

Imports the use cases; reads only.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from ims_fsm.law.matching_reading import cascade_with
from ims_fsm.record.paper import PapersWritten
from ims_fsm.record.where import Where
from ims_fsm.store.purchases.matches import MatchesWhere
from ims_fsm.terms.border import Border, checked_output, checked_period, checked_value, looked_at
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ACTIVE
from ims_fsm.workflow.papers.writing import PaperForm, write_papers
from ims_fsm.workflow.purchases import PurchasesDesk
from ims_fsm.workflow.views import workbook
from ims_fsm.workflow.views.workbook import Beside, Workbook

#: What is in IMS and not decided.
DASHBOARD = Where(states=ACTIVE, in_ims=True)


class PaperDesk(PurchasesDesk):
    """What a recipient takes away in a file; the part of `RecipientDesk` that writes papers for people."""

    def export_workbook(
        self,
        out: BinaryIO,
        where: Where | None = None,
        *,
        period: TaxPeriod | None = None,
        fill: bool = False,
        policy: Path | None = None,
        rules: Path | None = None,
    ) -> Workbook:
        """Write the recipient's workbook (.xlsx), as of one moment, into a file that is open for bytes.

        Its sheets are those of the portal's offline tool; each row offers what its record allows, and says why not more
        and what it comes to. Without `where` it has what is in IMS and not decided. The GSTR-2B of `period`, or else
        the newest, and what the taxpayer reported themselves are in it too. Memory does not grow with it.

        Where there is a purchase register each row also says how its record stands to it and what is recommended, by
        `rules` and `policy` laid over those that ship (None: what is set); `fill` writes that into the column Status.
        Nothing is done.
        """
        chosen = DASHBOARD if where is None else checked_value(where, Where)
        of = None if period is None else checked_period(period)
        fills = looked_at("export_workbook", lambda border: border.flag("fill", fill))
        beside = Beside(advice=self._advice(policy, rules), fill=fills)
        return self._asked(workbook.write_inward, self.gstin, checked_output(out), chosen, of, beside)

    def export_matches(
        self,
        out: BinaryIO,
        *,
        classes: Collection[str] = (),
        period: TaxPeriod | None = None,
        rules: Path | None = None,
    ) -> Workbook:
        """Write the last matching as a workbook (.xlsx), as of one moment, into a file that is open for bytes.

        One sheet has what each class adds up to, one a row for each match: the rule that made it, what both sides have,
        the difference per head. Memory does not grow with it.
        """
        cascade = cascade_with(self._rules(rules))
        of = None if period is None else checked_period(period)
        where = MatchesWhere(classes=self._classes(Border("matches"), classes, cascade), period=of)
        return self._asked(workbook.write_matched, self.gstin, checked_output(out), where, cascade)

    def papers(
        self, out: BinaryIO, period: TaxPeriod, *, form: PaperForm = "xlsx", rules: Path | None = None
    ) -> PapersWritten:
        """Write the working papers of a period, as of one moment, into a file that is open for bytes.

        They have GSTR-2B as it stands and each generation with what changed and why, the purchase register beside it,
        what was done by whom under which rules, sign-offs, refusals, what was added back, seals, and a list of figures
        that must be the same. `form` is a workbook, or a page of HTML to be printed. Memory does not grow with them.
        """
        chosen = looked_at("papers", lambda border: border.choice("form", form, PaperForm))
        cascade = cascade_with(self._rules(rules))
        return self._asked(write_papers, self.gstin, checked_period(period), checked_output(out), chosen, cascade)
