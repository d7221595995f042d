"""What can be wrong with a declaration: each problem once, with its exact sentence."""

from __future__ import annotations

import re

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.loading import read_law

SECOND_GUARD = """
[[guard]]
name = "{name}"
triggers = ["{trigger}"]
refuse_when = {{ {condition} }}
rule = "act.1"
code = "refused"
says = "{says}"
remedy = "wait"
{more}
"""


def guard(
    name: str = "other",
    trigger: str = "settle",
    condition: str = 'stamp = "absent"',
    says: str = "it is not",
    more: str = "",
) -> str:
    return SECOND_GUARD.format(name=name, trigger=trigger, condition=condition, says=says, more=more)


def problems(texts: dict[str, str]) -> list[str]:
    """Return the problems of a law without the lines in its files."""
    with pytest.raises(DeclarationError) as caught:
        read_law(texts)
    return [re.sub(r" \(line \d+\):", ":", str(problem), count=1) for problem in caught.value.problems]


def test_the_small_law_is_sound(texts):
    assert list(read_law(texts).machines) == ["slip"]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            guard(name="stamped"),
            "slip.toml guard: has 'stamped' more than once; keep one of them",
        ),
        (
            guard(trigger="burn"),
            "slip.toml guard other: names the unknown trigger 'burn'; use one of settle",
        ),
        (
            guard(condition='ink = "dry"'),
            "slip.toml guard other: names the unknown fact 'ink'; use one of stamp, state",
        ),
        (
            guard(condition='stamp = "torn"'),
            "slip.toml guard other stamp: names the unknown value 'torn'; use one of absent, present",
        ),
        (
            guard(condition='state = "lost"'),
            "slip.toml guard other: names the unknown state 'lost'; use one of open, settled",
        ),
        (
            guard(more='since = "2025-01"'),
            (
                "slip.toml guard other: holds from 2025-01 to now, which splits a rule set; "
                "begin and end it with a rule set of rules.toml"
            ),
        ),
        (
            guard(more='until = "2025-10"'),
            (
                "slip.toml guard other: holds from the beginning to 2025-10, which splits a rule set; "
                "begin and end it with a rule set of rules.toml"
            ),
        ),
        (
            guard(more='since = "2025-10"\nuntil = "2025-09"'),
            "slip.toml guard other: holds from 2025-10 to 2025-09, which is never; begin it before it ends",
        ),
        (
            guard(says="{slip} is not"),
            (
                "slip.toml guard other: names the unknown field 'slip'; use one of a_document, deadline, "
                "declaration_from, document, form, full_reduction, opens_on, original, period, previous, quarter, "
                "recipient, recipient_kind, remarks_limit, removed_for, two_b_opens"
            ),
        ),
        (
            guard(says="{document is not"),
            (
                "slip.toml guard other: has a sentence that cannot be filled in: expected '}' before end of string; "
                "mend its braces"
            ),
        ),
        (
            '[[trigger]]\nname = "tear"\nactor = "clerk"\nsays = "The clerk tears it."',
            "slip.toml trigger tear: moves nothing; give it a transition, or take it out",
        ),
        (
            '[[transition]]\ntrigger = "burn"\nsource = ["open"]\ndest = "settled"\nrules = ["act.1"]',
            "slip.toml transition burn: names the unknown trigger 'burn'; use one of settle",
        ),
        (
            '[[transition]]\ntrigger = "settle"\nsource = ["lost"]\ndest = "settled"\nrules = ["act.1"]',
            "slip.toml transition settle: names the unknown state 'lost'; use one of [*], open, settled",
        ),
        (
            '[[transition]]\ntrigger = "settle"\nsource = ["[*]"]\ndest = "lost"\nrules = ["act.1"]',
            "slip.toml transition settle: names the unknown state 'lost'; use one of open, settled",
        ),
        (
            '[[transition]]\ntrigger = "settle"\nsource = ["[*]"]\ndest = "settled"\nrules = ["act.1"]',
            (
                "slip.toml transition settle: brings a record into being in 'settled', and the machine begins "
                "in 'open'; give both the same state"
            ),
        ),
        (
            '[[transition]]\ntrigger = "settle"\nsource = ["open"]\ndest = "open"\nrules = ["act.1"]',
            (
                "slip.toml transition settle: leaves open twice at the same time, to settled and to open; "
                "give them different sources, or periods that do not meet"
            ),
        ),
        (
            (
                '[[transition]]\ntrigger = "settle"\nsource = ["settled"]\ndest = "settled"\nrules = ["act.1"]\n'
                'since = "2025-10"'
            ),
            "slip.toml state settled: is terminal but is left under SECOND; take out the transition, or `terminal`",
        ),
        (
            (
                '[[state]]\nname = "lost"\ntitle = "Lost"\nsays = "It is lost."\nterminal = true\nrules = ["act.1"]\n'
                '[[transition]]\ntrigger = "settle"\nsource = ["lost"]\ndest = "lost"\nrules = ["act.1"]'
            ),
            "slip.toml state lost: cannot be reached under FIRST; give it a transition, or take it out",
        ),
        (
            (
                '[[state]]\nname = "stuck"\ntitle = "Stuck"\nsays = "It is stuck."\nrules = ["act.1"]\n'
                '[[trigger]]\nname = "lose"\nactor = "clerk"\nsays = "The clerk loses it."\n'
                '[[transition]]\ntrigger = "lose"\nsource = ["open"]\ndest = "stuck"\nrules = ["act.1"]'
            ),
            (
                "slip.toml state stuck: cannot be left for a terminal state under FIRST; "
                "give it a way out, or `terminal = true` if it is an end"
            ),
        ),
        (
            '[values]\nink = ["dry"]',
            "slip.toml values: names the unknown fact 'ink'; use one of stamp",
        ),
        (
            '[values]\nstamp = ["torn"]',
            "slip.toml values.stamp: names the unknown value 'torn'; use one of absent, present",
        ),
        (
            '[values]\nstamp = ["absent", "absent"]',
            "slip.toml values stamp: has 'absent' more than once; keep one of them",
        ),
    ],
)
def test_a_machine_that_does_not_hold_together(texts, more, problem):
    texts["slip.toml"] += more
    assert problem in problems(texts)


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "base.toml",
            'initial = "open"',
            'initial = "begun"',
            "base.toml initial: names the unknown state 'begun'; use one of open, settled",
        ),
        (
            "base.toml",
            'initial = "open"\n',
            "",
            'base.toml: has no `initial`, the state in which it begins; add a line like `initial = "open"`',
        ),
        (
            "base.toml",
            'facts = ["stamp"]',
            'facts = ["stamp", "ink"]',
            "base.toml facts: names the unknown fact 'ink'; use one of stamp",
        ),
        (
            "facts.toml",
            'default = "present"',
            'default = "torn"',
            "facts.toml fact stamp default: names the unknown value 'torn'; use one of absent, present",
        ),
        (
            "rules.toml",
            'since = "2025-10"',
            'since = "2025-11"',
            (
                "rules.toml rule_set SECOND: does not begin in the tax period after FIRST ends; "
                "let rule sets follow each other in order, without a gap"
            ),
        ),
        (
            "rules.toml",
            'since = "2025-10"\n',
            'since = "2025-10"\nuntil = "2026-03"\n',
            (
                "rules.toml rule_set SECOND: ends with 2026-03, and no rule set follows; "
                "leave `until` out of the last rule set"
            ),
        ),
        (
            "rules.toml",
            'source = "act"',
            'source = "acts"',
            "rules.toml act.1: names the unknown source 'acts'; add a [[source]] for it",
        ),
        (
            "rules.toml",
            'status = "modelled"',
            'status = "not_modelled"\nreason = "it is about paper"',
            "base.toml: cites 'act.1', which the register calls not modelled; mend its status in rules.toml",
        ),
        (
            "rules.toml",
            'status = "modelled"',
            'status = "not_modelled"',
            "rules.toml act.1: is not modelled without a reason; say why in `reason`",
        ),
        (
            "rules.toml",
            'id = "act.1"',
            'id = "act.2"',
            (
                "base.toml: cites 'act.1', which is not in the register; "
                "add a [[rule]] with this id to rules.toml, or mend the id"
            ),
        ),
        (
            "rules.toml",
            'id = "act.1"',
            'id = "act.2"',
            (
                "rules.toml act.2: is marked modelled, and nothing cites it; "
                "cite it where it acts, or say not_modelled and why"
            ),
        ),
    ],
)
def test_a_law_that_does_not_hold_together(texts, file, old, new, problem):
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new)
    assert problem in problems(texts)


def test_a_law_without_a_rule_set(texts):
    before, _, rest = texts["rules.toml"].partition("[[rule_set]]")
    texts["rules.toml"] = before + rest[rest.index("[[rule]]") :]
    assert problems(texts) == ["rules.toml: has no rule set; add a [[rule_set]]"]


def test_what_a_machine_takes_in_is_told_once(texts):
    texts["base.toml"] = texts["base.toml"].replace('stamp = "absent"', 'stamp = "torn"')
    texts["note.toml"] = texts["slip.toml"].replace("slip", "note")
    assert problems(texts) == [
        "base.toml guard stamped stamp: names the unknown value 'torn'; use one of absent, present"
    ]


def test_all_problems_come_at_once(texts):
    texts["slip.toml"] += guard(trigger="burn", condition='ink = "dry"')
    texts["note.toml"] = texts["slip.toml"].replace("slip", "note")
    assert problems(texts) == [
        "slip.toml guard other: names the unknown trigger 'burn'; use one of settle",
        "slip.toml guard other: names the unknown fact 'ink'; use one of stamp, state",
        "note.toml guard other: names the unknown trigger 'burn'; use one of settle",
        "note.toml guard other: names the unknown fact 'ink'; use one of stamp, state",
    ]
