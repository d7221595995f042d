"""A machine's picture as plain data: cards, arrows, a frame and numbered notes, derived from an edition of the law.

Imports the law; knows no drawing program and no colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ims_fsm.draw.citation import worded
from ims_fsm.draw.language import ENGLISH, Language
from ims_fsm.draw.notes import Note, notes_of
from ims_fsm.law.decision import always_refused, reached
from ims_fsm.law.declaration import ENTRY, STATE, RuleSetDeclaration, StateDeclaration, TriggerDeclaration
from ims_fsm.law.edition import Edition

# The tail of an arrow that starts in every state of the frame.
ANY = "[any]"
# As many states that share at least two triggers are framed, and what they share is drawn once.
FRAMED = 3


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """One transition of the machine, from one source."""

    source: str
    trigger: str
    dest: str


@dataclass(frozen=True, slots=True)
class Label:
    """A trigger on an arrow or card, with the numbers of the notes that may refuse it there."""

    trigger: str
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a state, from nothing (`ENTRY`) or from every state of the frame (`ANY`), to a state.

    Parallel arrows of one actor are merged: a label for each of their triggers. Without a label it only marks
    the state in which the machine begins. One that is `never` taken is declared, and a guard refuses it always.
    """

    tail: str
    head: str
    actor: str
    labels: tuple[Label, ...]
    never: bool = False

    @property
    def key(self) -> str:
        """What tells the arrow from every other of its picture: its ends and its triggers."""
        tail = {ENTRY: "Entry", ANY: "Any"}.get(self.tail, self.tail)
        return "-".join((tail, self.head, *(label.trigger for label in self.labels)))


@dataclass(frozen=True, slots=True)
class Card:
    """A state as drawn; `keeps` are the triggers that leave a record in it, `notes` say why others lead nowhere.

    `barred` are the triggers that move the other states of the frame and not this one, as the facts usually are. It is
    not `reached` when every way to it is an arrow that is never taken.
    """

    state: StateDeclaration
    keeps: tuple[Label, ...]
    notes: tuple[int, ...]
    reached: bool = True
    barred: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The state's name."""
        return self.state.name


@dataclass(frozen=True, slots=True)
class Key:
    """A trigger in the legend: who does it, what it is, and the rules that carry its transitions."""

    trigger: TriggerDeclaration
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn of one machine under one rule set.

    `states` and `triggers` are all that the machine declares, `hidden` how many of them a part of a picture leaves out.
    """

    machine: str
    title: str
    says: str
    rule_set: RuleSetDeclaration
    initial: str
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    frame: tuple[str, ...]
    keys: tuple[Key, ...]
    notes: tuple[Note, ...]
    states: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    hidden: tuple[int, int] = (0, 0)
    #: In which its titles and sentences are said, and in which what is drawn with them has to be.
    language: Language = field(default=ENGLISH, compare=False)

    def in_language(self, language: Language) -> Picture:
        """Return the picture with its titles and its sentences in a language; what guards say stays as it is."""
        said = language.said
        return replace(
            self,
            title=said(self.title),
            says=said(self.says),
            cards=tuple(
                replace(card, state=replace(card.state, title=said(card.state.title), says=said(card.state.says)))
                for card in self.cards
            ),
            keys=tuple(replace(key, trigger=replace(key.trigger, says=said(key.trigger.says))) for key in self.keys),
            language=language,
        )

    @property
    def left_out(self) -> str:
        """How many states and triggers are left out, in a sentence; nothing for a whole picture."""
        said, (states, triggers) = self.language.said, self.hidden
        counts = [said("1 state") if states == 1 else said("{n} states", n=str(states))] if states else []
        counts += [said("1 trigger") if triggers == 1 else said("{n} triggers", n=str(triggers))] if triggers else []
        what = f" {said('and')} ".join(counts)
        return (
            said("{what} is not shown." if sum(self.hidden) == 1 else "{what} are not shown.", what=what)
            if what
            else ""
        )

    def named(self, trigger: str) -> str:
        """Return a trigger as words."""
        return self.language.said(worded(trigger))

    @property
    def name(self) -> str:
        """The machine and its rule set: what tells this picture from every other."""
        return f"{self.machine}-{self.rule_set.id}"

    @property
    def actors(self) -> tuple[str, ...]:
        """Who moves the machine, in the order of the triggers."""
        return tuple(dict.fromkeys(key.trigger.actor for key in self.keys))

    def card(self, state: str) -> Card:
        """Return the card of a state that the machine has."""
        return next(card for card in self.cards if card.name == state)

    def title_of(self, state: str) -> str:
        """Return the title of a state that the machine has."""
        return self.card(state).state.title

    def sources(self, arrow: Arrow) -> tuple[str, ...]:
        """Return the states that an arrow starts in."""
        return self.frame if arrow.tail == ANY else (arrow.tail,)

    def keys_of(self, arrow: Arrow) -> tuple[Key, ...]:
        """Return the keys of an arrow's triggers."""
        keys = {key.trigger.name: key for key in self.keys}
        return tuple(keys[label.trigger] for label in arrow.labels)

    def apart(self, kind: Callable[[Arrow, Label], object]) -> Picture:
        """Return the picture with those arrows parted whose triggers are not of one kind."""
        parted: dict[tuple[Arrow, object], list[Label]] = {}
        for arrow in self.arrows:
            for label in arrow.labels:
                parted.setdefault((arrow, kind(arrow, label)), []).append(label)
            if not arrow.labels:
                parted[arrow, None] = []
        arrows = (replace(arrow, labels=tuple(labels)) for (arrow, _), labels in parted.items())
        return replace(self, arrows=tuple(arrows))

    def moves(self) -> frozenset[Move]:
        """Return every transition that the picture shows; equal to those of its edition."""
        moved = {
            Move(source, label.trigger, arrow.head)
            for arrow in self.arrows
            for label in arrow.labels
            for source in self.sources(arrow)
        }
        kept = {Move(card.name, label.trigger, card.name) for card in self.cards for label in card.keeps}
        return frozenset(moved | kept)


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of states, arrows and notes; `base` is that of their page, empty for the page they stand in."""

    base: str = ""

    def state(self, picture: Picture, name: str) -> str:
        """Return the address of a state's line."""
        return f"{self.base}#{picture.machine}-state-{name}"

    def arrow(self, picture: Picture, arrow: Arrow) -> str:
        """Return the address of an arrow's line."""
        return f"{self.base}#{picture.name}-{arrow.key}-line"

    def note(self, picture: Picture, number: int) -> str:
        """Return the address of a numbered note."""
        return f"{self.base}#{picture.name}-note-{number}"


