"""The register of citations: machines/rules.toml is whole, and says why where it models nothing."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from operator import attrgetter

from ims_fsm.law.declaration import RuleDeclaration, RuleSetDeclaration, SourceDeclaration
from ims_fsm.law.reading import validated
from ims_fsm.resources import machines_folder

TEXT = (machines_folder() / "rules.toml").read_text(encoding="utf-8")
REGISTER = tomllib.loads(TEXT)
SOURCES = [validated(SourceDeclaration, entry) for entry in REGISTER["source"]]
RULE_SETS = [validated(RuleSetDeclaration, entry) for entry in REGISTER["rule_set"]]
RULES = [validated(RuleDeclaration, entry) for entry in REGISTER["rule"]]
BY_ID = {rule.id: rule for rule in RULES}
QUESTIONS = [f"faq.{number}" for number in range(1, 35)]
FINER = (
    "faq.4.i faq.4.ii faq.8.1 faq.8.2 faq.8.3 faq.8.4 faq.8.5 faq.10.i faq.10.ii faq.10.iii faq.11.a faq.11.b faq.11.c "
    "faq.11.d faq.13.1 faq.13.2 faq.14.i faq.14.ii faq.14.iii faq.14.iv faq.16.1 faq.16.2 faq.19.1 faq.19.2"
)
BEYOND = (
    "annexure.a additional.1 advisory.2025-10 advisory.2025-10.pending advisory.2025-10.deadline "
    "advisory.2025-10.reduction advisory.2025-10.remarks advisory.2025-10.remarks.partial advisory.2025-10.imports "
    "advisory.2025-10.imports.moved advisory.2025-10.eco sec.38 sec.39_1 sec.39_11 rule.60 rule.60_6a rule.61 "
    "finance_act.2026 gate.liability gate.ledgers gate.interest "
    "advisory.2024-11.supplier_view api.reset api.2026-04.declaration sec.16_4 sec.34_2 sec.37_3 sec.39_9 sec.39_10 "
    "sec.16_2_aa sec.16_2_proviso rule.37 rule.37a rule.46_b rule.56_8 refurnish.1 refurnish.2 refurnish.3 refurnish.4 "
    "window.2b window.2b.gstr1a due.gstr1 due.gstr3b house.roles"
)


def failing(holds: Callable[[RuleDeclaration], object], names: Iterable[str] = BY_ID) -> list[str]:
    """Return the rules of which something does not hold."""
    return [name for name in names if not holds(BY_ID[name])]


def test_the_register_holds_these_tables_alone():
    assert set(REGISTER) == {"source", "rule_set", "rule"}


def test_every_question_of_the_faq_has_its_entry_in_order():
    assert [rule.id for rule in RULES if re.fullmatch(r"faq\.\d+", rule.id)] == QUESTIONS


def test_every_finer_rule_and_every_rule_beyond_the_faq_is_there():
    assert set(BY_ID) == {*QUESTIONS, *FINER.split(), *BEYOND.split()}


def test_every_id_is_given_once():
    for entries in (SOURCES, RULE_SETS, RULES):
        assert [name for name, count in Counter(entry.id for entry in entries).items() if count > 1] == []


def test_a_question_carries_its_own_text():
    assert failing(lambda rule: rule.question.strip() and rule.source == "faq", QUESTIONS) == []


def test_a_rule_quotes_a_known_source():
    known = {source.id for source in SOURCES}
    assert failing(lambda rule: rule.source in known and rule.quote.strip()) == []


def test_a_text_is_one_line_of_ascii():
    texts = attrgetter("title", "question", "quote", "reason", "reading")
    assert failing(lambda rule: all(t == " ".join(t.split()) and t.isascii() for t in texts(rule))) == []


def test_a_reason_stands_exactly_where_nothing_is_modelled():
    assert failing(lambda rule: bool(rule.reason) is (rule.status == "not_modelled")) == []


def test_certainty_stands_where_the_words_are_not_the_faq_s():
    assert failing(lambda rule: bool(rule.certainty) is not rule.id.startswith("faq.")) == []


def test_what_is_not_modelled_is_known():
    gates = ["gate.liability", "gate.ledgers", "gate.interest"]
    to_come = ["sec.39_11", "rule.60_6a", "finance_act.2026"]
    payments = ["sec.16_2_proviso", "rule.37", "rule.37a"]
    known = ["faq.2", "faq.22", "advisory.2024-11.supplier_view", *payments, *to_come, *gates]
    assert [rule.id for rule in RULES if rule.status == "not_modelled"] == known


def test_a_finer_rule_has_its_question_above_it():
    above = (name.rpartition(".")[0] for name in FINER.split())
    assert failing(lambda rule: rule.status == "modelled" and rule.question, above) == []


def test_an_ambiguous_rule_says_how_it_is_read():
    ambiguous = ("faq.11.a", "faq.11.b", "faq.11.c", "faq.11.d", "faq.13.1", "faq.13.2", "faq.15")
    assert failing(lambda rule: rule.reading, ambiguous) == []


def test_the_rule_sets_follow_each_other():
    first, second = RULE_SETS
    assert (first.id, second.id) == ("IMS-2024-10", "IMS-2025-10")
    assert first.until is not None
    assert first.until.plus(1) == second.since
    assert second.until is None


def test_a_dated_rule_keeps_to_the_bounds_of_a_rule_set():
    begins, ends = ({None, *map(attrgetter(of), RULE_SETS)} for of in ("since", "until"))
    assert failing(lambda rule: rule.since in begins and rule.until in ends) == []


def test_every_source_says_who_published_it_and_when():
    for source in SOURCES:
        assert source.publisher, source.id
        assert source.edition, source.id
        assert source.id == "house" or source.address.startswith("https://"), source.id
