"""What one rule, or one guard, does to a machine: that stands out on its picture, and the rest is faint.

What it refuses, may refuse or is cited for says so. Imports the law, the picture
and the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from ims_fsm.draw import description
from ims_fsm.draw.citation import bracketed, cite, worded
from ims_fsm.draw.legend import Block, triggers
from ims_fsm.draw.notes import reason_of
from ims_fsm.draw.picture import Arrow, Card, Label, Links, Move, Picture, moves_of, picture_of
from ims_fsm.draw.sheet import ArrowLook, CardLook, LabelLook, Sheet, Wording
from ims_fsm.draw.theme import LIGHT, Paint, Theme
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.declaration import STATE, GuardDeclaration, RuleDeclaration, StateDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.register import Law
from ims_fsm.terms.spelling import hinted

REFUSES, MAY_REFUSE, CITED = "refused", "may be refused", "cited"
# On a slide no more is said of a rule than this.
MOST = 5


@dataclass(frozen=True, slots=True)
class Emphasis:
    """A rule or a guard of an edition: its name, what it says, and the guards, moves and states it concerns."""

    name: str
    title: str
    says: str
    guards: tuple[GuardDeclaration, ...]
    moves: frozenset[Move]
    states: tuple[StateDeclaration, ...]

    def refuses(self, source: str, trigger: str) -> bool:
        """Say whether it may refuse a trigger in a state."""
        return any(guard.watches(source, trigger) for guard in self.guards)

    def within(self, picture: Picture) -> Emphasis:
        """Return what of it concerns the states and triggers of a picture."""
        cards = {card.name for card in picture.cards}
        moving = {key.trigger.name for key in picture.keys}.union(*(card.barred for card in picture.cards))
        watching = (
            (guard, tuple(trigger for trigger in guard.triggers if trigger in moving))
            for guard in self.guards
            if not cards.isdisjoint(guard.refuse_when.get(STATE, cards))
        )
        return replace(
            self,
            guards=tuple(replace(guard, triggers=triggers) for guard, triggers in watching if triggers),
            moves=self.moves & picture.moves(),
            states=tuple(state for state in self.states if state.name in cards),
        )


@dataclass(frozen=True)
class EmphasisSheet(Sheet):
    """The picture of a machine on which what an `Emphasis` concerns stands out."""

    emphasis: Emphasis = field(kw_only=True)

    @property
    def name(self) -> str:
        """The machine, its rule set and the rule."""
        return f"{self.picture.name}-{self.emphasis.name}"

    @cached_property
    def wording(self) -> Wording:
        """The rule and the machine; the rule's own sentence below, and what it does, all in sentences."""
        picture, emphasis = self.picture, self.emphasis
        heading = f"{picture.title}: what {emphasis.title} does"
        subheading = description.span(picture.rule_set)
        effects = [*self._effects()]
        more = [f"… and {len(effects) - MOST} more."] if len(effects) > MOST and not self.full else []
        below = [emphasis.says, *(effects if self.full else effects[:MOST]), *more, picture.left_out]
        said = " ".join(filter(None, [emphasis.says, *effects, picture.left_out]))
        return Wording(
            heading=heading,
            subheading=subheading,
            caption=f"{heading}, {subheading}",
            title=heading,
            said=said,
            below=tuple(filter(None, below)),
        )

    def showing(self, picture: Picture) -> Self:
        """Return the sheet with a part of its picture; of the rule it says what concerns that."""
        return replace(self, picture=picture, emphasis=self.emphasis.within(picture))

    @property
    def stands_out(self) -> bool:
        """Whether anything of the rule is seen on the picture."""
        looks = (self.card_look(card) for card in self.picture.cards)
        return any(look.halo for look in looks) or any(map(self._strong, self.picture.arrows))

    def _effects(self) -> Iterator[str]:
        """Give what it does, in sentences."""
        for guard in self.emphasis.guards:
            named = ", ".join(map(worded, guard.triggers))
            states = [self.picture.title_of(state) for state in guard.refuse_when.get(STATE, ()) if self._has(state)]
            where = f" in {', '.join(states)}" if states else ""
            reason = reason_of(guard)
            yield f"It may refuse {named}{where}: {reason.says}{bracketed(reason.rule, *reason.see)}."
        carried = dict.fromkeys(key.trigger for key in self.picture.keys for move in self._cited_for(key.trigger.name))
        if carried:
            yield f"It is cited for {', '.join(worded(trigger.name) for trigger in carried)}."
        yield from (f"It says what {state.title} is: {state.says}" for state in self.emphasis.states)

    def _cited_for(self, trigger: str) -> list[Move]:
        return [move for move in self.emphasis.moves if move.trigger == trigger]

    def _has(self, state: str) -> bool:
        return any(card.name == state for card in self.picture.cards)

    def refuses(self, arrow: Arrow, trigger: str) -> bool:
        """Say whether it may refuse an arrow's trigger."""
        return any(self.emphasis.refuses(source, trigger) for source in self.picture.sources(arrow))

    def concerns(self, arrow: Arrow, trigger: str) -> bool:
        """Say whether it refuses an arrow's trigger or is cited for it."""
        moves = {Move(source, trigger, arrow.head) for source in self.picture.sources(arrow)}
        return self.refuses(arrow, trigger) or not moves.isdisjoint(self.emphasis.moves)

    def _strong(self, arrow: Arrow) -> bool:
        return any(self.concerns(arrow, label.trigger) for label in arrow.labels)

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks: itself where the rule is about it or a strong arrow ends, else pale."""
        plain = super().card_look(card)
        barred = self._barred(card)
        if barred or card.state in self.emphasis.states or self._keeping(card):
            return replace(plain, badge=REFUSES if barred else CITED, halo=True)
        # What starts in every state of the frame starts at its bar.
        if any(card.name in {arrow.head, arrow.tail} for arrow in self.picture.arrows if self._strong(arrow)):
            return plain
        never = self.palette.never.line
        return CardLook(Paint(self.palette.paper, never), never, dashed=plain.dashed)

    def _barred(self, card: Card) -> tuple[str, ...]:
        """Return the triggers that it keeps from ever starting in a state."""
        starts = {label.trigger for arrow in self.picture.arrows for label in arrow.labels if self._from(arrow, card)}
        starts = (starts | {label.trigger for label in card.keeps}) - {*card.barred}
        watching = [guard for guard in self.emphasis.guards if card.name in guard.refuse_when.get(STATE, ())]
        return tuple(trigger for guard in watching for trigger in guard.triggers if trigger not in starts)

    def _from(self, arrow: Arrow, card: Card) -> bool:
        return card.name in self.picture.sources(arrow)

    def _keeping(self, card: Card) -> tuple[Label, ...]:
        """Return the triggers that keep a state, which it refuses or is cited for."""
        kept = ((label, Move(card.name, label.trigger, card.name)) for label in card.keeps)
        emphasis = self.emphasis
        return tuple(
            label for label, move in kept if move in emphasis.moves or emphasis.refuses(card.name, label.trigger)
        )

    def arrow_look(self, arrow: Arrow) -> ArrowLook:
        """Return how an arrow looks: heavy where the rule concerns it, else faint."""
        if not self._strong(arrow):
            return ArrowLook(self.palette.faint.line, pen=0.8, barred=arrow.never)
        return replace(super().arrow_look(arrow), pen=2.2)

    def label_look(self, arrow: Arrow, label: Label) -> LabelLook:
        """Return how a trigger looks: with what the rule does to it, else faint."""
        if not self.concerns(arrow, label.trigger):
            return LabelLook(self.palette.never.line, description.CROSS if arrow.never else "")
        refused = (REFUSES if arrow.never else MAY_REFUSE) if self.refuses(arrow, label.trigger) else CITED
        return replace(super().label_look(arrow, label), aside="", badges=(refused,), bold=True)

    def card_notes(self, _card: Card) -> str:
        """Return nothing: the rule is the one note of this picture."""
        return ""

    def kept(self, _card: Card, _label: Label) -> str:
        """Return nothing, as above."""
        return ""

    def legend(self) -> Iterator[Block]:
        """Give what moves the machine and is not faint; what the rule does stands under the picture."""
        if self.full and (keys := [key for key in self.picture.keys if self._names(key.trigger.name)]):
            yield triggers(replace(self.picture, keys=tuple(keys)))

    def _names(self, trigger: str) -> bool:
        return any(trigger in guard.triggers for guard in self.emphasis.guards) or bool(self._cited_for(trigger))


def emphasis_of(law: Law, edition: Edition, name: str) -> Emphasis | None:
    """Return what a rule (with those below it) or a guard does to an edition; nothing where it does nothing.

    Raises `InputError` for a name that is neither, with the nearest one.
    """
    declared = {guard.name for machine in law.machines.values() for guard in machine.guards}
    if name in declared:
        guards = tuple(guard for guard in edition.guards if guard.name == name)
        sentences = (f"{reason_of(guard).says}{bracketed(guard.rule, *guard.see)}." for guard in guards)
        return Emphasis(name, worded(name), next(sentences), guards, frozenset(), ()) if guards else None
    if name not in law.rules:
        words = [*law.rules, *(guard.name for guard in edition.guards)]
        remedy = f"name a rule as ims-fsm rules shows it, or a guard of {edition.name}"
        raise InputError("drawing", [Problem(name, "is no rule and no guard", hinted(name, words, remedy))])
    guards = tuple(guard for guard in edition.guards if _at(name, guard.rule, *guard.see))
    carried = {(move.trigger, move.dest) for move in edition.transitions if _at(name, *move.rules)}
    moves = frozenset(move for move in moves_of(edition) if (move.trigger, move.dest) in carried)
    states = tuple(state for state in edition.states.values() if _at(name, *state.rules))
    says = _said(law.rules[name])
    return Emphasis(name, cite(name, exact=True), says, guards, moves, states) if guards or moves or states else None


def emphasis_sheet(
    edition: Edition, emphasis: Emphasis, theme: Theme = LIGHT, links: Links | None = None
) -> EmphasisSheet:
    """Return the picture of an edition on which a rule stands out."""
    sheet = EmphasisSheet(picture_of(edition), theme, links, emphasis=emphasis)
    parted: Picture = sheet.picture.apart(lambda arrow, label: sheet.concerns(arrow, label.trigger))
    return replace(sheet, picture=parted)


def _at(name: str, *rules: str) -> bool:
    return any(rule == name or rule.startswith(f"{name}.") for rule in rules)


def _said(rule: RuleDeclaration) -> str:
    return f"{rule.title.rstrip('.')}{bracketed(rule.id)}."
