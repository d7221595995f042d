"""A log of another system held against the law: read, put in order, replayed case by case. No database is asked.

Imports the reading of logs, the law and the replay; knows no desk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from ims_fsm.draw.diagrams import Diagram
from ims_fsm.draw.theme import theme_named
from ims_fsm.draw.traffic import Busy, traffic_sheet
from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.event_log.mapping import Entry, LogMapping, mapping_with
from ims_fsm.formats.event_log.reading import Reading
from ims_fsm.law.book import shipped_book
from ims_fsm.law.declaration import OPENED
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.register import RECORDS, Law
from ims_fsm.record.conformance import CaseReplay, Conformance, Deviation, Happened, Terms, Traffic
from ims_fsm.terms.border import checked_path
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.spelling import hinted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# So many different words that mean nothing are counted.
_MOST = 1000
_HOW = {
    "period": "the period that was named",
    "log": "a column of the log",
    "event": "the month of the first event",
    "newest": "none: the newest rule set",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMap:
    """What a log's columns and words mean, and what holds where it says nothing.

    `columns` names those of the case, activity, time, resource, lifecycle, period, machine and start; `facts` has the
    fact that each column says; `file` is a map that says more (docs/conform.md). Where the log does not say a fact it
    has the value of `assume`; `lenient` takes silence about any fact for no breach. `period` chooses the edition of the
    law for all cases; else it is the case's own, or the month of its first event. A case conforms only if it ends in
    one of `ends`, where some are named.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    file: str | Path | None = None
    assume: Mapping[str, str] = field(default_factory=dict)
    lenient: bool = False
    period: TaxPeriod | None = None
    ends: tuple[str, ...] = ()


def conform(
    log: str | Path,
    machine: str | None = None,
    *,
    by: LogMap | None = None,
    machines: Iterable[str | Path] = (),
    note: Callable[[Deviation], object] | None = None,
) -> Conformance:
    """Replay a log of another system (CSV, XES, either packed with gzip) through a declared machine.

    `by` says what its columns and words mean; `machines` are laws of one's own. `note` hears of every deviation as it
    is found. Naive moments are Indian time.

    Raises `InputError` for a log that cannot be read and for words that mean nothing, all at once; `DeclarationError`
    for a map or a law that cannot be used.
    """
    path, by = checked_path("log", log), by or LogMap()
    law = shipped_book().beside(machines).law
    plan = mapping_with(None if by.file is None else checked_path("map", by.file))
    whole = Conformance(log=path.name, assumed={**plan.assume, **by.assume})
    _check(law, machine, by.facts.values(), by.assume)
    _check(law, None, (), plan.assume)
    plan = plan.with_columns(by.columns, by.facts)
    return _Replaying(law, plan, by, machine, whole, note).run(Reading(path, plan, _fact_names(law)))


def log_diagrams(result: Conformance, theme: str = "light") -> list[Diagram]:
    """Return a picture for each machine and rule set that cases were replayed under, the most frequent first.

    Its lines are the heavier the more often they were taken; what the law refuses is dashed. Raises `InputError` for
    another theme.
    """
    look = theme_named(theme)
    return [Diagram(traffic_sheet(law.edition, _busy(result.log, law), look)) for law in result.laws]


def _busy(log: str, law: Traffic) -> Busy:
    cases = f"{law.cases:,} case{'s' if law.cases != 1 else ''}"
    heading = f"{law.edition.machine.title}: {log}"
    return Busy(heading, f"{cases} under {law.edition.rule_set.id}", law.taken, law.refused, law.rules)


def _fact_names(law: Law) -> list[str]:
    return [*dict.fromkeys(fact.name for machine in law.machines.values() for fact in machine.every_fact)]


def _check(law: Law, machine: str | None, facts: Iterable[str], assume: Mapping[str, str]) -> None:
    chosen = [*law.machines.values()] if machine is None else [law.machine(machine)]
    names = {fact.name: fact for of in chosen for fact in of.every_fact}
    problems = [
        Problem(fact, "is not a fact of the machine", hinted(fact, names, f"its facts are {', '.join(names)}"))
        for fact in (*facts, *assume)
        if fact not in names
    ]
    for fact, value in assume.items():
        values = names[fact].values if fact in names else {value: ""}
        if value not in values:
            remedy = hinted(value, values, f"its values are {', '.join(values)}")
            problems.append(Problem(fact, f"cannot be {value!r}", remedy))
    if problems:
        raise InputError("conform", problems)


@dataclass(frozen=True, slots=True)
class _Words:
    """What is looked up at every event of a machine: its triggers, its facts' values, those assumed, those silent."""

    machine: Machine
    triggers: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    assumed: Mapping[str, str]
    silent: frozenset[str]


@lru_cache(maxsize=1024)
def _period(text: str) -> TaxPeriod | None:
    try:
        return TaxPeriod.parse(text)
    except ValueError:
        return None


