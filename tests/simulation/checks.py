"""What must hold at the end of each month: nothing is lost or doubled, the audit is sound, returns can be filed."""

from __future__ import annotations

from contextlib import suppress

from ims_fsm import Checkpoint, Imported
from ims_fsm.scheduler import Scheduler
from ims_fsm.store import audit, seals
from ims_fsm.terms.vocabulary import ACTIVE, State, TwoBState
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.consent import file_3b
from ims_fsm.workflow.returns import generate_2b
from ims_fsm.workflow.unit import UnitOfWork
from tests.workflow import credit

from .portal import KINDS
from .town import HERE, OUTSIDER, Town

MACHINES = {"b2b": "invoice", "b2bdn": "debit_note", "b2bcn": "credit_note", "ecom": "eco_document"}


class TakenBackError(Exception):
    """What was only tried is not kept."""


def hold(town: Town) -> None:
    """Assert all that must hold of a town."""
    what_was_due_is_done(town)
    the_portal_is_held(town)
    town.world.hold_acknowledged()
    the_audit_is_sound(town)
    what_was_filed_stays_so(town)
    credit.holds(town.records(*HERE), credit.rows_of(town.ims, *HERE))
    events_are_whole(town)
    every_return_can_be_filed(town)


def the_audit_is_sound(town: Town) -> None:
    """Every state follows from its log and the law, and every checkpoint that was kept outside fits."""
    with town.ims._workspace.asking() as unit:
        faults = audit.verify(unit.connection, book=unit.book).faults
        kept = [seals.kept(unit.connection, Checkpoint.read(text)) for _, text in town.checkpoints]
    assert not faults, "\n".join(map(str, faults))
    assert not any(kept), [*filter(None, kept)]


def what_was_filed_stays_so(town: Town) -> None:
    """A GSTR-3B that was acknowledged is filed for good."""
    for recipient, period in town.world.acknowledged.filed:
        view = town.ims.recipient(recipient, actor="reader").two_b(period, with_lines=False)
        assert view.two_b.state is TwoBState.FINAL, (recipient, period, view.two_b)


def what_was_due_is_done(town: Town) -> None:
    """The scheduler has left nothing, whatever faults met it."""
    report = Scheduler(town.ims).status()
    assert not report.late, report
    assert not report.failed, report


def events_are_whole(town: Town) -> None:
    """Who reads on from a cursor has read in the end what all events are, in the same order."""
    after = town.feed[-1].cursor if town.feed else None
    town.feed += town.ims.events(after)
    assert town.feed == [*town.ims.events()], "events were lost, doubled or changed"


def every_return_can_be_filed(town: Town) -> None:
    """Whatever has happened, each recipient can file all GSTR-3Bs that are owed, one after the other."""
    before = town.world.digest()
    for recipient in town.ims.registered():
        with suppress(TakenBackError):
            town.ims._workspace.run(lambda unit: _filed(unit, recipient), actor="simulation")  # noqa: B023
    assert town.world.digest() == before


def _filed(unit: UnitOfWork, recipient: str) -> None:
    calendar, period = unit.book.calendar, next_period(unit, recipient)
    while unit.now >= calendar.two_b_opens(period):
        generate_2b(unit, recipient, period)
        file_3b(unit, recipient, period, consent=True)
        after = next_period(unit, recipient)
        assert after > period
        period = after
    raise TakenBackError


def the_portal_is_held(town: Town) -> None:
    """Once all that the portal shows is taken in it is here: each paper once, as it stands; none that is deleted."""
    now = town.portal.now(town.world.clock())
    files, _ = now.files(("whole", ""), OUTSIDER, town.portal.sellers)
    done = town.world.call(
        lambda ims: ims.import_download(files, gstin=OUTSIDER, actor="buyer", complete=True, made_at=now.at)
    )
    if not isinstance(done, Imported):
        assert "shows no record" in str(done), done
        return
    records = {}
    for record in town.records(OUTSIDER):
        document = record.document
        name = (record.machine, document.supplier, document.number)
        if record.state is not State.REMOVED or name not in records:
            assert records.get(name) is None or records[name].state is State.REMOVED, f"{name} is here twice"
            records[name] = record
    for paper in town.portal.papers:
        machine = MACHINES[paper.kind] + ("_amendment" if paper.amends else "")
        record = records.get((machine, paper.supplier, paper.number))
        if paper.deleted:
            assert record is None or record.state not in ACTIVE or record.filed, (paper, record)
        elif not paper.gone:
            assert record is not None, f"{paper} is not here"
            assert (record.filed, record.document.tax.igst) == (paper.filed, paper.tax * 100), (paper, record)


assert KINDS.keys() == MACHINES.keys()
