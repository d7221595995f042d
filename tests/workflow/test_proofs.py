"""Proofs of a record hold, against a checkpoint that somebody keeps; whatever is changed or made up is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm import Checked, Checkpoint, Heads, InputError, Proof, check_proof, make_key
from ims_fsm.law.book import shipped_law
from ims_fsm.proof.leaf import closing, hash_of
from ims_fsm.proof.tree import Tree
from ims_fsm.terms.period import SettableClock
from ims_fsm.testing import Scratch, Stage

BUYER = Stage.buyer


def faults(checked: Checked) -> list[str]:
    return [statement.says for statement in checked.statements if statement.holds is False]


def a_history(stage: Stage) -> int:
    """Play the life of a record beside some others, to its end; returns its id."""
    record = stage.filed(stage.document(igst=18_000))
    for trigger in ("accept", "reset", "keep_pending"):
        stage.desk.act(trigger, record)
    for _ in range(5):
        stage.filed()
    return record


def decided(stage: Stage, record: int) -> None:
    stage.desk.accept(record, remarks="received ₹")
    stage.close("2024-10")


def test_a_whole_history_is_proved_from_seal_to_seal(stage, tmp_path):
    record = a_history(stage)
    kept = stage.desk.seal().checkpoint
    stage.desk.prove(record)
    decided(stage, record)
    with pytest.raises(InputError, match="has what no seal covers; seal the log first"):
        stage.desk.prove(record)
    public = make_key(tmp_path / "seal.pem")
    stage.desk.seal(key=tmp_path / "seal.pem")
    proof = stage.desk.prove(record, checkpoint=Checkpoint.read(kept))
    (tmp_path / "proof.json").write_text(proof.text, "utf-8")
    (tmp_path / "kept").write_text(kept, "utf-8")
    checked = check_proof(tmp_path / "proof.json", checkpoint=tmp_path / "kept", key=public)
    assert (faults(checked), checked.holds, checked.anchored, checked.state) == ([], True, True, "frozen")
    assert [line.split(": ")[1].split(",")[0] for line in checked.history] == [
        *("content 1", "accept", "reset", "keep_pending", "accept", "freeze")
    ]
    assert len(proof.leaves) == 2
    assert check_proof(proof, checkpoint=proof.checkpoint).holds
    assert Proof.read(proof.text) == proof


def test_a_proof_of_one_record_among_a_million_is_a_small_file(stage):
    record = a_history(stage)
    decided(stage, record)
    stage.desk.seal()
    proof = stage.desk.prove(record)
    of_a_million = tuple(Tree(bytes(32 * 1024)).inclusion(0) * 2)
    paths = ("path", "newest_path", "closing_path", "earlier_path")
    large = replace(proof, earlier=proof.checkpoint, **dict.fromkeys(paths, of_a_million))
    assert len(of_a_million) == 20
    assert len(large.text.encode()) < 50_000


def test_without_anything_from_outside_it_is_said_that_all_may_be_made_up(stage):
    record = a_history(stage)
    stage.desk.seal()
    checked = check_proof(stage.desk.prove(record))
    assert (checked.holds, checked.anchored) == (True, False)
    [note] = [statement.says for statement in checked.statements if statement.holds is None]
    assert note.startswith("No checkpoint of yours was given, so all of the log may be made up; give one that you keep")


def test_only_a_record_of_the_desk_and_a_checkpoint_of_its_log_are_taken(stage):
    record = a_history(stage)
    seal = stage.desk.seal()
    with pytest.raises(InputError, match="is not a record"):
        stage.ims.recipient(Stage.seller, actor="x").prove(record)
    for other in (
        Checkpoint(Stage.seller, seal.size, bytes.fromhex(seal.digest)),
        Checkpoint(BUYER, seal.size, b"x" * 32),
        Checkpoint(BUYER, seal.size + 1, bytes.fromhex(seal.digest)),
    ):
        with pytest.raises(InputError, match=f"does not fit the log of {BUYER}"):
            stage.desk.prove(record, checkpoint=other)
        [says] = faults(check_proof(stage.desk.prove(record), checkpoint=other))
        assert says.startswith(
            f"The file has no path from your checkpoint of {other.size} leaves of {other.recipient};"
        )


# --- what was changed -------------------------------------------------------------------------------------------------


class Whole:
    """A proof with all that it is held against, made once."""

    def __init__(self, folder: Path) -> None:
        clock = SettableClock("2024-11-09 12:00")
        with Scratch() as databases, databases.ims(clock=clock) as ims:
            stage = Stage(ims, clock)
            record = a_history(stage)
            first = stage.desk.seal()
            self.old = stage.desk.prove(record)
            decided(stage, record)
            self.public = make_key(folder / "seal.pem")
            stage.desk.seal(key=folder / "seal.pem")
            self.kept = Checkpoint.read(first.checkpoint)
            self.proof = stage.desk.prove(record, checkpoint=self.kept)

    def held(self, proof: Proof) -> Checked:
        return check_proof(proof, checkpoint=self.kept, key=self.public)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(tmp_path_factory.mktemp("keys"))


def test_a_history_that_is_cut_short_is_told(whole):
    """The older half of the history, as it stands under the newest checkpoint."""
    assert whole.held(whole.proof).holds
    cut = replace(whole.proof, leaves=whole.proof.leaves[:-1])
    assert not whole.held(cut).holds
    # With its own position and path it is in the log; the last leaf does not have it among the newest.
    old = replace(whole.old, checkpoint=whole.proof.checkpoint, closing=whole.proof.closing)
    assert "The seal that ends the log does not say that the record has no later entry." in faults(whole.held(old))


@given(st.data())
def test_every_changed_bit_of_a_proof_is_refused(whole, data):
    text = bytearray(whole.proof.text.encode())
    bit = data.draw(st.integers(0, len(text) * 8 - 1))
    text[bit // 8] ^= 1 << bit % 8
    try:
        changed = Proof.read(bytes(text))
    except InputError:
        return
    assert changed == whole.proof or not whole.held(changed).holds


@pytest.mark.parametrize("name", [field.name for field in fields(Proof)])
def test_every_member_of_a_proof_is_held_against_something(whole, name):
    proof = whole.proof
    other = {
        int: lambda value: value + 1,
        str: lambda value: value.replace("2", "3", 1),
        tuple: lambda value: value[:-1],
        Checkpoint: lambda value: replace(value, root=b"x" * 32),
    }
    value = getattr(proof, name)
    assert not whole.held(replace(proof, **{name: other[type(value)](value)})).holds


# --- what was made up -------------------------------------------------------------------------------------------------


def made_up(proof: Proof, change: Callable[[dict[str, Any]], object], **changes: Any) -> Proof:
    """Return a proof that holds together, whose only entry somebody wrote."""
    entry = json.loads(proof.leaves[0])
    for text in proof.leaves[1:]:
        later = json.loads(text)
        entry["steps"] += later["steps"]
    change(entry)
    text = json.dumps(entry)
    moments = 2 * (SettableClock("2024-12-01 12:00")(),)
    end = closing({"recipient": proof.recipient, "seal": 1}, "x", moments, hash_of(text).hex(), 1)
    tree = Tree(hash_of(text) + hash_of(end))
    made = {"leaves": (text,), "position": 0, "rank": 0, "newest_path": (), "closing": end, "earlier": None}
    made |= {"path": tuple(tree.inclusion(0)), "closing_path": tuple(tree.inclusion(1)), "earlier_path": ()}
    return replace(proof, **made, checkpoint=Checkpoint(proof.recipient, 2, tree.root()), **changes)


def test_what_is_made_up_and_keeps_the_law_holds_together(whole):
    assert check_proof(made_up(whole.proof, lambda entry: entry)).holds


def of_step(number: int, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda entry: entry["steps"][number - 1].update(values)


FORGED = {
    "a transition that is not": (of_step(1, trigger="freeze"), "is a transition that the law does not have"),
    "another dest": (of_step(1, dest="rejected"), "is a transition that the law does not have"),
    "other rules": (of_step(1, rules=["faq.1"]), "is a transition that the law does not have"),
    "another source": (of_step(2, source="rejected"), "leaves from rejected, and the record was accepted"),
    "after the end": (
        lambda entry: entry["steps"].append({**entry["steps"][0], "seq": 6, "source": "frozen"}),
        "is a transition that the law does not have",
    ),
    "another law": (of_step(1, declaration="0" * 64), "has no law with the fingerprint 000"),
    "another machine": (of_step(1, machine="credit_note"), "under a law that the file does not have"),
    "no such content": (of_step(1, content_number=7), "is not that of its content"),
    "a correction": (of_step(1, trigger="restore"), "corrects nothing"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_step_that_the_law_forbids_is_told_though_every_hash_fits(whole, what):
    change, fault = FORGED[what]
    told = faults(check_proof(made_up(whole.proof, change)))
    assert told
    assert any(fault in says for says in told), told


def test_a_transition_that_every_fact_refuses_is_told(whole):
    """An original credit note is never pending under IMS-2024-10; here the law is made up to say so of an invoice."""
    law = json.loads(whole.proof.laws[0])
    guard = next(part for part in law[0]["guard"] if part["name"] == "not_frozen")
    guard.update(refuse_when={"state": ["no_action"]}, triggers=["accept"])
    told = check_law(whole, json.dumps(law))
    assert any("the law refuses, whatever the facts were" in says for says in faults(told))
    assert any("which this version does not ship" in statement.says for statement in told.statements)


def check_law(whole: Whole, law: str) -> Checked:
    """Check the history under a law that somebody made up, whose fingerprint each step names."""
    fingerprint = sha256(law.encode(errors="surrogatepass")).hexdigest()

    def change(entry):
        for step in entry["steps"]:
            step["declaration"] = fingerprint

    return check_proof(made_up(whole.proof, change, laws=(law,)))


def many(names: range, values: int) -> dict[str, list[str]]:
    return {f"f{name}": [str(value) for value in range(values)] for name in names}


def heavy(law: list[Any]) -> None:
    facts = many(range(28), 4)
    law[0]["facts"] = [*facts]
    law[0]["values"] = {}
    law[0]["guard"][0].update(refuse_when={name: values[:1] for name, values in facts.items()}, triggers=["accept"])
    law[1:-2] = [{"name": name, "values": dict.fromkeys(values), "default": "0"} for name, values in facts.items()]


LAWS: dict[str, Callable[[list[Any]], object]] = {
    "a law with too many situations": heavy,
    "a law with too many rule sets": lambda law: law.extend([{**law[-1], "id": str(n)} for n in range(2000)]),
    "a law without states": lambda law: law[0].update(state=7),
    "a law of lists": lambda law: law[0].update(transition=[[]]),
    "a source that is none": lambda law: law[0]["transition"][0].update(source=[["x"]], trigger="accept"),
    "rule sets without an id": lambda law: law[-1].clear(),
    "a period that is none": lambda law: law[-1].update(since="9999-99"),
}


@pytest.mark.parametrize("what", LAWS)
def test_a_law_that_somebody_made_up_ends_with_a_sentence(whole, what):
    law = json.loads(whole.proof.laws[0])
    LAWS[what](law)
    assert faults(check_law(whole, json.dumps(law)))


TEXTS = ("", "[]", "7", "null", "\ud800", "[" * 100_000, '{"name": "invoice"}', "9" * 10_000)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_within_a_proof_that_are_none_end_with_a_sentence(whole, text):
    assert faults(check_law(whole, text))
    for name in ("leaves", "contents", "laws"):
        assert not check_proof(replace(whole.proof, **{name: (text,)})).holds
    assert not check_proof(replace(whole.proof, closing=text)).holds


ENTRIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no steps": lambda entry: entry.pop("steps"),
    "no contents": lambda entry: entry.update(contents=[]),
    "a gap": of_step(2, seq=7),
    "numbers that are none": of_step(2, seq="2"),
    "no moment": of_step(2, at="then"),
    "a moment without zone": of_step(2, at="2024-11-12T10:00:00"),
    "the last moment": of_step(2, at="9999-12-31T23:59:59+00:00"),
    "rules that are none": of_step(2, rules=[7]),
    "no actor": of_step(2, actor=None),
    "steps that are none": lambda entry: entry.update(steps=[[]]),
    "another record": lambda entry: entry.update(record=8),
    "an entry before": lambda entry: entry.update(before="00"),
    "a content without hash": lambda entry: entry["contents"][0].pop("hash"),
}


@pytest.mark.parametrize("what", ENTRIES)
def test_entries_that_do_not_hold_together_are_told(whole, what):
    [told, *_] = faults(check_proof(made_up(whole.proof, ENTRIES[what])))
    assert told.startswith("The entries do not hold together: "), told


def test_what_somebody_wrote_is_printed_without_control_characters(whole):
    checked = check_proof(made_up(whole.proof, of_step(1, actor="\x1b[31mx\u202e", trigger="\x9b2J")))
    assert all(line.isprintable() for line in (*checked.history, *(s.says for s in checked.statements)))


FILES = {
    "": "is not JSON",
    "[]": "is not a proof",
    "[" * 200_000: "is not JSON",
    '{"format": "ims-fsm proof 2"}': "is not a proof",
    '{"format": "ims-fsm proof 1"}': "has no text at",
    "x" * 1_000_001: "is larger than 1,000,000 bytes",
    '{"format": ' + "9" * 5000 + "}": "is not JSON",
}


@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_a_file_that_is_no_proof_is_told(text, tmp_path):
    (tmp_path / "proof.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=FILES[text]):
        check_proof(tmp_path / "proof.json")


@pytest.mark.parametrize("name", [field.name for field in fields(Proof)])
@pytest.mark.parametrize("value", [None, 7.5, -1, True, 1 << 70, "x", [7], ["x"], ["eHg="], {}, [[]]], ids=repr)
def test_a_member_of_another_type_is_told_or_holds_nothing(whole, name, value):
    text = json.dumps({**json.loads(whole.proof.text), name: value})
    try:
        changed = Proof.read(text)
    except InputError:
        return
    assert not whole.held(changed).holds


@pytest.mark.parametrize("machine", shipped_law().machines.values(), ids=lambda machine: machine.name)
def test_a_law_that_is_carried_decides_as_the_one_that_ships(machine):
    from ims_fsm.law.edition import kept  # noqa: PLC0415 -- the law of a file

    read = kept(machine.declared)
    assert read.fingerprint == machine.fingerprint
    for name, edition in machine.editions.items():
        ours = [(move.source, move.trigger, move.dest, move.rules) for move in edition.transitions]
        theirs = [(move.source, move.trigger, move.dest, move.rules) for move in read.editions[name].transitions]
        assert ours == theirs
        assert [guard.name for guard in edition.guards] == [guard.name for guard in read.editions[name].guards]


@pytest.mark.parametrize("kind", ["invoice", "debit_note", "credit_note", "eco_document"])
@pytest.mark.parametrize("period", ["2024-10", "2025-10"])
def test_an_amendment_that_is_kept_pending_is_proved(stage, kind, period):
    """A trigger with more situations than any other."""
    stage.taxpayer(stage.other, registered_from=period)
    stage.at(f"{period[:4]}-11-09")
    original = stage.document(kind, recipient=stage.other)
    stage.filed(original, period)
    record = stage.filed(stage.document(kind, recipient=stage.other, amends=original), period)
    desk = stage.ims.recipient(stage.other, actor="asha")
    desk.keep_pending(record)
    desk.seal()
    assert faults(check_proof(desk.prove(record))) == []


def test_a_declared_reduction_and_a_lapse_are_proved(stage):
    """The second rule set; amounts in the detail of a step."""
    stage.taxpayer(stage.other, registered_from="2025-10")
    stage.at("2025-11-09")
    notes = [stage.filed(stage.document("credit_note", recipient=stage.other), "2025-10") for _ in range(2)]
    desk = stage.ims.recipient(stage.other, actor="asha")
    desk.accept(notes[0], reduce_itc=Heads(igst=7), remarks="a part")
    desk.keep_pending(notes[1])
    stage.close("2025-10", stage.other)
    stage.at("2025-12-21").ims.sweep([stage.other])
    desk.seal()
    for note in notes:
        assert faults(check_proof(desk.prove(note))) == []
