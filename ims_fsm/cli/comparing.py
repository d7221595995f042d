"""`compare`: what a change of law does to the machines, as a table.

Imports Typer and the options; the law and the table when it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.law import law_at, path_and_machines
from ims_fsm.cli.output import say, table, verbatim

if TYPE_CHECKING:
    from ims_fsm.law.comparison import Comparison
    from ims_fsm.law.register import Law


@command("compare")
def compare(
    call: Call,
    machines: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH] [MACHINE…]", help="Which; all that differ where none is named."),
    ] = None,
    *,
    rule_sets: Annotated[
        tuple[str, str] | None,
        typer.Option("--rule-sets", metavar="OLD NEW", help="Which; the last two without it."),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a table for a page.")] = False,
) -> None:
    """Compare two rule sets: the states, transitions and guards that are added, gone or changed."""
    from ims_fsm.draw.comparison import compared
    from ims_fsm.draw.comparison import markdown as as_markdown

    path, names = path_and_machines(machines)
    law = law_at(path)
    changes = compared(law, *(rule_sets or _last_two(law)), names)
    if markdown and not call.as_json:
        verbatim(as_markdown(changes).rstrip())
    else:
        call.answer(lambda: _say(changes), [_parts(comparison) for comparison in changes])


def _last_two(law: Law) -> tuple[str, str]:
    if len(law.rule_sets) == 1:
        raise CallError(f"the law has one rule set, {law.rule_sets[0].id}; there is nothing to compare it with")
    before, after = law.rule_sets[-2:]
    return before.id, after.id


def _say(changes: list[Comparison]) -> None:
    from ims_fsm.draw.citation import cite_all
    from ims_fsm.draw.comparison import difference_table

    differing = [comparison for comparison in changes if comparison.differs]
    if not differing:
        say("Nothing differs.")
    for at, comparison in enumerate(differing):
        heading = f"{comparison.title}: from {comparison.before.id} to {comparison.after.id}"
        say(*([""] if at else []), heading, style="bold")
        rows = [
            (str(row.change), f"{row.part} {row.name}", row.before, row.after, cite_all(row.rules))
            for row in difference_table(comparison)
        ]
        table(("", "what", "before", "after", "rules"), rows, indent=2)


def _parts(comparison: Comparison) -> dict[str, object]:
    from ims_fsm.draw.comparison import difference_table

    return {
        "machine": comparison.machine,
        "before": comparison.before.id,
        "after": comparison.after.id,
        "differences": difference_table(comparison),
    }