def picture_of(edition: Edition) -> Picture:
    """Return the picture of an edition of a machine."""
    declared, notes, moves = edition.machine.declaration, notes_of(edition), moves_of(edition)
    frame = _frame(edition)
    apart, attained = _apart(moves, frame), reached(edition)

    def card(state: StateDeclaration) -> Card:
        kept = sorted(move for move in apart if move.source == move.dest == state.name)
        keeps = tuple(_label(move.trigger, (state.name,), notes) for move in kept)
        shut = tuple(note.number for note in notes if note.shut and state.name in note.states)
        barred = tuple(dict.fromkeys(_barred(edition, state.name, frame)))
        return Card(state, keeps, shut, state.name in attained, barred)

    return Picture(
        machine=edition.name,
        title=declared.title,
        says=declared.says,
        rule_set=edition.rule_set,
        initial=edition.initial,
        cards=tuple(map(card, edition.states.values())),
        arrows=_arrows(edition, moves, frame, notes),
        frame=frame,
        keys=_keys(edition),
        notes=notes,
        states=tuple(state.name for state in declared.state),
        triggers=tuple(trigger.name for trigger in declared.trigger),
    )


def moves_of(edition: Edition) -> tuple[Move, ...]:
    """Return every transition of an edition, one for each source, in order of declaration."""
    return tuple(Move(source, move.trigger, move.dest) for move in edition.transitions for source in move.source)


def _frame(edition: Edition) -> tuple[str, ...]:
    """Return the states that share the most transitions; none where too few states share too little."""
    shared: dict[frozenset[str], int] = {}
    for transition in edition.transitions:
        sources = frozenset(transition.source)
        shared[sources] = shared.get(sources, 0) + 1
    wide = [(len(sources) * uses, sources) for sources, uses in shared.items() if len(sources) >= FRAMED and uses > 1]
    framed = max(wide, key=lambda entry: entry[0], default=(0, frozenset[str]()))[1]
    return tuple(state for state in edition.states if state in framed)


def _apart(moves: tuple[Move, ...], frame: tuple[str, ...]) -> frozenset[Move]:
    """Return the moves that no arrow from the frame stands for."""
    sources: dict[tuple[str, str], set[str]] = {}
    for move in moves:
        sources.setdefault((move.trigger, move.dest), set()).add(move.source)
    shared = {ends for ends, tails in sources.items() if frame and tails.issuperset(frame)}
    return frozenset(move for move in moves if move.source not in frame or (move.trigger, move.dest) not in shared)


def _barred(edition: Edition, state: str, frame: tuple[str, ...]) -> Iterator[str]:
    """Give the triggers that start in every state of the frame and that a guard on this one refuses, facts as usual."""
    usual = dict(zip(edition.schema.names, edition.schema.defaults, strict=True)) | {STATE: state}
    for guard in edition.guards if state in frame else ():
        watched = guard.refuse_when.get(STATE, frame)
        if not {*frame} <= {*watched} and all(usual[fact] in values for fact, values in guard.refuse_when.items()):
            shared = (move.trigger for move in edition.transitions if {*frame} <= {*move.source})
            yield from (trigger for trigger in shared if trigger in guard.triggers)


def _arrows(
    edition: Edition, moves: tuple[Move, ...], frame: tuple[str, ...], notes: tuple[Note, ...]
) -> tuple[Arrow, ...]:
    apart = _apart(moves, frame)
    merged: dict[tuple[str, str, str, bool], dict[str, Label]] = {}
    if not any(move.source == ENTRY for move in moves):
        merged[ENTRY, edition.initial, "", False] = {}
    for move in moves:
        tail, sources = (move.source, (move.source,)) if move in apart else (ANY, frame)
        if tail != move.dest:
            never = all(always_refused(edition, source, move.trigger) for source in sources)
            labels = merged.setdefault((tail, move.dest, edition.triggers[move.trigger].actor, never), {})
            labels[move.trigger] = _label(move.trigger, sources, notes)
    return tuple(
        Arrow(tail, head, actor, tuple(labels.values()), never) for (tail, head, actor, never), labels in merged.items()
    )


def _label(trigger: str, sources: tuple[str, ...], notes: tuple[Note, ...]) -> Label:
    return Label(trigger, tuple(note.number for note in notes if note.applies(trigger, sources)))


def _keys(edition: Edition) -> tuple[Key, ...]:
    rules: dict[str, list[str]] = {trigger: [] for trigger in edition.triggers}
    for transition in edition.transitions:
        rules[transition.trigger] += transition.rules
    return tuple(Key(edition.triggers[name], tuple(dict.fromkeys(cited))) for name, cited in rules.items() if cited)
