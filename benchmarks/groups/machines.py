"""The credit note of October 2024 in other people's state machines: the same states, triggers and refusals.

Imports those libraries, each where it is installed; nothing of the package. All know two guards, both of which stand
in the way of `keep_pending`; ours has every guard that is in force, and decides more in the time it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

LIVE = ("no_action", "accepted", "rejected", "pending")
MOVES = {"accept": "accepted", "reject": "rejected", "keep_pending": "pending", "reset": "no_action"}
# Every firing is allowed, and the walk ends where it began.
WALK = ("accept", "reject", "accept", "reset")
REFUSED = "keep_pending"


class Note:
    """A credit note as the other libraries judge it."""

    def __init__(self, state: str = "no_action", *, original: bool = True, reverse_charge: bool = False) -> None:
        """Keep the state and the facts that the guards read."""
        self.state = state
        self.original = original
        self.reverse_charge = reverse_charge


def may_be_pending(note: Note) -> bool:
    """Refuse pending on an original credit note (FAQ 11.A)."""
    return not note.original


def in_ims(note: Note) -> bool:
    """Refuse a document under reverse charge (FAQ 17)."""
    return not note.reverse_charge


GUARDS = {trigger: ((may_be_pending, in_ims) if trigger == REFUSED else (in_ims,)) for trigger in MOVES}


@dataclass(frozen=True, slots=True)
class Rival:
    """A library driving one note: `walk` fires every trigger of `WALK`, `refuse` asks for `REFUSED` and may not get it.

    `state` tells where the note stands; `refuse` is None for a library without guards of its own, and says whether
    the trigger was refused, `reasons` by how many reasons it says so.
    """

    name: str
    says: str
    walk: Callable[[], object]
    state: Callable[[], str]
    refuse: Callable[[], bool] | None
    reasons: int = 0


def rivals() -> Iterator[Rival]:
    """Give the dict table and each library that is installed."""
    yield dict_table()
    for module, make in (
        ("transitions", _transitions),
        ("statemachine", _python_statemachine),
        ("automat", _automat),
        ("django_fsm", _django_fsm),
    ):
        try:
            library = import_module(module) if module != "django_fsm" else _django()
        except ModuleNotFoundError:
            continue
        yield make(library)


def dict_table() -> Rival:
    """Return the floor: a table of (state, trigger) and two guards in plain Python, every reason collected."""
    table = {(state, trigger): (dest, GUARDS[trigger]) for state in LIVE for trigger, dest in MOVES.items()}
    note, refused = Note(original=False), Note(reverse_charge=True)

    def fire(of: Note, trigger: str) -> list[str]:
        found = table.get((of.state, trigger))
        if found is None:
            return ["no_transition"]
        dest, guards = found
        reasons = [guard.__name__ for guard in guards if not guard(of)]
        if not reasons:
            of.state = dest
        return reasons

    def walk() -> None:
        for trigger in WALK:
            fire(note, trigger)

    said = "a dict and two guards written by hand, all reasons"
    return Rival(
        "dict table", said, walk, lambda: note.state, lambda: len(fire(refused, REFUSED)) == len(GUARDS[REFUSED]), 2
    )


def _transitions(library: Any) -> Rival:
    machine = library.Machine(
        model=None,
        states=[*LIVE, "frozen", "removed"],
        initial="no_action",
        transitions=[
            {"trigger": trigger, "source": list(LIVE), "dest": dest, "conditions": list(GUARDS[trigger])}
            for trigger, dest in MOVES.items()
        ],
        auto_transitions=False,
    )
    note, refused = Note(original=False), Note(reverse_charge=True)
    machine.add_model(note, initial="no_action")
    machine.add_model(refused, initial="no_action")
    events: list[Any] = [vars(note)[trigger] for trigger in WALK]
    ask: Any = vars(refused)[REFUSED]

    def walk() -> None:
        for event in events:
            event(note)

    said = "a shared machine with guards; stops at the first that refuses and gives no reason"
    return Rival("transitions", said, walk, lambda: note.state, lambda: not ask(refused))


def _python_statemachine(library: Any) -> Rival:
    states = {name: library.State(initial=name == "no_action") for name in LIVE}
    names: dict[str, Any] = dict(states)
    for trigger, dest in MOVES.items():
        cond = [guard.__name__ for guard in GUARDS[trigger]]
        paths = [
            states[source].to.itself(cond=cond) if source == dest else states[source].to(states[dest], cond=cond)
            for source in LIVE
        ]
        names[trigger] = paths[0] | paths[1] | paths[2] | paths[3]
    names["may_be_pending"] = lambda self: may_be_pending(self.model)
    names["in_ims"] = lambda self: in_ims(self.model)
    kind = type(library.StateMachine)("CreditNote", (library.StateMachine,), names)
    machine, refused = kind(Note(original=False)), kind(Note(reverse_charge=True))
    error = library.exceptions.TransitionNotAllowed if hasattr(library, "exceptions") else Exception
    events = [getattr(machine, trigger) for trigger in WALK]
    ask = getattr(refused, REFUSED)

    def walk() -> None:
        for event in events:
            event()

    said = "its StateMachine with cond; stops at the first that refuses and gives no reason"
    return Rival("python-statemachine", said, walk, lambda: machine.model.state, _raises(ask, error))


def _automat(library: Any) -> Rival:
    del library
    from benchmarks.groups.automat_note import build  # noqa: PLC0415 -- only where it is installed

    note, state = build()
    events = [getattr(note, trigger) for trigger in WALK]

    def walk() -> None:
        for event in events:
            event()

    return Rival("automat", "its TypeMachineBuilder, which has no guards", walk, state, None)


def _django() -> Any:
    settings = import_module("django.conf").settings
    if not settings.configured:
        settings.configure(INSTALLED_APPS=[], USE_TZ=True)
        import_module("django").setup()
    return import_module("django_fsm")


@cache
def _django_model(library: Any) -> Any:
    models = import_module("django.db.models")
    body: dict[str, Any] = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "benchmarks", "managed": False}),
        "state": library.FSMField(default="no_action"),
        "original": True,
        "reverse_charge": False,
    }
    for trigger, dest in MOVES.items():

        def moved(self: Any) -> None: ...

        moved.__name__ = trigger
        wrap = library.transition(body["state"], source=list(LIVE), target=dest, conditions=list(GUARDS[trigger]))
        body[trigger] = wrap(moved)
    return type("CreditNote", (models.Model,), body)


def _django_fsm(library: Any) -> Rival:
    kind = _django_model(library)
    note, refused = kind(), kind()
    note.original, refused.reverse_charge = False, True
    events = [getattr(note, trigger) for trigger in WALK]

    def walk() -> None:
        for event in events:
            event()

    said = "conditions on a model that is not saved; stops at the first that refuses and gives no reason"
    ask = getattr(refused, REFUSED)
    return Rival("django-fsm-2", said, walk, lambda: str(note.state), _raises(ask, library.TransitionNotAllowed))


def _raises(ask: Callable[[], object], error: type[Exception]) -> Callable[[], bool]:
    def refuse() -> bool:
        try:
            ask()
        except error:
            return True
        return False

    return refuse
