"""Eight writers, bulk, an import, GSTR-2B, GSTR-3B and two schedulers at once, and some of them killed.

Broken variants of the program run the same race and must be caught: else the race shows nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, func, select

from ims_fsm.store import log, records, register, step
from ims_fsm.store.register import IdempotencyError
from ims_fsm.store.tables import LOG, PAISE, RECORD
from ims_fsm.workflow import keys
from ims_fsm.workflow.desks import RecipientDesk
from ims_fsm.workflow.unit import UnitOfWork
from tests.faults import month
from tests.faults.race import Race, prepared

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="a process kills itself by a signal"),
]


@contextmanager
def reads_early() -> Iterator[None]:
    """Decide an action on its record as it was before it was held, at the first try."""
    read, act, held = {}, RecipientDesk.act, UnitOfWork.held

    def acted(desk, trigger, record_id, **named):
        read[record_id] = desk._asked(UnitOfWork.record, record_id, desk.gstin)
        time.sleep(0.003)
        return act(desk, trigger, record_id, **named)

    def early(unit, record_id, recipient=None, supplier=None):
        return read.pop(record_id, held(unit, record_id, recipient, supplier))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecipientDesk, "act", acted)
        patch.setattr(UnitOfWork, "held", early)
        yield


@contextmanager
def without_compare_and_swap() -> Iterator[None]:
    """Write over whatever was written since the record was read; the log goes on from its own last step."""

    def swap(names):
        key = (RECORD.c.recipient_gstin == bindparam("key_recipient"), RECORD.c.id == bindparam("key_id"))
        anyhow = bindparam("key_version", type_=PAISE) >= 0
        return RECORD.update().where(*key, anyhow).values({name: bindparam(name) for name in names})

    def write(connection, changes, entries):
        last = select(func.max(LOG.c.seq))
        seqs = [
            connection.execute(last.where(LOG.c.recipient_gstin == e.recipient_gstin, LOG.c.record_id == e.record_id))
            for e in entries
        ]
        steps = [replace(e, seq=(seq.scalar() or 0) + 1) for e, seq in zip(entries, seqs, strict=True)]
        at = {entry.record_id: entry.seq for entry in steps}
        records.update_all(connection, [(old, new.changed(seq=at.get(new.id, new.seq))) for old, new in changes])
        log.append(connection, steps)

    with reads_early(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "compare_and_swap", swap)
        patch.setattr(step, "write", write)
        yield


@contextmanager
def with_a_fresh_fingerprint() -> Iterator[None]:
    """Keep each answer under a fingerprint that no repeat of the request has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "fingerprint", lambda asked: keys.hashlib.sha256(uuid4().bytes).hexdigest())
        yield


@contextmanager
def with_answers_forgotten() -> Iterator[None]:
    """Answer a request under a key, and keep no answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "remember", lambda connection, answer: None)
        yield


PLACES = pytest.mark.parametrize("place", ["file", "postgresql"])
BROKEN = [without_compare_and_swap, with_a_fresh_fingerprint, with_answers_forgotten]


def raced(url, folder, chance, variant):
    with month.opened(url) as ims:
        prepared(ims)
    race = Race(url, folder, chance, variant)
    race.run()
    return race


@PLACES
@pytest.mark.parametrize("variant", [nullcontext, reads_early])
def test_what_many_do_at_once_comes_to_what_it_comes_to_one_by_one(place, variant, points, fresh, tmp_path):
    for point in points.among(range(1000), 0.1):
        with points.at(point) as chance, fresh(place) as url, fresh(place) as calm:
            raced(url, tmp_path / str(point), chance, variant).held(calm)


@PLACES
@pytest.mark.parametrize("variant", BROKEN)
def test_a_broken_program_is_caught(place, variant, points, fresh, tmp_path):
    caught = pytest.raises((AssertionError, IdempotencyError))
    with points.at(0) as chance, fresh(place) as url, fresh(place) as calm, caught:
        raced(url, tmp_path / "race", chance, variant).held(calm)
