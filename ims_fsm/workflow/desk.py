"""What the recipient's and the supplier's desk have in common: whose it is, who acts there, how a call runs.

Imports the workspace; knows no single use case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from ims_fsm.terms.border import checked_actor
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """The desk of a taxpayer, at which `actor` acts; each call is one transaction."""

    def __init__(self, workspace: Workspace, gstin: str, actor: str) -> None:
        """Keep whose desk it is and who acts at it; raises `InputError` for an actor that is not a name."""
        self._workspace = workspace
        self.gstin = gstin
        self.actor = checked_actor(actor)

    def _asked(self, read: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **named: P.kwargs) -> T:
        return self._workspace.asked(read, *args, **named)

    def _done(
        self,
        use_case: str,
        kind: type[T],
        work: Callable[[UnitOfWork], T],
        key: str | None = None,
        retries: int | None = None,
        **arguments: object,
    ) -> T:
        """Run a use case; `arguments` tell it from others under the same key."""
        run, actor, gstin = self._workspace.run, self.actor, self.gstin
        return run(use_case, work, kind, actor=actor, owner=gstin, key=key, arguments=arguments, retries=retries)
