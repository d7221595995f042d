"""Which story is worked out on a machine's page: the shortest that is about it, one for each rule set that it has.

Imports the law and the stories; tells none.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.declaration import RuleSetDeclaration
from ims_fsm.law.edition import EARLIEST, Machine
from ims_fsm.pages.guards import own_guards
from ims_fsm.pages.material import Material, length, older
from ims_fsm.pages.story import Story


def worked_stories(machine: Machine, material: Material) -> Iterator[tuple[RuleSetDeclaration, Story]]:
    """Give the story that suits a machine best under each rule set, the newest last; none where none fits."""
    fitting = [story for story in material.stories if fits(story, machine)]
    differs = len(material.drawings[machine.name]) > 1
    for edition in (*older(machine), machine.edition) if differs else (machine.edition,):
        stories = [story for story in fitting if not differs or _rule_set(story, material) == edition.rule_set]
        if stories:
            yield edition.rule_set, min(stories, key=lambda story: (*_rank(story, machine, material), story.path))


def fits(story: Story, machine: Machine) -> bool:
    """Say whether a story is about a machine: its last document is governed by it, or it is about the return."""
    documents = story.entries("document")
    if machine.declaration.extends is None:
        verbs = [step.get("do") for step in story.entries("step")]
        return {"generate_2b", "file_3b"} <= {*verbs}
    if not documents:
        return False
    last = documents[-1]
    kinds = {row.get("kind") for row in documents}
    amended = f"{last.get('kind')}_amendment" if "amends" in last else str(last.get("kind"))
    return len(kinds) == 1 and machine.name in {amended, _unamended(last, machine)}


def _unamended(last: dict[str, object], machine: Machine) -> str:
    """Return the kind itself where its amendments have no machine of their own."""
    kind = str(last.get("kind"))
    return kind if machine.declaration.values.get("direction", ("upward",)) != ("original",) else ""


def _rank(story: Story, machine: Machine, material: Material) -> tuple[int, int, int]:
    if machine.declaration.extends is None:
        seen = {step["expect"].get("two_b") for step in story.entries("step") if "expect" in step} - {None}
        return (-len(seen), len(story.entries("document")), length(story))
    guards = own_guards(machine, material)
    rules = {guard.rule for guard in guards} | {rule for guard in guards for rule in guard.see}
    acts = {"accept", "reject", "keep_pending"} & {step.get("do") for step in story.entries("step")}
    return (int(not rules & {*story.rules}), int(not acts), length(story))


def _rule_set(story: Story, material: Material) -> RuleSetDeclaration | None:
    """Return the rule set that a story is under: that of the dated rules which it cites, else the first.

    A story that cites rules of two tells of the change from one to the other.
    """
    cited = [material.law.rules[rule] for rule in story.rules if rule in material.law.rules]
    dated = [rule for rule in cited if rule.since or rule.until]
    under = [
        rule_set
        for rule_set in material.law.rule_sets
        if any(rule.holds_at(rule_set.since or EARLIEST) for rule in dated)
    ]
    return under[0] if len(under) == 1 else None if under else material.law.rule_sets[0]
