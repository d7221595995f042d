"""A picture in sentences: for screen readers, for the alternative text of an image, for whoever cannot see it.

Imports the picture and how names read.
"""

from __future__ import annotations

from ims_fsm.draw.citation import worded
from ims_fsm.draw.picture import ANY, Arrow, Card, Label, Picture
from ims_fsm.law.declaration import ENTRY, RuleSetDeclaration

# Marks a trigger that is declared and always refused.
CROSS = "\N{MULTIPLICATION SIGN}"


def title(picture: Picture) -> str:
    """Return the title of a picture: the machine and its rule set."""
    return f"{picture.title}: lifecycle under {picture.rule_set.id}"


def described(picture: Picture) -> str:
    """Return the whole picture in sentences: where it begins, every arrow, where it ends."""
    sentences = [f"{picture.title}: {picture.says}, under {span(picture.rule_set)}."]
    if picture.frame:
        sentences.append(f"Open states: {_titles(picture, picture.frame)}.")
    sentences += [arrow_said(picture, arrow) for arrow in picture.arrows]
    sentences += [_kept(card) for card in picture.cards if card.keeps]
    if unreached := tuple(card.name for card in picture.cards if not card.reached):
        sentences.append(f"Never reached: {_titles(picture, unreached)}.")
    if final := tuple(card.name for card in picture.cards if card.state.terminal):
        sentences.append(f"Nothing leads out of: {_titles(picture, final)}.")
    return " ".join(sentences)


def span(rule_set: RuleSetDeclaration) -> str:
    """Return the rule set with the periods that it governs."""
    if rule_set.since is None:
        return rule_set.id
    return f"{rule_set.id}, {rule_set.counts} from {rule_set.since}" + (
        f" to {rule_set.until}" if rule_set.until else ""
    )


def arrow_said(picture: Picture, arrow: Arrow) -> str:
    """Return an arrow in one sentence."""
    head = picture.title_of(arrow.head)
    if not arrow.labels:
        return f"It begins in {head}."
    deed = f"the {arrow.actor}'s {spoken(arrow.labels)}"
    if arrow.tail == ENTRY:
        return f"It comes into being with {deed}, in {head}."
    leads = "is always refused" if arrow.never else f"leads to {head}"
    tail = "any open state" if arrow.tail == ANY else picture.title_of(arrow.tail)
    return f"From {tail}, {deed} {leads}."


def spoken(labels: tuple[Label, ...]) -> str:
    """Return the triggers of some labels as words."""
    return " or ".join(worded(label.trigger) for label in labels)


def _kept(card: Card) -> str:
    return f"In {card.state.title}, {spoken(card.keeps)} changes nothing."


def _titles(picture: Picture, states: tuple[str, ...]) -> str:
    return ", ".join(map(picture.title_of, states))
