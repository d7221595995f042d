"""What recipients do: they act, in single, in sets, by sheets and workbooks; file their returns; talk to the portal."""

from __future__ import annotations

import errno
import json
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ims_fsm import (
    IMS,
    Disposition,
    Heads,
    Imported,
    RecipientDesk,
    Record,
    RefusedError,
    Where,
    dump_two_b,
)  # fmt: skip
from ims_fsm.errors import FileError
from ims_fsm.terms.vocabulary import TERMINAL, State, TwoBState
from ims_fsm.workflow.views import statement
from tests.workflow import credit
from tests.workflow.filled import STANDS, STATUS, Filled

from .town import HERE, OUTSIDER, RECIPIENTS, Town
from .world import Refusal

ACTIONS = ("accept", "reject", "keep_pending", "reset")
DECLARED = (None, None, None, "none", "full", Heads(igst=100), Heads(cgst=1))


def desk(ims: IMS, recipient: str) -> RecipientDesk:
    return ims.recipient(recipient, actor="buyer")


def someone(town: Town, *among: str) -> str:
    """Draw a recipient who is registered."""
    registered = set(town.ims.registered())
    return town.chance.choice([gstin for gstin in among or RECIPIENTS if gstin in registered])


# --- actions ----------------------------------------------------------------------------------------------------------


def act(town: Town) -> None:
    """Act on a record: what `may` and `what_if` say before is what is done, or what refuses it."""
    record = town.pick(lambda _record: True)
    if record is None:
        return
    trigger: Any = town.chance.choice(ACTIONS)
    declared = town.chance.choice(DECLARED) if trigger == "accept" else None
    version = town.chance.choice((None, None, record.version, record.version - 1 or None))
    recipient = record.recipient
    may = desk(town.ims, recipient).may(trigger, record.id, reduce_itc=declared)
    promised = desk(town.ims, recipient).what_if(trigger, record.id, reduce_itc=declared)
    after = town.world.keyed(
        lambda ims, key: desk(ims, recipient).act(
            trigger, record.id, reduce_itc=declared, version=version, key=key, remarks=None
        )
    )
    outdated = version not in {None, record.version}
    if isinstance(after, RefusedError):
        codes = [refusal.code for refusal in after.refusals]
        assert outdated or codes == [refusal.code for refusal in may.refusals], (codes, may.refusals)
        assert not outdated or "stale_version" in codes, codes
        return
    assert isinstance(after, Record), after
    assert may
    assert promised.allowed
    assert (after.state, after.seq) == (may.dest, record.seq + 1)
    now = desk(town.ims, recipient).what_if("reset", record.id)
    assert (now.now_outcome, now.now_itc, now.now_added_back) == (promised.outcome, promised.itc, promised.added_back)
    town.world.stepped(1)
    town.world.left(after)


