"""The desk of cases: what an owner's cases of one machine are driven at.

Imports the use cases; a call is one transaction, and finds no case but those of the owner and the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from pathlib import Path

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.law.edition import Machine
from ims_fsm.proof.checkpoint import Checkpoint, checkpoint_of
from ims_fsm.proof.proof import Proof
from ims_fsm.record.case import Case, CaseHistory
from ims_fsm.record.refusals import Answer
from ims_fsm.store import cases, seals
from ims_fsm.store.cases import CasesWhere
from ims_fsm.store.seals import Seal
from ims_fsm.store.tables import OWNER
from ims_fsm.terms.border import Border, checked_id, checked_ids, checked_text, looked_at
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.spelling import hinted
from ims_fsm.workflow.cases import sets, steps
from ims_fsm.workflow.cases.diagram import diagram
from ims_fsm.workflow.cases.sets import CaseReport
from ims_fsm.workflow.cases.steps import AT_A_DESK, Given, Reader, checked_facts, checked_reader
from ims_fsm.workflow.proofs import prove
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Desk, Workspace

Facts = Mapping[str, str]
#: The facts by which cases are chosen, each with the value or values that it may have.
Wanted = Mapping[str, str | Collection[str]]


class CasesDesk(Desk):
    """What is done with an owner's cases of one machine; reached as `ims.cases(machine, actor=…)`.

    Every id is looked up among these cases: another owner's is not here, as one that does not exist. Facts are given by
    name, or in `facts` where a name is that of a parameter; they stay with the case if the step is taken. With a `key`
    a call that is repeated answers what the first one answered, and does nothing. Raises `RefusedError` where the law
    refuses, `InputError` for what cannot be read, `MissingError` for what is not here; nothing is written then.
    """

    def __init__(  # noqa: PLR0913 -- whose cases, of what, by whom
        self,
        workspace: Workspace,
        machine: str,
        actor: str | Principal,
        *,
        owner: str = "",
        reader: Reader | None = None,
        request: str | None = None,
        backdate: str | None = None,
    ) -> None:
        """Keep whose cases they are and of which machine; raises `MissingError` for one that is not loaded."""
        of = looked_at("owner", lambda border: border.text("owner", owner, longest=OWNER, empty=True))
        super().__init__(workspace, of, actor, request, backdate)
        name = checked_text("machine", machine)
        if name in AT_A_DESK:
            remedy = f"call {AT_A_DESK[name]} there"
            raise MissingError("machine", [Problem(name, "is driven at a recipient's desk", remedy)])
        #: The declared machine: its states, triggers and facts.
        self.machine: Machine = steps.machine_of(workspace.book.law, name)
        self._reader = workspace.readers.get(name) if reader is None else checked_reader(reader)

    def _refuse_stranger(self) -> None:
        if self.owner and not self.principal.reaches(self.owner):
            problem = Problem(self.owner, "has no cases here", "name an owner whom the actor reaches")
            raise MissingError("owner", [problem])

    @property
    def owner(self) -> str:
        """Whose cases they are."""
        return self.gstin

    # --- one case -----------------------------------------------------------------------------------------------------

    def open(
        self, key: str, *, period: TaxPeriod | str | None = None, facts: Facts | None = None, **given: str
    ) -> Case:
        """Open a case, or return the one that was opened under its key with the same facts.

        `period` is the month that chooses the edition of the law (None: the month of now). Raises `IdempotencyError`
        where one was opened under the key with other facts.
        """
        named, month = checked_text("key", key), _month(period)
        return self._done(steps.open_case, None, self.machine.name, named, month, checked_facts(facts, given))

    def case(self, case_id: int) -> Case:
        """Return a case."""
        number = checked_id(case_id)
        return self._asked(steps.found, self.owner, self.machine.name, number)

    def find(self, key: str) -> Case | None:
        """Return the case that its host knows by a key; None where there is none."""
        named = checked_text("key", key)
        return self._asked(lambda unit: cases.find_by_key(unit.connection, self.owner, self.machine.name, named))

    def fire(
        self,
        case_id: int,
        trigger: str,
        *,
        remarks: str | None = None,
        version: int | None = None,
        facts: Facts | None = None,
        key: str | None = None,
        **given: str,
    ) -> Case:
        """Fire a trigger on a case and return it as it then stands.

        `version` is the case's version that the trigger was chosen on: where it has moved since, it is refused.
        """
        number, said = checked_id(case_id), _given(facts, given, remarks, version)
        name, word = self.machine.name, self._trigger(trigger)
        return self._done(steps.fire_case, key, name, number, word, said, self._reader)

    def may(
        self, case_id: int, trigger: str, *, version: int | None = None, facts: Facts | None = None, **given: str
    ) -> Answer:
        """Ask whether a trigger may fire on a case, and if not, why; changes nothing."""
        number, said = checked_id(case_id), _given(facts, given, None, version)
        word = self._trigger(trigger)
        return self._asked(steps.may, self.owner, self.machine.name, number, word, said, self._reader)

    def answers(self, case_id: int) -> dict[str, Answer]:
        """Return what each trigger comes to on a case now; left out is one that leads nowhere from where it stands."""
        number = checked_id(case_id)
        return self._asked(steps.answers, self.owner, self.machine.name, number, self._reader)

    def machine_of(self, case_id: int) -> Machine:
        """Return the machine under which a case stands: as it was declared then, where the case ended before."""
        number = checked_id(case_id)
        return self._asked(
            lambda unit: steps.shown_as(unit, self.machine, steps.found(unit, self.owner, self.machine.name, number))
        )

    def history(self, case_id: int) -> CaseHistory:
        """Return everything that was ever done to a case."""
        number = checked_id(case_id)
        return self._asked(steps.history, self.owner, self.machine.name, number)

    def diagram(self, case_id: int, fmt: str = "svg", *, theme: str = "light") -> bytes:
        """Draw a case's path on its machine's picture: what it took, what it may do next, what it may not and why.

        `fmt` is svg, png, pdf, dot or mermaid (text is UTF-8), `theme` light, dark or print. Raises also what drawing
        raises where no Graphviz is installed.
        """
        number = checked_id(case_id)
        return self._asked(diagram, self.owner, self.machine.name, number, fmt, theme, self._reader)

    # --- many cases ---------------------------------------------------------------------------------------------------

    def list(
        self,
        *,
        states: Iterable[str] = (),
        where: Wanted | None = None,
        period: TaxPeriod | str | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> Generator[Case, None, None]:
        """Give the cases that are meant, by id, all as of one moment; a page of them is held.

        `where` names facts that stay with them. `after` is the id of the last one that was given before.
        """
        meant = self._where(states, where, period)
        most = looked_at("list", lambda border: border.limit(limit, "cases"))
        last = 0 if after is None else checked_id(after)
        return self._workspace.streamed(lambda unit: cases.search(unit.connection, meant, last, most))

    def count(
        self, *, states: Iterable[str] = (), where: Wanted | None = None, period: TaxPeriod | str | None = None
    ) -> int:
        """Return how many cases are meant."""
        meant = self._where(states, where, period)
        return self._asked(lambda unit: cases.count(unit.connection, meant))

    def fire_on(  # noqa: PLR0913 -- what, on which cases, with what
        self,
        trigger: str,
        *,
        states: Iterable[str] = (),
        where: Wanted | None = None,
        period: TaxPeriod | str | None = None,
        ids: Iterable[int] | None = None,
        remarks: str | None = None,
        facts: Facts | None = None,
        key: str | None = None,
        **given: str,
    ) -> CaseReport:
        """Fire a trigger on all cases that are meant, as `fire` would on each, in one transaction.

        Where it may fire it does; refused cases come back grouped and counted by the rules that refuse them. What
        stands alike is decided once and written by statements; with a reader each case is read. Raises `MissingError`
        for an id that is not here; then nothing is written.
        """
        meant, said = self._where(states, where, period, ids), _given(facts, given, remarks, None)
        return self._done(sets.fire_cases, key, self._trigger(trigger), meant, said, self._reader)

    def weigh(
        self,
        trigger: str,
        *,
        states: Iterable[str] = (),
        where: Wanted | None = None,
        period: TaxPeriod | str | None = None,
        ids: Iterable[int] | None = None,
        facts: Facts | None = None,
        **given: str,
    ) -> CaseReport:
        """Work out what `fire_on` would do; changes nothing."""
        meant, said = self._where(states, where, period, ids), _given(facts, given, None, None)
        return self._asked(sets.weigh_cases, self.owner, self._trigger(trigger), meant, said, self._reader)

    # --- proof --------------------------------------------------------------------------------------------------------

    def seal(self) -> Seal:
        """Seal what the owner's logs hold now, of every machine; keep the seal's `checkpoint` outside of the database.

        Raises `InputError` where there is nothing to seal.
        """

        def work(unit: UnitOfWork) -> Seal:
            return seals.seal(unit.connection, self.owner, unit.actor, unit.moments)

        return self._workspace.run(work, actor=self.principal)

    def seals(self) -> Sequence[Seal]:
        """Return the seals of the owner's logs, oldest first."""
        return self._asked(lambda unit: seals.seals_of(unit.connection, self.owner))

    def prove(self, case_id: int, *, checkpoint: Checkpoint | str | Path | None = None) -> Proof:
        """Prove a case's whole history by the newest seal; the proof's `text` is a file for others to check.

        `checkpoint` is an earlier one that somebody keeps, or its file: the proof then has the path from it to the
        newest. Raises `InputError` for what no seal covers yet, and for a checkpoint that the log does not fit.
        """
        number, earlier = checked_id(case_id), checkpoint_of(checkpoint)
        return self._asked(
            lambda unit: prove(unit, self.owner, steps.found(unit, self.owner, self.machine.name, number), earlier)
        )

    # --- what a call names --------------------------------------------------------------------------------------------

    def _trigger(self, trigger: object) -> str:
        triggers = [declared.name for declared in self.machine.declaration.trigger]
        if not isinstance(trigger, str) or trigger not in triggers:
            remedy = hinted(trigger, triggers, f"its triggers are {', '.join(triggers)}")
            named = trigger if isinstance(trigger, str) else repr(trigger)
            problem = Problem(named, f"is not a trigger of {self.machine.name}", remedy)
            raise InputError(self.machine.name, [problem])
        return str(trigger)

    def _where(
        self,
        states: Iterable[str],
        where: Wanted | None,
        period: TaxPeriod | str | None,
        ids: Iterable[int] | None = None,
    ) -> CasesWhere:
        border, schema = Border(self.machine.name), self.machine.schema
        chosen = [states] if isinstance(states, str) else border.several("states", states)
        every = [declared.name for declared in self.machine.declaration.state]
        for state in chosen:
            if state not in every:
                remedy = hinted(state, every, f"its states are {', '.join(every)}")
                border.wrong("state", state, f"is not a state of {self.machine.name}", remedy)
        facts = _chosen(border, where)
        border.close()
        for name, values in facts.items():
            for value in values or schema.values_of.get(name, ("",))[:1]:
                schema.facts({name: value})
        return CasesWhere(
            owner=self.owner,
            machine=self.machine.name,
            states=tuple(sorted(map(str, chosen))),
            facts=facts,
            defaults=dict(zip(schema.names, schema.defaults, strict=True)),
            period=_month(period),
            ids=None if ids is None else tuple(checked_ids(ids)),
        )


def _chosen(border: Border, where: object) -> dict[str, tuple[str, ...]]:
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        border.wrong("where", where, "is not a mapping", 'name facts, like {"days": "few"}')
        return {}
    return {
        border.text("fact", name): tuple(
            border.text("fact", value)
            for value in ([values] if isinstance(values, str) else border.several("fact", values))
        )
        for name, values in where.items()
    }


def _month(period: TaxPeriod | str | None) -> TaxPeriod | None:
    return None if period is None else looked_at("period", lambda border: border.period("period", period))


def _given(facts: Facts | None, further: Facts, remarks: str | None, version: int | None) -> Given:
    border = Border("case")
    said = border.remarks(remarks)
    if version is not None:
        border.record_id(version)
    border.close()
    return Given(facts=checked_facts(facts, further), remarks=said, version=version)
