"""`recommend`: what a policy recommends for the records of a matching, as the law allows it; nothing is done.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import csv as tables
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.matching import in_words, tell_laid
from ims_fsm.cli.output import counted, say, table, tell_refusals, verbatim
from ims_fsm.terms.characters import inert
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm import ExplainedRecommendation, Recommendation


@command("recommend", "each", "actor", "db", "at")
def recommend(
    call: Call,
    *,
    period: TaxPeriod | None = None,
    policy: Path | None = None,
    rules: Path | None = None,
    explain: int | None = None,
    out: Path | None = None,
) -> None:
    """Recommend an action for each record of the last matching: by your policy, as the law allows it, with the ITC.

    Nothing is done: `--out actions.csv` writes what is to be done, for ims-fsm check and apply.
    """
    if explain is not None:
        if period is not None or out is not None:
            raise CallError("--explain is of one record; leave --period and --out out")
        with call.recipient_of(explain) as buyer:
            why = buyer.recommendation(explain, policy=policy, rules=rules)
        call.answer(lambda: _tell_why(why), why, "--explain")
        return
    with call.recipient() as buyer, call.working("Asking the law"):
        recommended = buyer.recommend(period=period, policy=policy, rules=rules)
        if out is not None:
            count = _written(call, out, recommended)
            nothing = f"Nothing is to be done for {buyer.gstin}; no file is written."
            tell = partial(verbatim, f"{out}: {counted(count, 'action')}") if count else partial(say, nothing)
            call.answer(tell, {"path": out if count else None, "actions": count}, "--out")
        elif call.as_json:
            call.answer_each({"recipient": buyer.gstin}, recommended)
        else:
            _tell(buyer.gstin, recommended)


def _tell_why(why: ExplainedRecommendation) -> None:
    of = why.recommendation
    say(f"{in_words(of.match)}: {of.match.class_name}", style="bold")
    tell_laid("policy", of.policy)
    tell_laid("rules", of.rules)
    for passed in why.passed_over:
        say(f"{passed.entry} is passed over: {'; '.join(passed.why)}", indent=2, hang=2)
    say(f"{of.entry} holds: {of.says}; it recommends {of.wanted}", indent=2, hang=2)
    for weighed in why.weighed:
        if weighed.refusals:
            say(f"{weighed.action} is refused:", indent=2)
            tell_refusals(weighed.refusals)
    stands = ", as it stands" if of.is_done else ""
    say(f"Recommended: {of.action}{stands}. ITC {of.itc}; if nobody acts {of.now_itc}. Nothing is done.")


def _written(call: Call, out: Path, recommended: Iterable[Recommendation]) -> int:
    """Write what is to be done to a file, and return how much that is; where it is nothing no file is written."""
    to_do = (of for of in recommended if of.to_do)
    if (first := next(to_do, None)) is None:
        return 0
    count = 0
    with call.outputs.opened(out) as file:
        for count, line in enumerate(_csv_lines(chain([first], to_do))):
            file.write(line.encode("utf-8" if count else "utf-8-sig"))
    return count


def _csv_lines(recommended: Iterable[Recommendation]) -> Iterator[str]:
    """Give recommendations as lines of CSV."""
    line = io.StringIO()
    writer = tables.writer(line, lineterminator="\n")
    rows: Iterable[Sequence[object]] = chain(
        [[*COLUMNS]], ([read(of) for read in COLUMNS.values()] for of in recommended)
    )
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow(map(inert, row))
        yield line.getvalue()


COLUMNS: Mapping[str, Callable[[Recommendation], object]] = {
    "id": lambda of: of.record.id,
    "version": lambda of: of.record.version,
    "kind": lambda of: of.record.machine,
    "supplier": lambda of: of.record.document.supplier,
    "number": lambda of: of.record.document.number,
    "date": lambda of: of.record.document.date,
    "action": lambda of: of.action,
    "recommended because": lambda of: f"{of.match.class_name}: {of.says}",
}


@dataclass(slots=True)
class _Alike:
    """What is recommended alike: how many, what it comes to, and the first of them."""

    count: int = 0
    done: int = 0
    itc: Heads = NIL
    now_itc: Heads = NIL
    first: Recommendation | None = None

    def add(self, of: Recommendation) -> None:
        """Count one more."""
        self.count, self.done = self.count + 1, self.done + of.is_done
        self.itc, self.now_itc = self.itc + of.itc, self.now_itc + of.now_itc
        self.first = self.first or of


def _tell(gstin: str, recommended: Iterable[Recommendation]) -> None:
    alike: dict[tuple[str, str], _Alike] = {}
    first: Recommendation | None = None
    otherwise: dict[tuple[str, ...], _Alike] = {}
    for of in recommended:
        first = first or of
        alike.setdefault((of.action, of.entry), _Alike()).add(of)
        if of.refusals:
            rules = ", ".join(dict.fromkeys(refusal.rule for refusal in of.refusals))
            otherwise.setdefault((of.wanted, of.action, rules), _Alike()).add(of)
    if first is None:
        say(f"No records of {gstin} are matched and open; ims-fsm match REGISTER matches them.")
        return
    say(f"Recommended for {gstin}; nothing is done.", style="bold")
    tell_laid("policy", first.policy)
    tell_laid("rules", first.rules)
    rows = (
        (action, entry, f"{group.count:,}", f"{group.done:,}", str(group.itc), str(group.now_itc))
        for (action, entry), group in sorted(alike.items())
    )
    table(("action", "because", ">count", ">done", "ITC", "ITC if nobody acts"), rows, indent=2)
    for (wanted, action, rules), refused in otherwise.items():
        says = "" if refused.first is None else refused.first.refusals[0].sentence
        say("", f"{wanted} is refused for {refused.count:,} ({rules}), so {action}: {says}", indent=2)