def act_on_all(town: Town) -> None:
    """Act on all that a recipient has, or what a filter or ids name: as acting on them one by one would."""
    recipient, trigger = someone(town), town.chance.choice(ACTIONS)
    records = {record.id: record for record in town.records(recipient)}
    ids = town.chance.sample(sorted(records), k=len(records) // 2) if town.chance.random() < 0.5 else None
    where = Where() if ids is not None or town.chance.random() < 0.5 else Where(states=(State.NO_ACTION,))
    meant = {number for number, record in records.items() if not where.states or record.state in where.states}
    meant &= set(ids) if ids is not None else meant
    may = {number: desk(town.ims, recipient).may(trigger, number) for number in meant}
    done = town.world.keyed(lambda ims, key: desk(ims, recipient).act_on(trigger, where=where, ids=ids, key=key))
    assert not isinstance(done, Refusal), done
    allowed = {number for number, answer in may.items() if answer}
    assert (done.applied, done.refused_records) == (len(allowed), len(meant - allowed))
    town.world.stepped(done.applied)
    for record in town.records(recipient):
        before = records[record.id]
        dest = may[record.id].dest if record.id in allowed else before.state
        assert (record.state, record.seq) == (dest, before.seq + (record.id in allowed))


def sheet(town: Town) -> None:
    """Apply a table of actions, some of them refused: what `check` says of it is what is done."""
    recipient, chance = someone(town), town.chance
    records = town.records(recipient)
    if not records:
        return
    rows = ["id,action,remarks,version"]
    for record in chance.choices(records, k=chance.randint(1, 12)):
        number = record.id if chance.random() < 0.9 else record.id + 10_000
        rows.append(f"{number},{chance.choice(ACTIONS)},,{record.version if chance.random() < 0.3 else ''}")
    applied(town, recipient, "\n".join(rows).encode(), all_or_nothing=chance.random() < 0.3)


def workbook(town: Town) -> None:
    """Write the workbook, fill some rows in, and apply it."""
    recipient, chance = someone(town), town.chance
    records = [record for record in town.records(recipient) if record.in_ims and record.state not in TERMINAL]
    if not records:
        return
    town.world.broken(lambda ims, file: desk(ims, recipient).export_workbook(file))
    book = Filled(desk(town.ims, recipient))
    for record in chance.sample(records, k=min(3, len(records))):
        others = [status for status in STATUS.values() if status != STANDS[record.state]]
        book.fill(record.id, {"Status": chance.choice(others)})
    applied(town, recipient, book.content, all_or_nothing=False)


def applied(town: Town, recipient: str, content: bytes, *, all_or_nothing: bool) -> None:
    town.world.broken(lambda ims, file: desk(ims, recipient).apply(file, where="sheet"))
    judged = town.world.call(lambda ims: desk(ims, recipient).check(content, where="sheet"))
    done = town.world.keyed(
        lambda ims, key: desk(ims, recipient).apply(content, where="sheet", all_or_nothing=all_or_nothing, key=key)
    )
    if isinstance(judged, Refusal) or isinstance(done, Refusal):
        assert type(judged) is type(done), (judged, done)
        return
    assert replace(judged, done=done.done) == done
    assert done.done is not (all_or_nothing and bool(judged.refused))
    town.world.stepped(done.applied)
    last = {row.record_id: row.dest for row in done.rows if row.allowed and done.done}
    stands = {record.id: record.state for record in town.records(recipient)}
    assert all(stands[record_id or 0] == dest for record_id, dest in last.items())


# --- returns ----------------------------------------------------------------------------------------------------------


def generate(town: Town) -> None:
    """Generate a GSTR-2B; it agrees with itself as the portal would write it, and misses what is taken out of that."""
    recipient, period = someone(town), town.month(town.chance.randint(1, 2))
    done = town.world.keyed(lambda ims, key: desk(ims, recipient).generate_2b(period, key=key))
    if isinstance(done, Refusal):
        return
    written = desk(town.ims, recipient).export_2b(period)
    compared = desk(town.ims, recipient).compare_2b(dump_two_b(written).encode())
    assert not compared.differences, compared.differences
    documents = [line for line in written.lines if line.section != "itc_rejected"]
    if documents:
        lost = town.chance.choice(documents)
        others = replace(written, lines=tuple(line for line in written.lines if line is not lost))
        compared = desk(town.ims, recipient).compare_2b(dump_two_b(others).encode())
        assert compared.differences, f"{lost} is missing in the portal's, and no difference is told"


def adopt(town: Town) -> None:
    """Adopt the portal's GSTR-2B, which has a document that belongs to a later one here."""
    recipient = someone(town, *HERE)
    period = town.month(town.chance.randint(1, 2))
    if desk(town.ims, recipient).two_b(period).two_b.state is not TwoBState.DRAFT:
        return
    theirs = desk(town.ims, recipient).export_2b(period)
    later = town.pick(lambda record: record.settled_in is None and (record.two_b_period or "") > period, recipient)
    if later is not None and later.state not in TERMINAL:
        theirs = replace(theirs, lines=(*theirs.lines, statement._whole(later)))
    content = dump_two_b(theirs).encode()
    adopted = town.world.call(lambda ims: desk(ims, recipient).compare_2b(content, adopt=True))
    assert not isinstance(adopted, Refusal), adopted
    records = {record.id: record for record in town.records(recipient)}
    moved = [records[move.record_id] for move in adopted.adopted]
    assert all(record.two_b_period == period for record in moved), adopted
    assert {record.document.number for record in moved} <= {later.document.number if later else ""}, adopted
    if later is not None and later.state not in TERMINAL:
        alike = [record for record in records.values() if record.document.number == later.document.number]
        assert period in {record.two_b_period for record in alike}, (adopted, later)


def file_3b(town: Town, recipient: str = "") -> None:
    """File the GSTR-3B that is due next, mostly once it may be; it decides what was promised."""
    recipient = recipient or someone(town)
    period = town.owed(recipient)
    if town.world.clock() < town.ims.book.calendar.two_b_opens(period) and town.chance.random() < 0.8:
        return
    drafted = town.world.keyed(lambda ims, key: desk(ims, recipient).generate_2b(period, key=key))
    view = desk(town.ims, recipient).two_b(period)
    promised = {record.id: desk(town.ims, recipient).what_if("reset", record.id) for _, record in view.lines}
    # Once it is filed nothing may hold back what waited for a version that was superseded with it.
    waits = {out.record.id for out in desk(town.ims, recipient).left_out(period)}
    done = town.world.keyed(lambda ims, key: desk(ims, recipient).file_3b(period, consent=True, key=key))
    if isinstance(done, Refusal):
        assert isinstance(drafted, Refusal), f"a GSTR-2B was drafted, and GSTR-3B refused: {done}"
        return
    town.world.acknowledged.filed.add((recipient, period))
    for record_id, promise in promised.items():
        record = desk(town.ims, recipient).record(record_id)
        assert record.settled_in == period
        assert not record.in_ims or promise.now_outcome == str(record.disposition)
    if recipient in HERE:
        records, rows = town.records(recipient), credit.rows_of(town.ims)
        credit.covered(records, period)
        credit.in_one_place(records, rows, recipient, period, waits)
    town.decided(recipient)


def annual(town: Town) -> None:
    """File the annual return of the year before last."""
    recipient, year = someone(town), town.month().year - 2
    town.world.keyed(lambda ims, key: desk(ims, recipient).file_annual_return(f"{year}-{(year + 1) % 100}", key=key))


def state_original(town: Town) -> None:
    """State how an original that is not here was decided."""
    record = town.pick(lambda record: record.document.amends is not None and record.settled_in is None)
    if record is not None:
        word, recipient = town.chance.choice((Disposition.ACCEPTED, Disposition.REJECTED)), record.recipient
        town.world.keyed(lambda ims, key: desk(ims, recipient).state_original(record.id, word, key=key))


# --- the portal -------------------------------------------------------------------------------------------------------


def download(town: Town) -> None:
    """Take in a download of now or of before, whole or in parts; a second time nothing is written."""
    if not town.portal.snapshots:
        return
    made_at, files, complete = town.portal.download(town.chance)
    how: Any = {"gstin": OUTSIDER, "actor": "buyer", "complete": complete, "made_at": made_at}
    town.world.broken(lambda ims, file: ims.import_download([file], **how))
    done = town.world.call(lambda ims: ims.import_download(files, **how))
    if isinstance(done, Refusal):
        assert "shows no record" in str(done), done
        return
    before = town.world.digest()
    again = town.world.call(lambda ims: ims.import_download(files, **how))
    assert isinstance(again, Imported)
    assert again.received.unchanged == done.records, again
    assert town.world.digest() == before


def upload(town: Town) -> None:
    """Upload what the portal does not know, and take in what it answers; what it took is uploaded no more."""
    if OUTSIDER not in town.ims.registered():
        return
    written = town.world.call(lambda ims: desk(ims, OUTSIDER).export_upload())
    assert not isinstance(written, Refusal), written
    for request in (written.save, written.reset):
        if request is not None:
            status, taken = town.portal.answer(request, town.chance)
            answer = json.dumps({"result": status, "status_cd": 1}).encode()
            town.world.broken(lambda ims, file: desk(ims, OUTSIDER).report(file, where="answer"))
            reports = town.world.call(lambda ims: desk(ims, OUTSIDER).report(answer, where="answer"))  # noqa: B023
            assert not isinstance(reports, Refusal), reports
            # An answer that is given again is about nothing that still waits for one.
            assert town.world.twice or (len(reports[0].taken), reports[0].uncertain) == (taken, ""), reports


# --- seals and keys ---------------------------------------------------------------------------------------------------


def seal(town: Town) -> None:
    """Seal a log, keep its checkpoint outside, and prove a record by it, from an earlier one of theirs."""
    recipient = someone(town)
    done = town.world.call(lambda ims: desk(ims, recipient).seal())
    if isinstance(done, Refusal):
        return
    earlier = [text for gstin, text in town.checkpoints if gstin == recipient]
    town.checkpoints.append((recipient, done.checkpoint))
    if record := town.pick(lambda _record: True, recipient):
        town.prove(record, town.chance.choice(earlier) if earlier else None)


def repeat(town: Town) -> None:
    """Repeat a call under its key: the same answer, and nothing more is done."""
    answers = town.world.acknowledged.answers
    if answers:
        key = town.chance.choice(sorted(answers))
        call, answer = answers[key]
        before = town.world.digest()
        assert town.world.call(lambda ims: call(ims, key)) == answer
        assert town.world.digest() == before


def correct(town: Town) -> None:
    """Correct a taxpayer's name."""
    taxpayer = town.ims.taxpayer(someone(town))
    assert taxpayer is not None
    renamed = replace(taxpayer, name=f"Name {town.chance.randint(1, 9)}")
    town.world.call(lambda ims: ims.register(renamed))


def restart(town: Town) -> None:
    """The program is started anew."""
    town.world.restart()


def backup(town: Town) -> None:
    """Copy the database while it is open: the copy has all of it. Where a file fails there is no copy."""
    if not town.world.url.startswith("sqlite"):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        if town.world.faults.file() is not None:
            with patch.object(Path, "replace", side_effect=OSError(errno.ENOSPC, "it fails here")), suppress(FileError):
                town.ims.backup(path)
            assert not [*Path(folder).iterdir()], "a copy that failed left a file"
        town.world.call(lambda ims: ims.backup(path, replace=True))
        with IMS(f"sqlite:///{path}", clock=town.world.clock) as copy:
            assert town.world.content(copy) == town.world.content()


def sweep(town: Town) -> None:
    """Sweep everyone; who fails is named, and is done the next time."""
    report = town.world.call(lambda ims: ims.sweep(), parts=True)
    assert not isinstance(report, Refusal), report
    again = town.ims.sweep() if report.failures else report
    assert not again.failures, again.failures


DOINGS = (
    (act, 14), (act_on_all, 2), (sheet, 3), (workbook, 1), (generate, 2), (adopt, 1), (file_3b, 4), (annual, 1),
    (state_original, 1), (download, 6), (upload, 3), (seal, 2), (repeat, 4), (correct, 1), (restart, 1), (backup, 1),
    (sweep, 1),
)  # fmt: skip
