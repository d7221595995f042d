"""Leave requests of the town's people, by a law of their own: opened, fired alone and in sets, under all faults."""

from __future__ import annotations

from ims_fsm import IMS, Case, CasesDesk, RefusedError

from .recipients import someone
from .town import Town
from .world import Refusal

TRIGGERS = ("approve", "decline", "revoke", "end")
FACTS = {"days": ("few", "many"), "cover": ("yes", "no"), "balance": ("left", "left", "spent")}


def desk(ims: IMS, owner: str) -> CasesDesk:
    return ims.cases("leave_request", actor="asha", owner=owner)


def facts(town: Town) -> dict[str, str]:
    """Draw facts, of which some are left out."""
    return {name: town.chance.choice(values) for name, values in FACTS.items() if town.chance.random() < 0.5}


def open_leave(town: Town) -> None:
    """Open a leave request, now and then one that is open already: that is the same, or other facts are refused."""
    owner, given = someone(town), facts(town)
    key = f"LR-{town.chance.randrange(40)}"
    before = desk(town.ims, owner).find(key)
    if before is not None:
        given = dict(desk(town.ims, owner).history(before.id).contents[0].fields)
    opened = town.world.call(
        lambda ims: desk(ims, owner).open(key, period=None if before is None else before.period, facts=given)
    )
    if isinstance(opened, RefusedError):
        assert (before, given.get("balance")) == (None, "spent"), opened
        return
    assert isinstance(opened, Case), opened
    assert opened == (before or opened)
    assert desk(town.ims, owner).find(key) == opened


def fire(town: Town) -> None:
    """Fire on a case: what `may` says before is what is done, or what refuses it."""
    owner, given, trigger = someone(town), facts(town), town.chance.choice(TRIGGERS)
    cases = list(desk(town.ims, owner).list())
    if not cases:
        return
    case = town.chance.choice(cases)
    may = desk(town.ims, owner).may(case.id, trigger, facts=given)
    after = town.world.keyed(lambda ims, key: desk(ims, owner).fire(case.id, trigger, facts=given, key=key))
    if isinstance(after, Refusal):
        assert isinstance(after, RefusedError)
        assert [told.code for told in after.refusals] == [told.code for told in may.refusals]
        return
    assert (after.state, after.seq, dict(after.facts)) == (may.dest, case.seq + 1, {**case.facts, **given})
    town.world.stepped(1)


def fire_on_all(town: Town) -> None:
    """Fire on all that somebody has: as on one after the other."""
    owner, given, trigger = someone(town), facts(town), town.chance.choice(TRIGGERS)
    cases = {case.id: case for case in desk(town.ims, owner).list()}
    may = {number: desk(town.ims, owner).may(number, trigger, facts=given) for number in cases}
    done = town.world.keyed(lambda ims, key: desk(ims, owner).fire_on(trigger, facts=given, key=key))
    assert not isinstance(done, Refusal), done
    allowed = {number for number, answer in may.items() if answer}
    assert (done.applied, done.refused_records) == (len(allowed), len(cases) - len(allowed))
    town.world.stepped(done.applied)
    for case in desk(town.ims, owner).list():
        before = cases[case.id]
        dest = may[case.id].dest if case.id in allowed else before.state
        assert (case.state, case.seq) == (dest, before.seq + (case.id in allowed))


DOINGS = ((open_leave, 3), (fire, 3), (fire_on_all, 1))
