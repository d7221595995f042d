"""Hooks: what an embedding backend has called in a transaction, after its commit, and with what a call came to.

Imports the law, the errors and the event; knows no framework, and decides nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ims_fsm.errors import ImsFsmError, InputError, Outcome, Problem
from ims_fsm.law.book import shipped_law
from ims_fsm.law.facts import Facts
from ims_fsm.law.register import Law
from ims_fsm.terms.event import Event, EventKind

#: What hooks raise outside of a transaction is told here.
log = logging.getLogger("ims_fsm.hooks")
When = Literal["before", "after", "on_enter"]
#: The machine of a tally over records of several: what every machine of a record shares is declared in it.
ANY_RECORD = "record"


@dataclass(frozen=True, slots=True)
class TransitionEvent:
    """One transition of one record, as a hook receives it.

    `record` is whatever the caller handed over; `rules` carry the transition, by the rule set that was in force.
    """

    machine: str
    rule_set: str
    trigger: str
    source: str
    dest: str
    facts: Facts
    record: object
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a call came to: on how many records or cases its trigger was applied, and on how many it was refused.

    `by_rule` has the refused by the rule; what several rules refuse counts under each. `machine` declares the trigger:
    that of the record or case where it was on one, "record" where a set of records was acted on at once.
    """

    trigger: str
    applied: int = 0
    refused: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    machine: str = ANY_RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call that was refused or failed, as a hook receives it: who made it, when (UTC), under which key, and why.

    `error` is what the caller is given: `RefusedError` with every refusal, `ConflictError`, `InputError`, `StoreError`,
    or what a hook has raised.
    """

    actor: str
    at: datetime
    request_key: str | None
    error: Exception


@dataclass(slots=True, kw_only=True)
class Call:
    """A call of the face, for who watches it; it holds no GSTIN, no id of a record and no amount.

    `name` is the use case ("act", "act_on", "generate_2b"). `request` is what a program outside calls the request by.
    When it is over, `tallies` say what its actions came to, `outcome` of which sort its error is, and `code` which.
    """

    name: str
    writes: bool
    request: str | None = None
    tallies: tuple[Tally, ...] = ()
    outcome: Outcome = "done"
    code: str | None = None

    def ends(self, error: BaseException) -> None:
        """Note how it failed; what it was refused on counts as one."""
        self.outcome = error.outcome if isinstance(error, ImsFsmError) else "failed"
        self.code = error.code if isinstance(error, ImsFsmError) else type(error).__name__
        if (tally := refused_by(error)) is not None:
            self.tallies = (tally,)


def refused_by(error: BaseException) -> Tally | None:
    """Return the tally of a call on one record or case that was refused; None for any other error."""
    refusals = getattr(error, "refusals", None)
    if not refusals:
        return None
    by_rule = dict.fromkeys((refusal.rule for refusal in refusals), 1)
    return Tally(getattr(error, "trigger", ""), refused=1, by_rule=by_rule, machine=getattr(error, "machine", ""))


Watcher = Callable[[Call], AbstractContextManager[object]]
Callback = Callable[[TransitionEvent], None]
EventCallback = Callable[[Event], None]
AttemptCallback = Callable[[Attempt], None]


@dataclass(frozen=True, slots=True)
class _Hook:
    when: When
    machine: str | None
    trigger: str | None
    state: str | None
    callback: Callback

    def wants(self, event: TransitionEvent) -> bool:
        asked = ((self.machine, event.machine), (self.trigger, event.trigger), (self.state, event.dest))
        return all(wanted is None or wanted == given for wanted, given in asked)


@dataclass(frozen=True, slots=True, eq=False)
class Subscriber:
    """Who is told of events after their commit, by a name under which the store keeps how far they were told."""

    name: str
    trigger: str | None
    kinds: frozenset[EventKind]
    callback: EventCallback
    machine: str | None = None

    def wants(self, event: Event) -> bool:
        """Say whether an event is to be told."""
        narrowed = ((self.trigger, event.trigger), (self.machine, event.machine))
        return event.kind in self.kinds and all(wanted in {None, given} for wanted, given in narrowed)


class Hooks:
    """The callbacks of one embedder, called in the order of their registration; what they return is not looked at.

    In the transaction: a `before` hook vetoes by raising, and the error reaches the caller. `on_enter` and `after`
    hooks are called when the record has moved, in that order; what they raise undoes it. Outside of it: `after_commit`
    hooks are told of events, and `refused` hooks of calls that came to nothing; what these raise harms nothing. A name
    that the law does not have is refused.

    >>> hooks = Hooks()
    >>> @hooks.before(trigger="reject", machine="credit_note")
    ... def ask(event: TransitionEvent) -> None:
    ...     print(event.record, "was", event.source)
    """

    def __init__(self, law: Law | None = None) -> None:
        """Begin without a hook, for the machines of a law; of the one that ships where none is given."""
        self._law = law or shipped_law()
        #: The hooks, in the order of their registration.
        self.registered: list[_Hook] = []
        #: What is called with what each call of a desk came to.
        self.counting: list[Callable[[Tally], object]] = []
        #: What is opened around each call of the face.
        self.watchers: list[Watcher] = []
        #: Who is told of events after their commit, by name.
        self.subscribers: dict[str, Subscriber] = {}
        #: Who is told of calls that were refused or failed.
        self.told_of_refused: list[AttemptCallback] = []

    def before(self, *, trigger: str | None = None, machine: str | None = None) -> Callable[[Callback], Callback]:
        """Return a decorator: its function is called before a transition; named arguments narrow it.

        Raises `InputError` for a machine or trigger that the law does not have.
        """
        return self._registering("before", machine, trigger=trigger)

    def after(self, *, trigger: str | None = None, machine: str | None = None) -> Callable[[Callback], Callback]:
        """Return a decorator: its function is called after a transition; named arguments narrow it.

        Raises `InputError` for a machine or trigger that the law does not have.
        """
        return self._registering("after", machine, trigger=trigger)

    def on_enter(self, *, state: str | None = None, machine: str | None = None) -> Callable[[Callback], Callback]:
        """Return a decorator: its function is called when a state is entered, again too; named arguments narrow it.

        Raises `InputError` for a machine or state that the law does not have.
        """
        return self._registering("on_enter", machine, state=state)

    def count(self, callback: Callable[[Tally], object]) -> Callable[[Tally], object]:
        """Decorate a function that is called with what each action of a desk came to, when it is committed.

        An action on many is one call: sets of records move as fast as without it. A call that was refused as a whole
        is told to `refused`. What it raises is logged. What is repeated under its key was told the first time.
        """
        self.counting.append(callback)
        return callback

    def counted(self, tally: Tally) -> None:
        """Tell what a call came to."""
        _called(self.counting, tally, "count")

    def around(self, watcher: Watcher) -> Watcher:
        """Decorate a function that gives a context manager, which is opened around every call of the face.

        It is given the `Call`, whose outcome is known when it closes; around all tries of a call that is tried again.
        It lies outside of the transaction, and what it raises reaches the caller: it is to raise nothing.
        """
        self.watchers.append(watcher)
        return watcher

    @contextmanager
    def watching(self, call: Call) -> Iterator[Call]:
        """Open what watches around a call, and have it know how the call ends."""
        with ExitStack() as stack:
            for watcher in self.watchers:
                stack.enter_context(watcher(call))
            try:
                yield call
            except BaseException as error:
                call.ends(error)
                raise

    def attempted(self, attempt: Attempt) -> None:
        """Tell of a call that was refused or failed."""
        _called(self.told_of_refused, attempt, "refused")

    def after_commit(
        self,
        name: str,
        *,
        trigger: str | None = None,
        machine: str | None = None,
        kinds: Collection[EventKind] = tuple(EventKind),
    ) -> Callable[[EventCallback], EventCallback]:
        """Return a decorator: its function is called with events once they are committed; named arguments narrow it.

        `machine` is one of cases: events of records do not say theirs.
        In their order, at least once: `name` is kept in the database with the cursor up to which it was told, from the
        first call of an `IMS` with this hook on. What it raises is logged, and the event is given again at the next
        call. Raises `InputError` for a name that is taken, and for a machine or trigger that the law does not have.
        """
        self._check(machine, {"trigger": trigger})
        if machine in {of.name for of in self._law.record_machines}:
            what = "moves records, whose events do not say their machine"
            raise InputError("hook", [Problem(machine or "", what, "leave the machine out, or read the record")])
        if not name or name in self.subscribers:
            raise InputError("hook", [Problem(repr(name), "is taken or empty", "give each a name of its own")])

        def register(callback: EventCallback) -> EventCallback:
            self.subscribers[name] = Subscriber(name, trigger, frozenset(kinds), callback, machine)
            return callback

        return register

    def refused(self, callback: AttemptCallback) -> AttemptCallback:
        """Decorate a function that is called with every call that came to nothing, when its transaction is over."""
        self.told_of_refused.append(callback)
        return callback

    def call(self, when: When, event: TransitionEvent) -> None:
        """Call the hooks of one moment that want this event."""
        for hook in self.registered:
            if hook.when == when and hook.wants(event):
                hook.callback(event)

    def watch(self, trigger: str, machines: Collection[str]) -> bool:
        """Say whether any hook may want a transition of one of these machines by this trigger."""
        return any(
            hook.trigger in (None, trigger) and (hook.machine is None or hook.machine in machines)
            for hook in self.registered
        )

    def _registering(
        self, when: When, machine: str | None, *, trigger: str | None = None, state: str | None = None
    ) -> Callable[[Callback], Callback]:
        self._check(machine, {"trigger": trigger, "state": state})

        def register(callback: Callback) -> Callback:
            self.registered.append(_Hook(when, machine, trigger, state, callback))
            return callback

        return register

    def _check(self, machine: str | None, named: Mapping[str, str | None]) -> None:
        machines = list(self._law.machines.values()) if machine is None else [self._law.machine(machine)]
        words: dict[str, Collection[str]] = {
            "trigger": {trigger.name for machine in machines for trigger in machine.declaration.trigger},
            "state": {state.name for machine in machines for state in machine.declaration.state},
        }
        problems = [
            Problem(
                name, f"is not a {what} of {machine or 'any machine'}", f"use one of {', '.join(sorted(words[what]))}"
            )
            for what, name in named.items()
            if name is not None and name not in words[what]
        ]
        if problems:
            raise InputError("hook", problems)


def _called(callbacks: Iterable[Callable[[Any], object]], about: object, kind: str) -> None:
    for callback in callbacks:
        try:
            callback(about)
        except Exception:
            name = getattr(callback, "__name__", callback)
            log.exception("%s hook %r raised", kind, name, extra={"ims_event": "hook_raised", "ims_hook": kind})
