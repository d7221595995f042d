"""A picture in sentences: for screen readers, for the alternative text of an image, for whoever cannot see it.

Imports the picture and how names read.
"""

from __future__ import annotations

from ims_fsm.draw.language import ENGLISH, Language
from ims_fsm.draw.picture import ANY, Arrow, Card, Label, Picture
from ims_fsm.law.declaration import ENTRY, RuleSetDeclaration

# Marks a trigger that is declared and always refused.
CROSS = "\N{MULTIPLICATION SIGN}"


def title(picture: Picture) -> str:
    """Return the title of a picture: the machine and its rule set."""
    said = picture.language.said
    return said("{title}: lifecycle under {rule_set}", title=picture.title, rule_set=picture.rule_set.id)


def described(picture: Picture) -> str:
    """Return the whole picture in sentences: where it begins, every arrow, where it ends."""
    said, held = picture.language.said, span(picture.rule_set, picture.language)
    sentences = [said("{title}: {says}, under {span}.", title=picture.title, says=picture.says, span=held)]
    if picture.frame:
        sentences.append(said("Open states: {states}.", states=_titles(picture, picture.frame)))
    sentences += [arrow_said(picture, arrow) for arrow in picture.arrows]
    sentences += [_kept(picture, card) for card in picture.cards if card.keeps]
    if unreached := tuple(card.name for card in picture.cards if not card.reached):
        sentences.append(said("Never reached: {states}.", states=_titles(picture, unreached)))
    if final := tuple(card.name for card in picture.cards if card.state.terminal):
        sentences.append(said("Nothing leads out of: {states}.", states=_titles(picture, final)))
    return " ".join([*sentences, picture.left_out]).strip()


def span(rule_set: RuleSetDeclaration, language: Language = ENGLISH) -> str:
    """Return the rule set with the periods that it governs."""
    if rule_set.since is None:
        return rule_set.id
    fields = {"rule_set": rule_set.id, "counts": language.said(rule_set.counts), "since": str(rule_set.since)}
    if rule_set.until is None:
        return language.said("{rule_set}, {counts} from {since}", **fields)
    return language.said("{rule_set}, {counts} from {since} to {until}", **fields, until=str(rule_set.until))


def arrow_said(picture: Picture, arrow: Arrow) -> str:
    """Return an arrow in one sentence."""
    head = picture.title_of(arrow.head)
    said = picture.language.said
    if not arrow.labels:
        return said("It begins in {head}.", head=head)
    deed = {"actor": said(arrow.actor), "triggers": spoken(picture, arrow.labels)}
    if arrow.tail == ENTRY:
        return said("It comes into being with the {actor}'s {triggers}, in {head}.", **deed, head=head)
    tail = said("any open state") if arrow.tail == ANY else picture.title_of(arrow.tail)
    if arrow.never:
        return said("From {tail}, the {actor}'s {triggers} is always refused.", **deed, tail=tail)
    return said("From {tail}, the {actor}'s {triggers} leads to {head}.", **deed, tail=tail, head=head)


def spoken(picture: Picture, labels: tuple[Label, ...]) -> str:
    """Return the triggers of some labels as words."""
    return f" {picture.language.said('or')} ".join(picture.named(label.trigger) for label in labels)


def _kept(picture: Picture, card: Card) -> str:
    triggers = spoken(picture, card.keeps)
    return picture.language.said("In {state}, {triggers} changes nothing.", state=card.state.title, triggers=triggers)


def _titles(picture: Picture, states: tuple[str, ...]) -> str:
    return ", ".join(map(picture.title_of, states))
