"""The law explorer: its script decides as `decide` does, its ledger is ours, and a link brings all of it back."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.draw.picture import picture_of
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import judge
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.ledger import Outcome, Standing, report, settle
from ims_fsm.law.loading import load_own
from ims_fsm.law.refusal import Allowed
from ims_fsm.pages.explorer import explorer_file, law_as_data
from ims_fsm.terms.money import Heads

TEMPLATES = Path(__file__).resolve().parents[2] / "ims_fsm" / "pages" / "templates"
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
SAMPLES = 20
Row = tuple[str, ...]

ASK = """
const { decide, report, settle } = require("./law.js");
const fs = require("fs");
const law = JSON.parse(fs.readFileSync("law.json", "utf8"));
const editions = Object.fromEntries(law.machines.flatMap((m) => m.editions.map((e) => [e.id, e])));
for (const line of fs.readFileSync("asked.jsonl", "utf8").trim().split("\\n")) {
  const [id, state, trigger, names, rows] = JSON.parse(line);
  const answers = rows.map((row) => {
    const facts = Object.fromEntries(names.map((name, at) => [name, row[at]]));
    const answer = decide(editions[id], state, trigger, facts);
    return answer.allowed ? answer.dest : answer.refusals.map((each) => each.guard);
  });
  console.log(JSON.stringify(answers));
}
for (const line of fs.readFileSync("settled.jsonl", "utf8").trim().split("\\n")) {
  let standing = { E: 0, S: 0, unreduced: 0 };
  const steps = [];
  for (const [credit, outcome, reduction] of JSON.parse(line)) {
    const reported = report(standing, credit);
    const settled = settle(reported.after, credit, outcome, reduction);
    standing = settled.after;
    const { E, S, unreduced } = standing;
    steps.push([reported.entry, settled.itc, settled.addBack, settled.reversal, E, S, unreduced]);
  }
  console.log(JSON.stringify(steps));
}
"""


def told_apart(edition: Edition, state: str, trigger: str) -> tuple[list[str], list[Row]]:
    """Return the facts that guards on a trigger read, and for each set of guards that refuses together one row of them.

    Every row of the whole space is refused by the guards of one of these.
    """
    names = sorted(edition.watched(trigger))
    watching = [guard for guard in edition.guards if guard.watches(state, trigger)]
    rows: dict[tuple[int, ...], Row] = {(*range(len(watching)),): ()}
    for name in names:
        further: dict[tuple[int, ...], Row] = {}
        for left, row in rows.items():
            for value in edition.schema.values_of[name]:
                kept = tuple(at for at in left if value in watching[at].refuse_when.get(name, (value,)))
                further.setdefault(kept, (*row, value))
        rows = further
    return names, [*rows.values()]


def situations(chance: random.Random, *, whole: bool) -> Iterator[tuple[Edition, str, str, list[str], list[Row]]]:
    """Give every state and trigger, with a row for each set of guards that refuses together (`whole`) and some."""
    for machine in shipped_law().machines.values():
        for edition in machine.editions.values():
            for state, trigger in product((ENTRY, *edition.states), edition.triggers):
                names, rows = told_apart(edition, state, trigger)
                values = [edition.schema.values_of[name] for name in names]
                drawn = [tuple(map(chance.choice, values)) for _ in range(SAMPLES)]
                yield edition, state, trigger, names, [*(rows if whole else rows[:1]), *drawn]


def expected(edition: Edition, state: str, trigger: str, names: list[str], row: Row) -> Any:
    facts = edition.facts(**dict(zip(names, row, strict=True)))
    decision = judge(edition, state, trigger, facts.row)
    if isinstance(decision, Allowed):
        return decision.dest
    return [each.guard for each in decision.refusals]


def chains() -> Iterator[list[tuple[int, str, int | None]]]:
    """Give chains of two: every pair of outcomes, with amounts below, at and above zero, and reductions."""
    amounts = (-300, -100, 0, 100, 300)
    for v0, v1, d0, d1, reduction in product(amounts, amounts, Outcome, Outcome, (None, 0, 50, 500)):
        yield [(v0, str(d0), None), (v1, str(d1), reduction)]


def played(chain: list[tuple[int, str, int | None]]) -> list[list[int]]:
    standing, steps = Standing(), []
    for credit, outcome, reduction in chain:
        worth = Heads(igst=credit)
        reported = report(standing, worth)
        settled = settle(reported.after, worth, Outcome(outcome), None if reduction is None else Heads(igst=reduction))
        standing = settled.after
        amounts = (reported.entry, settled.itc, settled.add_back, settled.reversal)
        steps.append([each.igst for each in (*amounts, standing.carried, standing.standing, standing.unreduced)])
    return steps


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_the_script_decides_as_the_law_in_every_kind_of_situation_and_settles_as_the_ledger(
    tmp_path: Path, *, whole: bool
) -> None:
    (tmp_path / "law.js").write_text((TEMPLATES / "law.js").read_text("utf-8"), "utf-8")
    (tmp_path / "ask.js").write_text(ASK, "utf-8")
    (tmp_path / "law.json").write_text(json.dumps(law_as_data(shipped_law())), "utf-8")
    asked = [*situations(random.Random(1), whole=whole)]  # noqa: S311 -- the same each time
    lines = [json.dumps([picture_of(edition).name, *rest]) for edition, *rest in asked]
    (tmp_path / "asked.jsonl").write_text("\n".join(lines), "utf-8")
    settled = [*chains()]
    (tmp_path / "settled.jsonl").write_text("\n".join(map(json.dumps, settled)), "utf-8")
    done = subprocess.run(["node", "ask.js"], cwd=tmp_path, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(asked) + len(settled)
    for (edition, state, trigger, names, rows), answered in zip(asked, answers[: len(asked)], strict=True):
        assert answered == [expected(edition, state, trigger, names, row) for row in rows], (
            str(edition),
            state,
            trigger,
        )
    assert answers[len(asked) :] == [played(chain) for chain in settled]


def test_the_data_has_every_guard_of_every_edition_and_the_words_of_every_rule_that_it_cites() -> None:
    law = shipped_law()
    data = law_as_data(law)
    for machine, listed in zip(law.machines.values(), data["machines"], strict=True):
        for edition, told in zip(machine.editions.values(), listed["editions"], strict=True):
            assert [guard["when"] for guard in told["guards"]] == [
                {fact: [*values] for fact, values in guard.refuse_when.items()} for guard in edition.guards
            ]
            assert {fact["name"] for fact in told["facts"]} == {
                fact for trigger in edition.triggers for fact in edition.watched(trigger)
            }
            for part in (*told["guards"], *told["none"]):
                assert part["says"]
                assert part["remedy"]
            cited = {rule for guard in told["guards"] for rule in guard["rules"]}
            assert cited <= data["rules"].keys()
    assert data["rules"]["faq.11.a"]["quote"] == law.rules["faq.11.a"].quote


def test_no_word_of_a_law_ends_its_script_or_keeps_it_open(tmp_path: Path) -> None:
    text = (EXAMPLES / "purchase_approval.toml").read_text("utf-8")
    title = re.findall(r'^title = "([^"]*)"', text, re.MULTILINE)[-1]
    (tmp_path / "purchase_approval.toml").write_text(text.replace(title, f"{title} <!--<script></script>"), "utf-8")
    law = load_own(tmp_path / "purchase_approval.toml")
    page = explorer_file(law)
    assert "<!--<script" not in page
    data = page.partition('type="application/json"')[2].partition(">")[2].partition("</script>")[0]
    assert json.loads(data) == law_as_data(law)
    assert "<!--<script></script>" in json.dumps(law_as_data(law))


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    file.write_text(explorer_file(shipped_law()), "utf-8")
    return file.as_uri()


@pytest.mark.browser
def test_a_reader_chooses_a_situation_and_sends_it(chromium: Any, explorer: str) -> None:
    page = chromium.new_context().new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(explorer)
    assert page.input_value("#machine") == "credit_note"
    page.select_option("#edition", "IMS-2024-10")
    refused = page.locator("article[data-trigger=keep_pending]")
    assert refused.get_attribute("class") == "not"
    assert "accept it or reject it" in refused.inner_text()
    refused.locator("summary").first.click()
    assert refused.locator("blockquote").first.is_visible()
    page.check("[id='state=frozen']")
    assert page.locator("article.may").count() == 0
    assert page.locator("figure:not([hidden]) .node.here").get_attribute("id") == "credit_note-IMS-2024-10-frozen"
    assert page.evaluate("document.activeElement.id") == "state=frozen"
    page.check("[id='state=no_action']")
    page.fill("#v0", "-1,00,000")
    page.select_option("#d0", "rejected")
    assert "1,00,000.00" in page.locator("#steps tr").nth(1).inner_text()
    page.fill("#v1", "nothing")
    assert "is not an amount" in page.inner_text("#money-problem")
    page.fill("#v1", "-50000.50")
    sent, told, steps = page.evaluate("location.href"), page.inner_text("#answers"), page.inner_text("#steps")
    other = chromium.new_context().new_page()
    other.goto(sent)
    assert (other.inner_text("#answers"), other.inner_text("#steps")) == (told, steps)
    other.goto(f"{explorer}#machine=nothing&rules=none&state=gone&fact.kind=x&d0=none")
    assert other.input_value("#machine") == "credit_note"
    page.click("button[type=reset]")
    assert page.input_value("#edition") == "IMS-2025-10"
    assert faults == []
