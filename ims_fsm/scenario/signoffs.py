"""The steps about sign-offs: proposed, decided and expected, each at the desk of the recipient of their records.

Imports the declaration, the verbs and the stage. A sign-off's name in a scenario is the scenario's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from ims_fsm.errors import Problem
from ims_fsm.law.reading import written
from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.record.sighting import BY_ACTION
from ims_fsm.scenario.cases import Who
from ims_fsm.scenario.declaration import DocumentEntry, Step
from ims_fsm.scenario.expectations import Failure, compared
from ims_fsm.scenario.stage import Stage
from ims_fsm.scenario.values import Entry, Name
from ims_fsm.scenario.verbs import Do
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.spelling import hinted
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.desks import RecipientDesk


def _actions(value: object) -> dict[str, Trigger]:
    words = tuple(BY_ACTION.values())
    if not isinstance(value, dict) or not value or not all(action in words for action in value.values()):
        what = "is not a table of documents and actions"
        raise ValueError(f'{written(value)} {what}; write it like {{ INV = "accept" }}, with one of {", ".join(words)}')
    return {document: Trigger(action) for document, action in value.items()}


class Propose(Do):
    """Somebody proposes actions on records, for somebody else to approve."""

    subject: ClassVar[str] = "{signoff}"
    signoff: Name
    actions: Annotated[dict[str, Trigger], BeforeValidator(_actions)]
    by: Who

    def _work(self, stage: Stage, subject: str) -> None:
        rows = (f"{stage.record_id(document)},{action}" for document, action in self.actions.items())
        file = "\n".join(["id,action", *rows]).encode()
        gstin = stage.recipient_of(next(iter(self.actions))).gstin
        desk = stage.ims.recipient(gstin, actor=self.by)
        stage.signoffs[subject] = gstin, desk.propose(file, where=subject).id


class Decide(Do):
    """Somebody applies a sign-off, or lets it lapse."""

    subject: ClassVar[str] = "{signoff}"
    signoff: Name
    by: Who

    def _work(self, stage: Stage, subject: str) -> None:
        desk, number = desk_of(stage, subject, self.by)
        said = {key: value for key, value in self if key not in Decide.model_fields}
        getattr(desk, {"apply": "apply_signoff"}.get(self.do, self.do))(number, **said)


class DecideWithRemarks(Decide):
    """Somebody declines or withdraws a sign-off."""

    remarks: str | None = None


class Approve(DecideWithRemarks):
    """Somebody approves a sign-off; `apply = false` leaves its actions for later."""

    override: bool = False
    apply: bool = True


class PassOn(Decide):
    """Somebody passes the decision on to somebody else by their id."""

    to: Name


class SignoffExpectation(Entry):
    """What is expected of a sign-off."""

    signoff: Name
    state: Name


class ExpectSignoff(Step):
    """A step that expects something of a sign-off and changes nothing."""

    expect: SignoffExpectation


SIGNOFF_VERBS: Mapping[str, type[Do]] = {
    "propose": Propose,
    "approve": Approve,
    **dict.fromkeys(("decline", "withdraw"), DecideWithRemarks),
    "pass_on": PassOn,
    **dict.fromkeys(("apply", "lapse"), Decide),
}


def desk_of(stage: Stage, signoff: str, actor: Principal) -> tuple[RecipientDesk, int]:
    """Return the desk of a sign-off, and its id; raises `RefusedError` for one whose proposal was refused."""
    if signoff not in stage.signoffs:
        never = Told("not_here", "", (), f"{signoff} was never proposed", "propose it first")
        raise RefusedError(signoff, "", [never])
    gstin, number = stage.signoffs[signoff]
    return stage.ims.recipient(gstin, actor=actor), number


def signoff_failures(stage: Stage, step: ExpectSignoff) -> list[Failure]:
    """Return what was expected of a sign-off and what was found, where they differ."""
    expect = step.expect
    try:
        desk, number = desk_of(stage, expect.signoff, Principal("somebody"))
    except RefusedError as error:
        return [(f"{expect.signoff} to be there", str(error))]
    return list(compared(f"state of {expect.signoff}", expect.state, desk.signoff(number).signoff.state))


def signoff_problems(
    steps: Mapping[int, Step], documents: Mapping[int, DocumentEntry], *, opened: bool
) -> Iterator[Problem]:
    """Give what is wrong with the steps about sign-offs: not opened, not proposed, of several recipients."""
    recipients = {entry.name: entry.recipient for entry in documents.values()}
    proposed = set[str]()
    for number, step in steps.items():
        match step:
            case Propose(signoff=name, actions=actions):
                proposed.add(name)
                yield from _action_problems(f"step[{number}] actions", actions, recipients)
            case Decide(signoff=name) | ExpectSignoff(expect=SignoffExpectation(signoff=name)):
                if name not in proposed:
                    remedy = hinted(name, proposed, "propose it in a step before")
                    yield Problem(f"step[{number}] signoff", f"{name!r} is not proposed before", remedy)
            case _:
                continue
        if not opened:
            remedy = "write signoff = true at the top, or the folder of a copy of machines/signoff"
            yield Problem(f"step[{number}]", "is about a sign-off, and there are none here", remedy)


def _action_problems(place: str, actions: Mapping[str, Trigger], recipients: Mapping[str, str]) -> Iterator[Problem]:
    for document in actions:
        if document not in recipients:
            remedy = hinted(document, recipients, "add it under [[document]]")
            yield Problem(place, f"{document!r} is not a document of this scenario", remedy)
    if len({recipients[document] for document in actions if document in recipients}) > 1:
        yield Problem(place, "are on documents of several recipients", "propose those of each recipient apart")
