"""The pages about the law itself: the changes, the calendar, Annexure-A, the codes, the facts, the other texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ims_fsm.pages.blocks import Page, Table, anchors_of, blocks_of, sections_of
from ims_fsm.pages.days import sentences
from ims_fsm.pages.editions import edition_pages
from ims_fsm.pages.material import Material

MINUS = "\N{MINUS SIGN}"
Pages = Callable[[str], Page]


def tables(look: Any, page: Page, anchor: str) -> list[Table]:
    return [block for block in look.section(page, anchor).blocks if isinstance(block, Table)]


def test_every_table_of_the_calendar_has_a_sentence_and_stands_on_its_page(
    look: Any, material: Material, page: Pages
) -> None:
    told = sentences(material.book.calendar)
    assert set(told) == set(material.book.calendar.citations)
    text = look.text_of(page("calendar"))
    windows = {place for place in told if place.startswith("window.")}
    assert [place for place in told if place not in windows and told[place] not in text] == []
    assert len(tables(look, page("calendar"), "calendar-windows")[0].rows) == len(windows)


def test_the_months_are_those_of_the_calendar(look: Any, page: Pages) -> None:
    monthly, quarterly = tables(look, page("calendar"), "calendar-from-2025-10")
    rows = [" | ".join(look.words(cell) for cell in row) for row in (*monthly.rows, *quarterly.rows)]
    assert rows[0] == (
        "October 2025 | 12 October 2025 to 11 November 2025 | 14 November 2025 | 20 November 2025 | 20 December 2025"
    )
    assert (
        rows[12]
        == "December 2025 | 14 January 2026 | 22 January 2026 | 24 January 2026 | 22 April 2026 | 24 April 2026"
    )
    assert len(monthly.rows) == 12
    assert [len(table.head) for table in tables(look, page("calendar"), "calendar-from-2024-10")] == [4, 4]


def test_every_state_is_in_its_group(look: Any, material: Material, page: Pages) -> None:
    text = look.text_of(page("calendar"))
    for code, name in material.book.calendar.states.items():
        assert f"{name} ({code})" in text


def test_every_row_of_annexure_a_stands_once_with_its_provenance(look: Any, material: Material, page: Pages) -> None:
    anchors = list(anchors_of(page("annexure-a")))
    text = look.text_of(page("annexure-a"))
    for row in material.annexure.row:
        assert anchors.count(f"annexure-a-row-{row.name}") == 1
        assert row.note in text
    raised = "Rejected The supplier's liability rises by the full amount."
    assert f"5 | Reported first | There is none | {raised} | 0 | {MINUS}V0 | V0 | no" in text
    assert f"13 | 100.00 | 80.00 | 0.00 | 0.00 | {MINUS}20.00 | 20.00" in text


def test_every_code_that_a_guard_gives_is_listed_with_every_rule_that_gives_it(
    look: Any, material: Material, page: Pages
) -> None:
    refusals = page("refusals")
    for machine in material.law.machines.values():
        for edition in machine.editions.values():
            for guard in edition.guards:
                found = look.section(refusals, f"code-{guard.code}")
                assert any(
                    guard.rule.replace(".", "-") == link.to
                    for block in found.blocks
                    for row in block.rows
                    for cell in row
                    for link in cell
                    if hasattr(link, "to")
                )
    assert look.section(refusals, "code-no_transition").title == "No transition"


def test_every_fact_is_told_with_every_value_and_who_reads_it(look: Any, material: Material, page: Pages) -> None:
    for fact in material.law.facts.values():
        rows = [text for block in look.section(page("facts"), f"fact-{fact.name}").blocks for text in look.texts(block)]
        for value in fact.values:
            assert any(row.startswith(value) for row in rows)
        assert rows[-1].startswith("Read by: ")
        assert rows[-1] != "Read by: ."


def test_every_rule_of_a_later_rule_set_is_on_its_page_and_every_other_text_beside_the_faq(
    material: Material, page: Pages
) -> None:
    (changes,) = edition_pages(material)
    on_page = {found.anchor for found in sections_of(changes)}
    beside = {found.anchor for found in sections_of(page("sources"))}
    for rule in material.law.rules.values():
        anchor = rule.id.replace(".", "-")
        if rule.since:
            assert anchor in on_page
        elif not rule.id.startswith("faq.") and rule.id != "annexure.a":
            assert anchor in beside


def test_a_change_of_law_is_told_machine_by_machine_with_its_picture(look: Any, page: Pages) -> None:
    changes = page("IMS-2025-10")
    told = [text for block in look.section(changes, "IMS-2025-10-credit_note").blocks for text in look.texts(block)]
    assert "new transition lapse from pending to no action Advisory 2025-10 (deadline)" in told
    assert any(text.startswith("gone refusal of keep pending, pending_not_allowed") for text in told)
    assert [text for block in look.section(changes, "IMS-2025-10-gstr2b").blocks for text in look.texts(block)] == [
        "Nothing changes."
    ]
    assert "credit_note.IMS-2024-10-to-IMS-2025-10" in {
        block.stem for block in blocks_of(changes) if hasattr(block, "stem")
    }
