"""The pages about the law itself: the changes, the calendar, Annexure-A, the codes, the facts, the other texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ims_fsm.pages.collection import Page
from ims_fsm.pages.material import Material

MINUS = "\N{MINUS SIGN}"
Pages = Callable[[str], Page]


def text_of(look: Any, page: Page) -> str:
    return "\n".join(look.texts(page.text))


def test_every_table_of_the_calendar_has_a_sentence_and_stands_on_its_page(
    look: Any, material: Material, page: Pages, parts: Callable[[str], Any]
) -> None:
    says = {place: look.words(parts("days").says(place)).strip() for place in material.book.calendar.citations}
    assert all(says.values())
    text = text_of(look, page("calendar"))
    windows = {place for place in says if place.startswith("window.")}
    assert [place for place in says if place not in windows and says[place] not in text] == []
    assert len(look.rows(look.section(page("calendar"), "calendar-windows"))) == len(windows)


def test_the_months_are_those_of_the_calendar(look: Any, page: Pages) -> None:
    rows = [" | ".join(row) for row in look.rows(look.section(page("calendar"), "calendar-from-2025-10"))]
    assert rows[0] == (
        "October 2025 | 12 October 2025 to 11 November 2025 | 14 November 2025 | 20 November 2025 | 20 December 2025"
    )
    assert (
        rows[12]
        == "December 2025 | 14 January 2026 | 22 January 2026 | 24 January 2026 | 22 April 2026 | 24 April 2026"
    )
    assert len(rows) == 12 + 4
    first = look.rows(look.section(page("calendar"), "calendar-from-2024-10"))
    assert {len(row) for row in first} == {4}


def test_every_state_is_in_its_group(look: Any, material: Material, page: Pages) -> None:
    text = text_of(look, page("calendar"))
    for code, name in material.book.calendar.states.items():
        assert f"{name} ({code})" in text


def test_every_row_of_annexure_a_stands_once_with_its_provenance(look: Any, material: Material, page: Pages) -> None:
    anchors = page("annexure-a").anchors
    text = text_of(look, page("annexure-a"))
    for row in material.annexure.row:
        assert anchors.count(f"annexure-a-row-{row.name}") == 1
        assert row.note in text
    raised = "Rejected The supplier's liability rises by the full amount."
    assert f"5 | Reported first | There is none | {raised} | 0 | {MINUS}V0 | V0 | no" in text
    assert f"13 | 100.00 | 80.00 | 0.00 | 0.00 | {MINUS}20.00 | 20.00" in text


def test_every_code_that_a_guard_gives_is_listed_with_every_rule_that_gives_it(
    look: Any, material: Material, page: Pages
) -> None:
    for machine in material.law.machines.values():
        for edition in machine.editions.values():
            for guard in edition.guards:
                section = look.section(page("refusals"), f"code-{guard.code}")
                assert f"](#{guard.rule.replace('.', '-')})" in section
    assert '<a id="code-no_transition"></a>No transition' in page("refusals").text


def test_every_fact_is_told_with_every_value_and_who_reads_it(look: Any, material: Material, page: Pages) -> None:
    for fact in material.law.facts.values():
        (row,) = [row for row in page("facts").text.splitlines() if f'<a id="fact-{fact.name}"></a>' in row]
        _, values, readers = row.strip("|").split(" | ")
        assert [value.partition(":")[0] for value in look.words(values.replace("<br>", "\n")).splitlines()] == [
            *fact.values
        ]
        assert readers.strip()


def test_every_rule_of_a_later_rule_set_is_on_its_page_and_every_other_text_beside_the_faq(
    material: Material, page: Pages
) -> None:
    for rule in material.law.rules.values():
        anchor = rule.id.replace(".", "-")
        if rule.since:
            assert anchor in page("IMS-2025-10").anchors
        elif not rule.id.startswith("faq.") and rule.id != "annexure.a":
            assert anchor in page("sources").anchors


def test_a_change_of_law_is_told_machine_by_machine_with_its_picture(
    look: Any, material: Material, page: Pages
) -> None:
    changes = page("IMS-2025-10")
    texts = look.texts(look.section(changes, "IMS-2025-10-credit_note"))
    assert "new transition lapse from pending to no action Advisory 2025-10 (deadline)" in texts
    assert "gone refusal pending_not_allowed: no pending on an original credit note (keep pending)" in texts
    assert look.texts(look.section(changes, "IMS-2025-10-gstr2b")) == [
        "The machine: GSTR-2B of a tax period. Nothing changes."
    ]
    assert "credit_note.IMS-2024-10-to-IMS-2025-10" in changes.pictures
    assert {f"IMS-2025-10-{name}" for name in material.machines} <= {*changes.anchors}


def test_what_is_not_law_stands_with_each_statement_against_it_its_source_and_its_certainty(
    look: Any, material: Material, page: Pages
) -> None:
    assert len(material.law.claims) >= 4
    for claim in material.law.claims.values():
        section = look.section(page("not-law"), f"claim-{claim.name}")
        texts = look.texts(section)
        assert texts[0] == "It is not law."
        for counter in claim.against:
            (line,) = [text for text in texts if text.startswith(counter.says.strip())]
            source = material.law.sources[counter.source]
            assert source.title in line
            assert line.endswith(f"; {counter.certainty}.")
            assert source.address in section
        for rule in claim.instead:
            assert f"](#{rule.replace('.', '-')})" in section
