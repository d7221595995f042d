"""The compiled guards on a trigger: they refuse exactly where the declared guards, asked one by one, do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.law.declaration import ENTRY, STATE, GuardDeclaration
from ims_fsm.law.loading import shipped_law
from ims_fsm.law.refusal import Watch

EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]


def guard(name: str, **refuse_when: list[str]) -> GuardDeclaration:
    return GuardDeclaration.model_validate({
        "name": name,
        "triggers": ["accept"],
        "refuse_when": refuse_when,
        "rule": "faq.1",
        "code": name,
        "says": "it is refused",
        "remedy": "none",
    })  # fmt: skip


WATCH = Watch(
    [guard("frozen", state=["frozen"]), guard("low", direction=["downward", "unchanged"]), guard("always")],
    ("ims", "direction"),
)


def refused(state: str, *row: str) -> list[str]:
    return [refusal.code for refusal in WATCH.refusing(state, row)]


def test_a_guard_refuses_where_its_state_or_value_is_met_and_one_without_either_always() -> None:
    assert refused("accepted", "open", "upward") == ["always"]
    assert refused("frozen", "open", "upward") == ["frozen", "always"]
    assert refused("frozen", "open", "unchanged") == ["frozen", "low", "always"]


def test_without_a_guard_nothing_refuses() -> None:
    assert Watch([], ("ims",)).refusing("accepted", ("open",)) == ()


@given(st.data())
def test_the_shipped_guards_refuse_as_each_does_alone(data: st.DataObject) -> None:
    edition = data.draw(st.sampled_from(EDITIONS))
    trigger = data.draw(st.sampled_from(list(edition.triggers)))
    state = data.draw(st.sampled_from([ENTRY, *edition.states]))
    row = data.draw(st.tuples(*map(st.sampled_from, edition.schema.values)))
    said = {STATE: state, **dict(zip(edition.schema.names, row, strict=True))}
    alone = [
        one.name
        for one in edition.guards
        if trigger in one.triggers and all(said[fact] in values for fact, values in one.refuse_when.items())
    ]
    assert [refusal.guard for refusal in edition.watches[trigger].refusing(state, row)] == alone
