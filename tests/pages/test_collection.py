"""All pages together: every rule and story has its place, every link leads somewhere, and a fault says where it is."""

from __future__ import annotations

from ims_fsm.pages.collection import Page, _problems, collection
from ims_fsm.pages.links import rule_anchor, story_anchor
from ims_fsm.pages.material import Material


def test_every_rule_machine_and_story_has_exactly_one_place(material: Material, pages: tuple[Page, ...]) -> None:
    anchors = [anchor for page in pages for anchor in page.anchors]
    expected = [rule_anchor(rule) for rule in material.law.rules]
    expected += [*material.law.machines, *(story_anchor(story) for story in material.stories)]
    assert [anchor for anchor in expected if anchors.count(anchor) != 1] == []


def test_a_link_to_nowhere_and_an_anchor_that_stands_twice_are_problems() -> None:
    faulty = Page("one", "One", "", '[there](#nowhere)\n\n## <a id="one"></a>Again')
    assert [str(problem) for problem in _problems((faulty,))] == [
        "one: stands 2 times; give each its own name",
        "one: nowhere: is linked and is nowhere; declare it, or mend what names it",
    ]


def test_without_stories_the_pages_stand_all_the_same(material: Material) -> None:
    bare = Material(material.book, material.annexure, ())
    assert {page.group for page in collection(bare)} == {"", "The FAQ", "Lifecycles", "The law"}