class _Replaying:
    """The replay of one log: which machine and edition a case has, what its words mean, and which mean nothing."""

    def __init__(
        self,
        law: Law,
        plan: LogMapping,
        by: LogMap,
        machine: str | None,
        whole: Conformance,
        note: Callable[[Deviation], object] | None,
    ) -> None:
        self._law, self._plan, self._by, self._machine, self.whole, self._note = law, plan, by, machine, whole, note
        self._words: dict[str, _Words] = {}
        self._unknown: Counter[tuple[str, str, str]] = Counter()

    def run(self, reading: Reading) -> Conformance:
        """Replay every case; raises `InputError` for words that mean nothing, once all are counted."""
        for case, entries in groupby(reading.events(), attrgetter("case")):
            self._replay(case, entries)
        if self._unknown:
            raise InputError(reading.name, [self._problem(*word) for word in sorted(self._unknown)])
        replayed = {fact for words in self._words.values() for fact in words.assumed}
        self.whole.assumed = {fact: value for fact, value in self.whole.assumed.items() if fact in replayed}
        self.whole.ignored, self.whole.not_complete = reading.ignored, reading.not_complete
        return self.whole

    def _replay(self, case: str, entries: Iterable[Entry]) -> None:
        replay: CaseReplay | None = None
        words: _Words | None = None
        kept: dict[str, str] = {}
        newest = 0
        for number, entry in enumerate(entries, 1):
            self.whole.out_of_order += entry.number < newest
            newest = max(newest, entry.number)
            if number == 1:
                words = self._words_of(entry)
                replay = None if words is None else self._begin(case, words, entry)
            if words is not None and replay is not None:
                self._take(replay, words, number, entry, kept)
        if replay is not None and replay.events:
            self.whole.finish(replay)

    def _take(self, replay: CaseReplay, words: _Words, number: int, entry: Entry, kept: dict[str, str]) -> None:
        trigger = self._meant("activities", entry.activity, words.triggers, f"an activity of {words.machine.name}")
        facts = self._facts(words, entry)
        kept.update((fact, value) for fact, value in facts.items() if self._plan.about(fact).stays)
        if trigger is not None:
            at = None if entry.at is None else _EPOCH + timedelta(microseconds=entry.at)
            said = {**words.assumed, **kept, **facts}
            replay.take(Happened(number, entry.line, at, entry.activity, trigger, entry.resource, said))

    def _machine_of(self, entry: Entry) -> Machine | None:
        if not entry.machine or self._machine is not None:
            if self._machine is None:
                self._note_unknown("machine", "", "a machine")
                return None
            return self._law.machine(self._machine)
        name = self._meant("machines", entry.machine, self._law.machines, "a machine")
        return None if name is None else self._law.machines[name]

    def _words_of(self, entry: Entry) -> _Words | None:
        machine = self._machine_of(entry)
        if machine is not None and machine.name not in self._words:
            values = machine.schema.values_of
            triggers = (*(trigger.name for trigger in machine.declaration.trigger), OPENED)
            assumed = {fact: value for fact, value in self.whole.assumed.items() if value in values.get(fact, ())}
            self._words[machine.name] = _Words(machine, triggers, values, assumed, self._silent(machine))
        return None if machine is None else self._words[machine.name]

    def _begin(self, case: str, words: _Words, entry: Entry) -> CaseReplay | None:
        machine = words.machine
        edition = self._edition(machine, entry)
        start = (
            self._meant("states", entry.start, edition.states, f"a state of {machine.name}") if entry.start else None
        )
        if unknown := {*self._by.ends} - edition.states.keys():
            remedy = hinted(min(unknown), edition.states, f"its states are {', '.join(edition.states)}")
            raise InputError("conform", [Problem(min(unknown), f"is not a state of {machine.name}", remedy)])
        return CaseReplay(case, edition, self.whole, Terms(start, self._by.ends, words.silent, self._note))

    def _silent(self, machine: Machine) -> frozenset[str]:
        if self._by.lenient:
            return frozenset(machine.schema.names)
        # A log does not say in which roles people act.
        roles = {fact.name for fact in machine.about_roles}
        return frozenset(roles | (self._plan.silent if machine.declaration.extends == RECORDS else set()))

    def _edition(self, machine: Machine, entry: Entry) -> Edition:
        period, how = self._by.period, "period"
        if period is None and entry.period:
            period, how = _period(entry.period), "log"
            if period is None:
                self._note_unknown("period", entry.period, "a tax period")
        if period is None and entry.at is not None:
            at, how = _EPOCH + timedelta(microseconds=entry.at, hours=5.5), "event"
            period = _period(f"{at.year}-{at.month:02}")
        how = "newest" if period is None else how
        self.whole.periods[_HOW[how]] += 1
        return machine.edition if period is None else machine.at(period)

    def _facts(self, words: _Words, entry: Entry) -> dict[str, str]:
        facts = {}
        for fact, word in entry.facts.items():
            if (values := words.values.get(fact)) is not None:
                value = self._plan.valued(fact, word, values)
                if value is None:
                    self._note_unknown(fact, word, f"a value of {fact} in {words.machine.name}")
                else:
                    facts[fact] = value
        return facts

    def _meant(self, table: str, word: str, names: Collection[str], what: str) -> str | None:
        name = self._plan.meant(table, word, names)
        if name is None:
            self._note_unknown(table, word, what)
        return name

    def _note_unknown(self, table: str, word: str, what: str) -> None:
        if (table, word, what) in self._unknown or len(self._unknown) < _MOST:
            self._unknown[table, word, what] += 1

    def _problem(self, table: str, word: str, what: str) -> Problem:
        times = self._unknown[table, word, what]
        often = f"{times:,} time{'s' if times > 1 else ''}"
        if table == "machine":
            return Problem(
                "the file", f"says no machine of a case, {often}", "name it with --machine, or its column in a map"
            )
        remedies = {
            "activities": "write what it is under [activities] of a map, or that it moves nothing under [ignored]",
            "machines": "write which machine it is under [machines] of a map",
            "states": "write which state it is under [states] of a map",
            "period": 'write it like "2024-10"',
        }
        remedy = remedies.get(table, f"write which value it is under [facts.{table}] of a map")
        return Problem(repr(word), f"is not {what}, {often}", remedy)
