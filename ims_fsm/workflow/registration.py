"""Registering a taxpayer, or correcting what is known of them; what was worked out from that follows.

Imports the store and the reception; the one use case for it, whoever asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.calendar import Calendar
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import records, sightings, taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.terms.border import state_code
from ims_fsm.terms.vocabulary import Filing
from ims_fsm.workflow.reception.placing import follow
from ims_fsm.workflow.unit import UnitOfWork


def register(unit: UnitOfWork, taxpayer: Taxpayer) -> Taxpayer:
    """Register a taxpayer, or correct what is known of them; returns the taxpayer with the GSTIN in capitals.

    Raises `InputError` for what is not a GSTIN, for a quarterly taxpayer of a state without a due day (due.gstr3b), and
    for another filing frequency while records are undecided: their 2B periods are those of the frequency that they
    were filed under.
    """
    unit.restate("a taxpayer is registered otherwise")
    registered = taxpayer.checked()
    gstin = registered.gstin
    if problems := list(calendar_problems(unit.book.calendar, gstin, registered.filing, registered.extensions)):
        raise InputError("taxpayer", problems)
    # Nothing may come to be undecided between the question and the answer.
    serialise(unit.connection, [gstin, *sightings.buyers_of(unit.connection, gstin)])
    earlier = taxpayers.find(unit.connection, gstin)
    if earlier is not None and earlier.filing is not registered.filing:
        waiting = records.undecided(unit.connection, gstin)
        if waiting:
            what = f"files {earlier.filing} and has {waiting} undecided records by that"
            raise InputError("taxpayer", [Problem(gstin, what, "file their GSTR-3B before the frequency changes")])
    taxpayers.put(unit.connection, registered, unit.actor, unit.moments)
    unit.forget(gstin)
    deciding = (registered.filing, registered.registered_from, registered.guessed)
    if earlier is None or deciding != (earlier.filing, earlier.registered_from, earlier.guessed):
        follow(unit, gstin)
    return registered


def calendar_problems(
    calendar: Calendar, gstin: str, filing: Filing, extensions: Collection[str] = ()
) -> Iterator[Problem]:
    """Give what is wrong with a way of filing in the state of a GSTIN, and with extensions (rule due.gstr3b).

    The due day of a quarterly GSTR-3B, and with it what may still be pending, hangs on the state. Raises `ValueError`
    for what is not a GSTIN.
    """
    for name in extensions:
        if name not in calendar.by_district:
            there = ", ".join(f"{of} ({', '.join(places)})" for of, places in calendar.by_district.items()) or "none"
            yield Problem(gstin, f"{name!r} is not an extension by district of the calendar", f"there are: {there}")
    state = state_code(gstin)
    if filing is Filing.QUARTERLY and state not in calendar.states:
        what = f"files quarterly in state {state}, for which the calendar has no due day of GSTR-3B (due.gstr3b)"
        yield Problem(gstin, what, "correct the GSTIN, or register it as monthly")
