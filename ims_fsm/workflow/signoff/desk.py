"""A recipient's sign-offs: what is proposed at their desk, and how others decide on it.

Imports the steps; a call is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.content import content_of
from ims_fsm.formats.gstn.download import Source, named
from ims_fsm.formats.proposals import Proposal, ProposedActions, read_proposals
from ims_fsm.formats.table import LARGEST
from ims_fsm.terms.border import Border, checked_id, checked_text, checked_value, looked_at
from ims_fsm.workflow.signoff import steps
from ims_fsm.workflow.signoff.limits import Limits
from ims_fsm.workflow.signoff.steps import Asked, Signoff, SignoffView
from ims_fsm.workflow.workspace import Desk


class SignoffDesk(Desk):
    """What is proposed at a recipient's desk instead of done; the part of `RecipientDesk` that meets sign-offs.

    The store is opened with `signoff=`. Raises `RefusedError` with every reason, `MissingError` for another's.
    """

    def propose(
        self, source: Source | Sequence[Proposal], *, where: str | None = None, key: str | None = None
    ) -> Signoff:
        """Propose a file of actions, as `check` reads it, for somebody else to approve; each on its record as it is.

        Raises `RefusedError` with every reason where one of them would be refused whoever took it.
        """
        return self._done(steps.propose, key, self._proposals(source, where), self._limits)

    def signoffs(
        self, *, states: Sequence[str] = (), newest: int | None = None, after: int = 0, limit: int | None = None
    ) -> list[Signoff]:
        """Return the sign-offs in these states, or in any, the oldest first; or the `newest` so many.

        Of the oldest `limit` at most, of those behind the one with the id `after`.
        """
        border = Border("signoffs")
        chosen = tuple(border.text("states", state) for state in border.several("states", states))
        last, most = border.limit(newest, "sign-offs"), border.limit(limit, "sign-offs")
        behind = border.record_id(after) if after else 0
        border.close()
        return self._asked(steps.listed, self.gstin, chosen, last, behind, most)

    def count_signoffs(self, *, states: Sequence[str] = ()) -> int:
        """Return how many sign-offs there are in these states, or in any."""
        chosen = looked_at(
            "signoffs", lambda border: [border.text("states", state) for state in border.several("states", states)]
        )
        return self._asked(steps.counted, self.gstin, chosen)

    def signoff(self, signoff_id: int) -> SignoffView:
        """Return a sign-off with its steps, what may be done with it and why not, and what its actions come to now."""
        return self._workspace.tried_by(self.principal, steps.show, self.gstin, checked_id(signoff_id), self._limits)

    def approve(
        self,
        signoff_id: int,
        *,
        remarks: str | None = None,
        override: bool = False,
        apply: bool = True,
        key: str | None = None,
    ) -> Signoff:
        """Approve a sign-off, and do its actions in the same transaction, all of them or none.

        They are done in the name of whoever approves. `override` sets four eyes or the limit aside, with a reason in
        the remarks; without `apply` they are done by `apply_signoff` later.
        """
        border = Border("sign-off")
        flags = {"override": border.flag("override", override), "apply": border.flag("apply", apply)}
        border.close()
        asked = Asked(remarks=_said(remarks), **flags)
        return self._done(steps.decide, key, "approve", checked_id(signoff_id), asked, self._limits)

    def apply_signoff(self, signoff_id: int, *, key: str | None = None) -> Signoff:
        """Do the actions of a sign-off that is approved, all of them or none."""
        return self._done(steps.decide, key, "apply", checked_id(signoff_id), Asked(), self._limits)

    def decline(self, signoff_id: int, *, remarks: str | None = None, key: str | None = None) -> Signoff:
        """Decline a sign-off."""
        asked = Asked(remarks=_said(remarks))
        return self._done(steps.decide, key, "decline", checked_id(signoff_id), asked, self._limits)

    def withdraw(self, signoff_id: int, *, remarks: str | None = None, key: str | None = None) -> Signoff:
        """Take back a sign-off that one has proposed."""
        asked = Asked(remarks=_said(remarks))
        return self._done(steps.decide, key, "withdraw", checked_id(signoff_id), asked, self._limits)

    def pass_on(self, signoff_id: int, to: str, *, key: str | None = None) -> Signoff:
        """Pass the decision on a sign-off on to somebody by their id; the last one to whom it is passed on has it."""
        asked = Asked(remarks=checked_text("to", to))
        return self._done(steps.decide, key, "pass_on", checked_id(signoff_id), asked, self._limits)

    def lapse(self, signoff_id: int, *, key: str | None = None) -> Signoff:
        """Let a sign-off lapse whose time has passed."""
        return self._done(steps.decide, key, "lapse", checked_id(signoff_id), Asked(), self._limits)

    @property
    def _limits(self) -> Limits:
        limits = self._workspace.limits
        if limits is None:
            problem = Problem("signoff", "is not loaded", "open the store with signoff=True, or with a folder")
            raise InputError("signoff", [problem])
        return limits

    def _proposals(self, source: Source | Sequence[Proposal], where: str | None) -> ProposedActions:
        if isinstance(source, Sequence) and not isinstance(source, (bytes, str)):
            return ProposedActions(where or "the proposals", tuple(checked_value(row, Proposal) for row in source))
        name, file = named(source, where)
        return read_proposals(content_of(file, name, LARGEST), name, gstin=self.gstin)


def _said(remarks: str | None) -> str | None:
    # Blanks are no reason.
    return (looked_at("sign-off", lambda border: border.remarks(remarks)) or "").strip() or None
