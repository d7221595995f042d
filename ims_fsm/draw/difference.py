"""One machine beside another under the same rule set: what only it has, what only the other has, what is otherwise.

Built upon the comparison of two editions, with words of its own. Imports the comparison; decides no difference itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ims_fsm.draw.comparison import ComparisonSheet, Mark, parted, whole_picture
from ims_fsm.draw.description import span
from ims_fsm.draw.picture import Links
from ims_fsm.draw.sheet import Wording
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.law.comparison import Change, compare
from ims_fsm.law.edition import Edition, Machine


@dataclass(frozen=True)
class DifferenceSheet(ComparisonSheet):
    """The picture of everything that a machine or the other has; `other` is the title of the other."""

    other: str = field(kw_only=True)

    @property
    def name(self) -> str:
        """Both machines and the rule set."""
        return f"{self.picture.machine}-beside-{self.comparison.before.id}-{self.other}".replace(" ", "-")

    @property
    def marks(self) -> Mapping[Change, Mark]:
        """How each difference is shown."""
        return {
            Change.ADDED: Mark("+", f"What {self.other} does not have", "green", "only here"),
            Change.CHANGED: Mark("~", "What is otherwise", "amber", "otherwise"),
            Change.GONE: Mark("\N{MINUS SIGN}", f"What only {self.other} has", "red", "not here"),
        }

    @cached_property
    def wording(self) -> Wording:
        """Both machines, what signs and colours say, and every difference."""
        picture, holds = self.picture, span(self.comparison.after)
        heading = f"{picture.title} beside {self.other}"
        key = "+ green: only here, \N{MINUS SIGN} red: not here, ~ amber: otherwise, grey: alike"
        said = " ".join([f"{heading}, under {holds}.", *self.sentences()]).replace("..", ".")
        below = (picture.left_out,) if picture.left_out else ()
        return Wording(heading, f"{picture.says}  ·  {holds}\n{key}", f"{heading}, {holds}", heading, said, below)


def difference_sheet(
    edition: Edition, other: Machine, theme: Theme = LIGHT, links: Links | None = None
) -> DifferenceSheet:
    """Return the picture of a machine beside another, under one rule set, or the other's newest if it lacks that."""
    before = other.editions.get(edition.rule_set.id, other.edition)
    comparison = compare(before, edition)
    return parted(DifferenceSheet(whole_picture(comparison), theme, links, comparison=comparison, other=other.title))
