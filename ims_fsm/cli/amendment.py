"""`verify --against`: what an amended law changes, told.

Imports Typer's call and the law's amendment; decides no difference itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, user
from ims_fsm.cli.database import tell_carried
from ims_fsm.cli.output import counted, say, table

if TYPE_CHECKING:
    from ims_fsm.law.amendment import Amendment, Difference, Shift
    from ims_fsm.law.register import Law
    from ims_fsm.workflow.upkeep import CarriedOver


def tell_changes(call: Call, before: Law, after: Law, db: str | None) -> None:
    """Answer with what the later law changes, and what becomes of the live cases of a database, where one is named."""
    from ims_fsm.law.amendment import amendment

    with call.working("Comparing"):
        changes = amendment(before, after)
        live = None if db is None else _carried(db, after)

    def tell() -> None:
        _tell(changes)
        if live is not None:
            say("", "Live cases:", style="bold")
            tell_carried(live, dry_run=True)

    call.answer(tell, {"changes": changes, "live": live}, "--against", held=live is None or not live.stranded)


def _carried(db: str, law: Law) -> CarriedOver:
    from ims_fsm.workflow import upkeep

    return upkeep.carry_over(db, law, actor=user(), dry_run=True)


def _tell(changes: Amendment) -> None:
    if not changes.differences:
        say("Nothing differs.")
        return
    if changes.decides:
        say("What is declared:", style="bold")
        _table(changes.decides)
    say("", f"What is decided, of {counted(changes.compared, 'situation')} that both laws have:", style="bold")
    if not changes.shifts:
        say("Every one is decided as before.", indent=2)
    for shift in changes.shifts:
        _tell_shift(shift)
    if changes.strands:
        gone = ", ".join(f"{gone.part} {gone.name}" for gone in changes.strands)
        say("", "Live cases may be stranded:", style="bold")
        say(f"{gone}. Map each to what takes its place before they are migrated.", indent=2)
    if changes.sentences:
        say("", "Worded otherwise, which decides nothing:", style="bold")
        _table(changes.sentences)


def _table(differences: tuple[Difference, ...]) -> None:
    rows = [(row.machine, row.change, f"{row.part} {row.name}", row.key, row.before, row.after) for row in differences]
    table(("machine", "", "what", "key", "before", "after"), rows, indent=2)


def _tell_shift(shift: Shift) -> None:
    editions = shift.after if shift.before == shift.after else f"{shift.before}, now {shift.after}"
    since = f", from {shift.since}" if shift.since else ""
    many = counted(shift.situations, "situation")
    say(f"{shift.outcome}: {shift.machine} {shift.trigger} in {', '.join(shift.states)}: {many}", indent=2)
    given = shift.facts or "every fact at its default"
    say(f"under {editions}{since}; like {shift.trigger} in {shift.state} with {given}:", indent=4)
    say(f"was {shift.was}", f"is {shift.now}", indent=6, hang=2)
