"""Settings of a recipient: what is laid over what ships for good, who may put it there, and what it is told by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import (
    IMS,
    Booked,
    DeclarationError,
    InputError,
    Kind,
    MissingError,
    Overlay,
    Principal,
    PurchaseRegister,
    RefusedError,
)
from ims_fsm.workflow.settings import LONGEST

pytestmark = pytest.mark.both
SELLER, DAY = "29AABCT1332L1ZA", date(2024, 10, 5)
STRICT = '[[match]]\nname = "same_in_all"\npaise = 0\n'
WIDE = '[[match]]\nname = "same_in_all"\npaise = 900\n'
REJECTS = '[[recommend]]\nname = "not_in_the_books"\naction = "reject"\n'


@pytest.fixture(autouse=True)
def _registered(stage: Any) -> None:
    stage.taxpayer(stage.buyer)


def booked(taxable: int = 100_050) -> PurchaseRegister:
    amounts = {"taxable": taxable, "igst": 18_000, "cgst": 0, "sgst": 0, "cess": 0}
    return PurchaseRegister(
        "books.csv", [Booked("", SELLER, Kind.INVOICE, "INV/7", DAY, **amounts, place="line 2", lines=1)], {}
    )


def classes(stage: Any, **files: Any) -> tuple[list[str], Overlay | None]:
    matching = stage.desk.match(**files)
    return [kind.name for kind in matching.classes], matching.rules


def test_what_is_set_is_in_force_until_a_file_is_given_or_it_is_taken_back(stage: Any, tmp_path: Path) -> None:
    stage.filed(stage.document(number="INV/7", date=DAY))
    stage.desk.match(booked())
    assert classes(stage) == (["exact"], None)
    setting = stage.desk.change_setting("matching", STRICT, reason="as the auditor asked")
    assert (setting.number, setting.kind, setting.actor, setting.at) == (1, "matching", stage.desk.actor, stage.now)
    assert classes(stage) == (["formatting"], setting.overlay)
    (tmp_path / "wide.toml").write_text(WIDE)
    assert classes(stage, rules=tmp_path / "wide.toml") == (["exact"], Overlay.of(tmp_path / "wide.toml"))
    assert stage.desk.setting("matching") == setting
    assert stage.desk.settings() == [setting]
    back = stage.desk.change_setting("matching", " \n", reason="too strict")
    assert (back.number, back.text, back.fingerprint, back.overlay) == (2, "", "", None)
    assert classes(stage) == (["exact"], None)
    assert (stage.desk.setting("matching"), stage.desk.settings()) == (None, [])
    assert stage.desk.settings(history=True) == [setting, back]
    assert not stage.faults()


def test_a_policy_that_is_set_recommends_and_is_named(stage: Any) -> None:
    stage.filed(stage.document(number="ZZ-8", date=DAY))
    stage.desk.match(booked())
    assert [(of.action, of.policy) for of in stage.desk.recommend()] == [("keep_pending", None)]
    setting = stage.desk.change_setting("policy", REJECTS, reason="nobody knows them")
    assert [(of.action, of.policy, of.rules) for of in stage.desk.recommend()] == [("reject", setting.overlay, None)]


def test_each_recipient_and_each_layout_has_settings_of_its_own(stage: Any) -> None:
    for name, title in (("Tally", "Bill ref"), ("SAP", "Beleg")):
        stage.desk.change_setting("layout", f'[read]\nnumber = ["{title}"]', name=name, reason="it is so")
    assert [(of.label, of.number) for of in stage.desk.settings()] == [("layout SAP", 2), ("layout Tally", 1)]
    stage.taxpayer(stage.quarterly)
    other = stage.ims.recipient(stage.quarterly, actor="ravi")
    assert other.settings() == []
    assert other.change_setting("matching", STRICT, reason="x").number == 1
    assert len(stage.desk.settings()) == 2


def test_the_same_again_writes_nothing_and_a_path_is_read(stage: Any, tmp_path: Path) -> None:
    (tmp_path / "strict.toml").write_text(STRICT)
    first = stage.desk.change_setting("matching", tmp_path / "strict.toml", reason="x")
    assert (first.text, stage.desk.change_setting("matching", STRICT, reason="y")) == (STRICT, first)
    assert len(stage.desk.settings(history=True)) == 1


FAULTS: dict[str, tuple[type[Exception], str, tuple[Any, ...], str]] = {
    "a class that no rule gives": (DeclarationError, "policy: recommend (x) classes", ("policy",),
        '[[recommend]]\nname = "x"\nclasses = ["none"]\naction = "ask"\nsays = "it is so"\nbefore = "the_rest"'),
    "another file's table": (DeclarationError, "matching: recommend: is not a table of this", ("matching",), REJECTS),
    "no TOML": (DeclarationError, "layout Tally: is not TOML", ("layout", "Tally"), "[["),
    "no column": (DeclarationError, "read.nummer: is not a column here", ("layout", "Tally"), '[read]\nnummer = ["x"]'),
    "no kind": (InputError, "is not one of the words for it", ("rules",), STRICT),
    "a name where there is one": (InputError, "names a setting of the kind matching", ("matching", "x"), STRICT),
    "a layout without a name": (InputError, "name: '' is empty", ("layout",), ""),
    "a name of two lines": (InputError, "has control characters", ("layout", "a\nb"), ""),
    "too much": (InputError, "has 100,001 characters", ("matching",), "#" * (LONGEST + 1)),
    "what is not set": (MissingError, "matching: is not set", ("matching",), ""),
    "no text": (InputError, "text: is not text", ("matching",), 7),  # type: ignore[dict-item]  # what nobody may give
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_what_the_reader_refuses_is_not_kept(stage: Any, what: str) -> None:
    error, sentence, (kind, *name), text = FAULTS[what]
    with pytest.raises(error) as raised:
        stage.desk.change_setting(kind, text, name="".join(name), reason="x")
    assert sentence in str(raised.value)
    assert stage.desk.settings(history=True) == []


def test_rules_may_not_lose_a_class_that_the_policy_names(stage: Any) -> None:
    near = '[[class]]\nname = "near"\nsays = "it is near"\n[[match]]\nname = "same_in_all"\ngives = "near"'
    accepts = '[[recommend]]\nname = "x"\nclasses = ["near"]\naction = "accept"\nsays = "it is so"\nbefore = "the_rest"'
    stage.desk.change_setting("matching", near, reason="x")
    stage.desk.change_setting("policy", accepts, reason="x")
    with pytest.raises(DeclarationError, match=r"policy \(setting 2\): recommend \(x\) classes: 'near' is not a"):
        stage.desk.change_setting("matching", "", reason="x")
    assert len(stage.desk.settings()) == 2


ROLES = """
[[role]]
name = "controller"
says = "who answers for the books"
[[permit]]
machine = "ims_settings"
triggers = ["change"]
roles = ["controller"]
"""


def test_roles_keep_settings_to_somebody(stage: Any, tmp_path: Path) -> None:
    (tmp_path / "roles.toml").write_text(ROLES)
    with IMS("sqlite://", roles=tmp_path / "roles.toml", clock=stage.clock) as ims:
        ims.register(stage.ims.taxpayer(stage.buyer))
        assert "ims_settings" not in ims.machines
        with pytest.raises(MissingError, match="is driven at a recipient's desk"):
            ims.cases("ims_settings", actor="asha")
        with pytest.raises(RefusedError) as raised:
            ims.recipient(stage.buyer, actor="ravi").change_setting("matching", STRICT, reason="x")
        assert (raised.value.outcome, raised.value.refusals[0].rule) == ("not_permitted", "house.roles")
        assert "The trigger change on the setting matching is for the role controller" in str(raised.value)
        own = tmp_path / "own.toml"
        own.write_text(STRICT)
        with pytest.raises(RefusedError, match="The trigger change on the rules of matching is for the role"):
            ims.recipient(stage.buyer, actor="ravi").match(rules=own)
        assert ims.recipient(stage.buyer, actor="ravi").match().classes == ()
        asha = Principal("asha", ["controller"])
        assert ims.recipient(stage.buyer, actor=asha).match(rules=own).rules is not None
        assert ims.recipient(stage.buyer, actor=asha).change_setting("matching", STRICT, reason="x").actor == "asha"


def test_a_stranger_has_no_settings(stage: Any) -> None:
    stranger = replace(stage.desk.principal, gstins=frozenset({SELLER}))
    with pytest.raises(MissingError):
        stage.ims.recipient(stage.buyer, actor=stranger)
    with pytest.raises(MissingError, match="is not a taxpayer known here"):
        stage.ims.recipient("07AABCT1332L1ZG", actor="asha").settings()
