"""Loading: a folder of TOML becomes a law, or every fault is named, and nothing ends in a traceback."""

from __future__ import annotations

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.loading import load_law, read_law

CLAIM = '[[claim]]\nname = "never"\nsays = "It is never so."\n'


def problems(texts: dict[str, str]) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        read_law(texts)
    return [str(problem) for problem in caught.value.problems]


def test_a_machine_takes_in_what_it_extends(texts):
    texts["slip.toml"] += 'values = { stamp = ["present"] }\n'
    slip = read_law(texts).machine("slip")
    declared = slip.declaration
    assert [state.name for state in declared.state] == ["open", "settled"]
    assert [guard.name for guard in declared.guard] == ["stamped"]
    assert (declared.initial, declared.facts, declared.abstract) == ("open", ("stamp",), False)
    assert slip.schema.values == (("present",),)


def test_what_a_machine_adds_comes_after_what_it_takes_in(texts):
    texts["slip.toml"] += texts["base.toml"][texts["base.toml"].index("[[guard]]") :].replace("stamped", "own")
    assert [guard.name for guard in read_law(texts).machine("slip").declaration.guard] == ["stamped", "own"]


def test_an_abstract_machine_is_no_machine_of_the_law(texts):
    assert list(read_law(texts).machines) == ["slip"]


def test_the_law_knows_who_cites_a_rule(texts):
    texts["calendar.toml"] = 'rule = "act.1"'
    assert read_law(texts).cited_by == {"act.1": ("base.toml", "calendar.toml")}


def test_a_folder_is_read_whole(tmp_path, texts):
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "notes.md").write_text("no declaration", "utf-8")
    assert list(load_law(tmp_path).machines) == ["slip"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DeclarationError) as caught:
        load_law(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"machines: {tmp_path / 'nowhere'}: cannot be read: [Errno 2] No such file or directory: "
        f"'{tmp_path / 'nowhere'}'; name a folder of TOML files in UTF-8"
    )


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "slip.toml").write_bytes(b"\xff")
    with pytest.raises(DeclarationError) as caught:
        load_law(tmp_path)
    assert str(caught.value) == (
        f"machines: {tmp_path}: cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start "
        "byte; name a folder of TOML files in UTF-8"
    )


@pytest.mark.parametrize("file", ["rules.toml", "facts.toml"])
def test_a_file_that_is_missing(texts, file):
    del texts[file]
    assert problems(texts) == [f"{file}: is missing; put it beside the machines"]


def test_a_file_that_is_no_toml(texts):
    texts["slip.toml"] = "name ="
    assert problems(texts)[0] == ("slip.toml: is not TOML: Invalid value (at end of document); correct that line")


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        (
            "facts.toml",
            "\n[[fcat]]\nname = 3\n",
            "facts.toml fcat: is not a table of this file; its tables are fact",
        ),
        (
            "workflow.toml",
            "use_case = 3",
            "workflow.toml use_case: is not a list of tables; write each entry under [[use_case]]",
        ),
        (
            "workflow.toml",
            "use_case = [3]",
            "workflow.toml use case [1]: has 3 for its keys; write it as a table under [[use_case]]",
        ),
        (
            "facts.toml",
            '\n[[fact]]\nname = "ink"\nsays = "whether it is dry"\ndefault = "dry"\nvalues = { dry = "it is" }\n',
            (
                "facts.toml fact ink (line 12): has `values` = {'dry': 'it is'}, which is too short; write at least 2, "
                'like `values = { few = "up to five", many = "more than five" }`'
            ),
        ),
        (
            "rules.toml",
            '\n[[rule]]\nid = "act.1"\ntitle = "Again"\nsource = "act"\nstatus = "modelled"\n',
            "rules.toml rule: has 'act.1' more than once; keep one of them",
        ),
        (
            "not_law.toml",
            '[[claim]]\nname = "never"\nsays = "It is never so."\nagainst = []\n',
            (
                "not_law.toml claim never (line 4): has `against` = [], which is too short; "
                "write at least 1, like `[[claim.against]]`"
            ),
        ),
        (
            "not_law.toml",
            f"{CLAIM}instead = ['act.9']\n[[claim.against]]\nsays = 'No.'\nsource = 'act'\ncertainty = 'certain'\n",
            "not_law.toml never instead: names the unknown rule 'act.9'; did you mean act.1? Use one of act.1",
        ),
        (
            "not_law.toml",
            f"{CLAIM}[[claim.against]]\nsays = 'No.'\nsource = 'rumour'\ncertainty = 'certain'\n",
            "not_law.toml never against: names the unknown source 'rumour'; use one of act",
        ),
        (
            "slip.toml",
            '\ncolour = "red"\n',
            (
                "slip.toml machine slip (line 8): has `colour`, which is not a key of a machine; remove it; the keys "
                "are name, title, says, version, initial, facts, values, state, trigger, transition, guard, extends, "
                "abstract"
            ),
        ),
        (
            "slip.toml",
            (
                '\n[[guard]]\nname = "own"\ntriggers = ["settle"]\nrefuse_when = {}\ncode = "no"\nsays = "no and no"\n'
                'remedy = "none"\n'
            ),
            (
                "slip.toml guard own (line 8): has no `rule`, the rule that demands it; "
                'add a line like `rule = "handbook.3"`'
            ),
        ),
        (
            "slip.toml",
            '\n[[transition]]\ntrigger = "settle"\nsource = ["open"]\ndest = "settled"\nrules = []\n',
            (
                "slip.toml transition settle (line 12): has `rules` = [], which is too short; "
                'write at least 1, like `rules = ["handbook.1"]`'
            ),
        ),
        (
            "slip.toml",
            "\nguard = 3\n",
            "slip.toml machine slip (line 8): has `guard` = 3, which is not a list; write a guard, like `[[guard]]`",
        ),
        (
            "note.toml",
            'name = "slip"\ntitle = "Note"\nsays = "a note"\nversion = "1"\nextends = "base"\n',
            "note.toml: declares the machine 'slip'; give the file and the machine one name",
        ),
        (
            "note.toml",
            'name = "note"\ntitle = "Note"\nsays = "a note"\nversion = "1"\nextends = "slip"\n',
            "note.toml: extends 'slip', which is not a declared machine that stands by itself; extend one of base",
        ),
        (
            "note.toml",
            'name = "note"\ntitle = "Note"\nsays = "a note"\nversion = "1"\nextends = "paper"\n',
            "note.toml: extends 'paper', which is not a declared machine that stands by itself; extend one of base",
        ),
    ],
)
def test_a_file_that_cannot_be_understood(texts, file, text, problem):
    texts[file] = texts.get(file, "") + text
    assert problem in problems(texts)


def test_what_cannot_be_read_of_the_base_is_told_of_the_base_alone(texts):
    texts["base.toml"] = texts["base.toml"].replace('version = "1"\n', "")
    assert problems(texts) == [
        'base.toml machine base: has no `version`, the version of this declaration; add a line like `version = "1"`'
    ]


def test_files_beside_the_machines_are_no_machines(texts):
    texts |= {"calendar.toml": "day = 14", "routes.toml": "[[route]]", "annexure_a.toml": "[[row]]"}
    assert list(read_law(texts).machines) == ["slip"]


def test_the_shipped_law_is_loaded_once():
    assert shipped_law() is shipped_law()
