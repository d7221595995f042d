"""A law of one's own: one file, a file with others beside it, a folder, and all that can be wrong with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.loading import load_own
from ims_fsm.resources import machines_folder

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "purchase_approval.toml"
STATES = "approved, declined, draft, escalated, paid, submitted"
CITE = "cite it where it acts, or say not_modelled and why"
SPENT = "did you mean spent? Use one of enough, spent"
ADD = "add a [[rule]] with this id to {}, or mend the id"
LISTS = ("source", "rule_set", "rule", "fact")


@pytest.fixture
def text() -> str:
    return EXAMPLE.read_text("utf-8")


def problems(path: Path) -> list[str]:
    """Return the problems of a law, each on its line."""
    with pytest.raises(DeclarationError) as caught:
        load_own(path)
    assert str(caught.value).startswith(f"{path}: ")
    return [str(problem) for problem in caught.value.problems]


def split(text: str, folder: Path) -> Path:
    """Write the example as a machine with its rules and facts beside it."""
    parts: dict[str, list[str]] = {"rules.toml": [], "facts.toml": [], "purchase_approval.toml": []}
    into = "purchase_approval.toml"
    for line in text.splitlines():
        if line.startswith("[["):
            name = line.strip("[]")
            into = {"fact": "facts.toml"}.get(name, "rules.toml" if name in LISTS else "purchase_approval.toml")
        parts[into].append(line)
    for name, lines in parts.items():
        (folder / name).write_text("\n".join(lines), "utf-8")
    return folder / "purchase_approval.toml"


def test_one_file_carries_everything():
    law = load_own(EXAMPLE)
    assert list(law.machines) == ["purchase_approval"]
    assert [rule_set.id for rule_set in law.rule_sets] == ["HANDBOOK-2024", "HANDBOOK-2025"]
    edition = law.machine("purchase_approval").edition
    refused = decide(edition, "submitted", "approve", edition.facts(sum="beyond", requester="manager"))
    assert refused.codes == ("own_request", "above_the_limit")


def test_what_a_file_leaves_out_is_read_from_beside_it(text, tmp_path):
    assert load_own(split(text, tmp_path)).machine("purchase_approval") == load_own(EXAMPLE).machine(
        "purchase_approval"
    )


def test_a_folder_is_read_whole(text, tmp_path):
    split(text, tmp_path)
    assert list(load_own(tmp_path).machines) == ["purchase_approval"]


def test_a_folder_of_files_that_carry_everything_is_read_as_one_law(text, tmp_path):
    (tmp_path / "purchase_approval.toml").write_text(text, "utf-8")
    start = text.index("# States")
    machine = text[: text.index("[[source]]")].replace("purchase_approval", "other") + text[start:]
    (tmp_path / "other.toml").write_text(machine, "utf-8")
    assert set(load_own(tmp_path).machines) == {"purchase_approval", "other"}


def test_a_machine_that_is_extended_is_read_from_beside_it(tmp_path):
    for name in ("invoice", "record", "rules", "facts", "workflow"):
        shutil.copyfile(machines_folder() / f"{name}.toml", tmp_path / f"{name}.toml")
    told = problems(tmp_path / "invoice.toml")
    assert told
    assert all("nothing cites it" in problem for problem in told), "only rules that other machines cite are missed"


def test_a_copy_of_the_shipped_folder_is_the_shipped_law(tmp_path):
    copied = shutil.copytree(machines_folder(), tmp_path / "machines")
    assert load_own(copied).machines == shipped_law().machines


def test_all_problems_of_a_broken_file_are_told_at_once_each_with_its_place(text, tmp_path):
    own = tmp_path / "purchase_approval.toml"
    own.write_text(
        text.replace('dest = "paid"', 'dest = "payd"')
        .replace('budget = "spent" }', 'budget = "spend" }')
        .replace('rule = "handbook.2.1"', 'rule = "handbook.7"'),
        "utf-8",
    )
    file = own.name
    assert problems(own) == [
        f"{file} transition pay (line 227): names the unknown state 'payd'; did you mean paid? Use one of {STATES}",
        f"{file} guard within_the_budget budget (line 273): names the unknown value 'spend'; {SPENT}",
        f"{file}: cites 'handbook.7', which is not in the register; {ADD.format(file)}",
        f"{file} handbook.2.1: is marked modelled, and nothing cites it; {CITE}",
    ]


def test_a_file_without_a_rule_set_is_told_where_to_put_one(text, tmp_path):
    own = tmp_path / "purchase_approval.toml"
    own.write_text(text.replace("[[rule_set]]", "[[rule_sets]]"), "utf-8")
    (problem,) = problems(own)
    what = "has `rule_sets`, which is not a key of a machine; write each under [[rule_set]]"
    assert problem == f"{own.name} machine purchase_approval: {what}"


def test_the_same_entry_in_two_files_is_told(text, tmp_path):
    (tmp_path / "purchase_approval.toml").write_text(text, "utf-8")
    start, end = text.index("[[source]]"), text.index("[[rule_set]]")
    (tmp_path / "sources.toml").write_text(text[start:end], "utf-8")
    assert problems(tmp_path) == [
        "sources.toml source: has 'handbook', which another file has as well; keep one of them"
    ]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda path: None,
            "cannot be read: No such file or directory; name a TOML file in UTF-8, or a folder of them",
        ),
        (lambda path: path.write_bytes(b"\xff\xfe"), "cannot be read: 'utf-8' codec can't decode"),
        (lambda path: path.write_text("name = "), "is not TOML: "),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path, make, told):
    make(tmp_path / "own.toml")
    (problem,) = problems(tmp_path / "own.toml")
    assert problem.startswith(f"own.toml: {told}")


def test_a_folder_without_declarations_is_told(tmp_path):
    assert problems(tmp_path) == [f"{tmp_path}: holds no declaration; name a TOML file in UTF-8, or a folder of them"]
