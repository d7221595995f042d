"""`rules`: the register of citations, looked up by id.

Imports Typer and the options; the law when it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import emit, say, table

if TYPE_CHECKING:
    from ims_fsm.law.declaration import RuleDeclaration
    from ims_fsm.law.register import Law


def rules(
    rule: Annotated[str | None, typer.Argument(metavar="ID", help="A rule, like faq.11; without it all.")] = None,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Look up a rule in the register: its source's words, how it is read, and what cites it."""
    from ims_fsm.law.loading import shipped_law

    law = shipped_law()
    if rule is None:
        shown = list(law.rules.values())
    else:
        law.rule(rule)
        shown = [one for name, one in law.rules.items() if name == rule or name.startswith(f"{rule}.")]
    if as_json:
        emit({"rules": [_plain_rule(law, one) for one in shown]})
    elif rule is None:
        table(("rule", "status", "what it says"), [(one.id, one.status.replace("_", " "), one.title) for one in shown])
    else:
        for number, one in enumerate(shown):
            if number:
                say("")
            _tell_whole(law, one)


def _tell_whole(law: Law, one: RuleDeclaration) -> None:
    say(f"{one.id}: {one.title}", style="bold")
    held = f"from {one.since or 'the beginning'} to {one.until or 'now'}"
    source = law.sources[one.source]
    facts = {
        "source": f"{source.title} ({source.edition})",
        "question": one.question,
        "quote": f"“{one.quote}”" if one.quote else "",
        "read as": one.reading,
        "status": one.status.replace("_", " ") + (f": {one.reason}" if one.reason else ""),
        "certainty": one.certainty,
        "holds": held if one.since or one.until else "",
        "cited by": ", ".join(law.cited_by.get(one.id, ())),
    }
    for name, text in facts.items():
        if text:
            say(f"{name}: {text}", indent=2, hang=2)


def _plain_rule(law: Law, one: RuleDeclaration) -> dict[str, Any]:
    cited = list(law.cited_by.get(one.id, ()))
    return {**one.model_dump(mode="json"), "cited_by": cited}
