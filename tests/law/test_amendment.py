"""Two laws side by side: each part that differs, each situation decided otherwise, held against asking one by one."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from ims_fsm.law.amendment import Amendment, Outcome, amendment
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.edition import EARLIEST, Edition
from ims_fsm.law.loading import load_own
from ims_fsm.law.refusal import Allowed, Refused
from ims_fsm.law.register import Law

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
LEAVE = EXAMPLES / "leave_request" / "leave_request.toml"
PURCHASE = EXAMPLES / "purchase_approval.toml"


@pytest.fixture
def changed(tmp_path: Path):
    def write(path: Path, *replaced: tuple[str, str]) -> Law:
        text = path.read_text("utf-8")
        for was, now in replaced:
            assert was in text
            text = text.replace(was, now)
        (tmp_path / path.name).write_text(text, "utf-8")
        return load_own(tmp_path / path.name)

    return write


def outcome(old: Edition, new: Edition, state: str, trigger: str, given: dict[str, str]) -> Outcome | None:
    """Return how a situation is decided otherwise, by asking both editions."""
    was, now = (decide(edition, state, trigger, edition.facts(**given)) for edition in (old, new))
    if isinstance(was, Allowed) and isinstance(now, Allowed):
        return Outcome.REDIRECTED if was.dest != now.dest else None
    if isinstance(was, Refused) and isinstance(now, Refused):
        leads = old.transition(state, trigger) or new.transition(state, trigger)
        return Outcome.REASONED if leads and {*was.codes} != {*now.codes} else None
    return Outcome.OPENED if now else Outcome.CLOSED


def by_asking(before: Law, after: Law, machine: str, periods: list[str]) -> Counter[tuple[str, Outcome]]:
    counted: Counter[tuple[str, Outcome]] = Counter()
    for period in periods:
        old, new = (law.machine(machine).at(period) for law in (before, after))
        schema = new.schema
        for state, trigger, row in product(new.states, new.triggers, product(*schema.values)):
            if way := outcome(old, new, state, trigger, dict(zip(schema.names, row, strict=True))):
                counted[trigger, way] += 1
    return counted


def by_shift(changes: Amendment) -> Counter[tuple[str, Outcome]]:
    counted: Counter[tuple[str, Outcome]] = Counter()
    for shift in changes.shifts:
        counted[shift.trigger, shift.outcome] += shift.situations
    return counted


BACK = 'source = ["submitted", "escalated"]\ndest = "draft"'
LATER = (("2025-01", "2025-07"), ("2024-12", "2025-06"))


@pytest.mark.parametrize(
    ("path", "replaced", "periods"),
    [
        (LEAVE, [('days = "many" }', 'days = "many", balance = "short" }')], [EARLIEST]),
        (LEAVE, [('{ begun = "yes" }', '{ begun = ["yes", "no"], balance = "short" }')], [EARLIEST]),
        (PURCHASE, [(BACK, BACK.replace("draft", "declined"))], [EARLIEST, "2025-01"]),
        (PURCHASE, [('code = "quotes_missing"', 'code = "quotes"')], [EARLIEST, "2025-01"]),
        (PURCHASE, LATER, [EARLIEST, "2025-01", "2025-07"]),
        (PURCHASE, [*LATER, (BACK, BACK.replace("draft", "declined"))], [EARLIEST, "2025-01", "2025-07"]),
    ],
    ids=["looser", "both", "elsewhere", "code", "later", "later and elsewhere"],
)
def test_what_is_decided_otherwise_is_what_asking_one_by_one_finds(changed, path, replaced, periods):
    before, after = load_own(path), changed(path, *replaced)
    assert by_shift(amendment(before, after)) == by_asking(before, after, path.stem, periods)
    assert by_shift(amendment(after, before)) == by_asking(after, before, path.stem, periods)
    assert by_shift(amendment(before, after))


def test_the_example_of_a_shift_is_a_situation_that_is_decided_so(changed):
    (shift,) = amendment(
        load_own(LEAVE), changed(LEAVE, ('days = "many" }', 'days = "many", balance = "short" }'))
    ).shifts
    assert (shift.outcome, shift.state, shift.facts, shift.situations) == (Outcome.OPENED, "asked", "days=many", 2)
    assert (shift.was, shift.now) == ("refused: More than five days are asked for", "leads to approved")


def test_every_part_that_differs_is_named_and_what_is_worded_otherwise_stands_apart(changed):
    after = changed(
        LEAVE,
        ('"withdrawn"', '"cancelled"'),
        ('many = "more than five"', 'many = "more than six", most = "more than thirty"'),
        ('name = "begun"', 'name = "started"'),
        ("begun = ", "started = "),
        ('title = "Leave request"', 'title = "Leave"\nversion = "2"'),
    )
    changes = amendment(load_own(LEAVE), after)
    named = {(row.change, row.part, row.name, row.key) for row in changes.decides if row.part != "transition"}
    assert named >= {
        ("added", "state", "cancelled", ""),
        ("gone", "state", "withdrawn", ""),
        ("added", "value", "days = most", ""),
        ("added", "fact", "started", ""),
        ("gone", "fact", "begun", ""),
        ("changed", "guard", "on_its_first_day", "refuse_when"),
        ("changed", "machine", "leave_request", "version"),
    }
    moves = {row.name for row in changes.decides if row.part == "transition"}
    assert moves == {f"withdraw from {state}" for state in ("asked", "escalated", "approved")}
    assert {(row.name, row.key) for row in changes.sentences} == {("leave_request", "title"), ("days = many", "says")}
    assert [f"{gone.part} {gone.name}" for gone in changes.strands] == ["state withdrawn"]


def test_a_machine_a_rule_and_an_edition_that_one_law_alone_has_are_named():
    changes = amendment(load_own(PURCHASE), load_own(LEAVE))
    assert {(row.change, row.part, row.name) for row in changes.differences if row.part == "machine"} == {
        ("added", "machine", "leave_request"),
        ("gone", "machine", "purchase_approval"),
    }
    assert {row.part for row in changes.differences} == {"machine", "edition", "rule"}
    assert (changes.shifts, changes.compared) == ((), 0)


def test_laws_without_a_value_in_common_have_no_situation_in_common(changed):
    after = changed(LEAVE, ("few", "short"), ("many", "long"))
    changes = amendment(load_own(LEAVE), after)
    assert changes.compared == 0
    assert {"value days = short", "value days = long"} <= {f"{row.part} {row.name}" for row in changes.decides}


def test_a_law_against_itself_is_the_same():
    assert amendment(shipped_law(), shipped_law()) == Amendment((), (), 0)
