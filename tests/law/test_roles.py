"""Roles in a law of one's own: declared, asked by triggers and guards, verified, told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.draw.picture import picture_of
from ims_fsm.errors import DeclarationError
from ims_fsm.law.decision import decide
from ims_fsm.law.edition import kept
from ims_fsm.law.loading import load_own
from ims_fsm.law.modelcheck import check
from ims_fsm.law.register import Law

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "purchase_approval.toml"
ROLES = """
[[role]]
name = "manager"
says = "who answers for what a department spends"

[[role]]
name = "director"
says = "who answers for the company"

[[fact]]
name = "own"
says = "whether who decides has handed it in"
same_actor_as = ["submit"]
default = "no"
values = { yes = "they have", no = "somebody else has" }

[[guard]]
name = "large_sums_are_the_directors"
triggers = ["approve"]
refuse_when = { sum = "large", role_director = "lacking" }
rule = "handbook.3"
code = "for_the_director"
says = "{document} is more than a manager decides alone"
remedy = "have a director approve it"
"""


@pytest.fixture
def law(tmp_path: Path) -> Law:
    return load_own(written(tmp_path))


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text("utf-8").replace("\nfacts = [", '\nfacts = ["own", ')
    text = text.replace('name = "approve"\n', 'name = "approve"\nroles = ["manager", "director"]\n') + ROLES
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = folder / "purchase_approval.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_trigger_asks_for_one_of_its_roles(law: Law) -> None:
    edition = law.machine("purchase_approval").edition
    assert decide(edition, "submitted", "approve", edition.facts())
    assert decide(edition, "submitted", "approve", edition.facts(role_manager="lacking"))
    neither = edition.facts(role_manager="lacking", role_director="lacking", sum="large")
    refused = decide(edition, "submitted", "approve", neither)
    assert not refused
    assert [refusal.code for refusal in refused.refusals] == ["not_permitted", "for_the_director"]
    assert refused.refusals[0].sentence() == "The trigger approve on this record is for the roles manager or director"
    assert refused.refusals[0].advice() == "have it done by somebody who acts in one of these roles"
    assert law.rule("house.roles").status == "modelled"


def test_facts_about_who_acts(law: Law) -> None:
    machine = law.machine("purchase_approval")
    facts = machine.actor_facts({"manager", "clerk"}, {"submit"})
    assert facts == {"own": "yes", "role_director": "lacking", "role_manager": "held"}
    assert machine.actor_facts((), {"approve"})["own"] == "no"
    assert machine.edition.facts(**facts)


def test_it_is_proved_and_drawn(law: Law) -> None:
    assert check(law).holds
    picture = picture_of(law.machine("purchase_approval").edition)
    assert "permitted_to_approve" in {reason.guard for note in picture.notes for reason in note.reasons}
    [approve] = [key for key in picture.keys if key.trigger.name == "approve"]
    assert approve.trigger.roles == ("manager", "director")


def test_roles_are_no_part_of_what_decides(tmp_path: Path, law: Law) -> None:
    machine = law.machine("purchase_approval")
    path = written(tmp_path, ('roles = ["manager", "director"]\n', ""))
    assert load_own(path).machine("purchase_approval").fingerprint == machine.fingerprint
    as_kept = kept(machine.declared)
    assert "role_manager" not in as_kept.schema.names
    assert decide(as_kept.edition, "submitted", "approve", as_kept.edition.facts())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('roles = ["manager", "director"]', 'roles = ["managr"]', "unknown role 'managr'; did you mean manager?"),
        ('roles = ["manager", "director"]', 'roles = ["director", "director"]', "has 'director' more than once"),
        ('same_actor_as = ["submit"]', 'said_by = ["hand_in"]', "names the unknown trigger 'hand_in'"),
        (
            'same_actor_as = ["submit"]',
            'same_actor_as = ["submit"]\nsaid_by = ["submit"]',
            "names triggers, and nobody gives it; leave `said_by` out",
        ),
        ('same_actor_as = ["submit"]', 'same_actor_as = ["hand_in"]', "names the unknown trigger 'hand_in'"),
        (
            'values = { yes = "they have", no',
            'values = { maybe = "they have", no',
            "are not yes and no; give both",
        ),
        ("[[role]]", "[[roles]]", "has `roles`, which is not a key of a machine"),
    ],
)
def test_what_is_wrong_with_roles(tmp_path: Path, before: str, after: str, says: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        load_own(written(tmp_path, (before, after)))
    assert says in str(caught.value)
