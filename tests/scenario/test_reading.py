"""Reading a scenario: every fault of shape has one sentence with its entry and remedy, and all of them come at once."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.scenario.reading import CASE_VERBS, SIGNOFF_VERBS, VERBS, read_scenario, scenario_of

HEAD = 'title = "A story"\n'
TAXPAYER = '[[taxpayer]]\nname = "buyer"\ngstin = "27AAPFU0939F1ZV"\n'
SELLER = '[[taxpayer]]\nname = "seller"\ngstin = "29AABCT1332L1ZA"\n'
DOCUMENT = """[[document]]
name = "INV"
kind = "invoice"
supplier = "seller"
recipient = "buyer"
number = "S/1"
date = 2024-10-05
taxable = "1000.00"
"""
AT = "[[step]]\nat = 2024-11-05T10:00:00\n"
VERBS_IN_WORDS = ", ".join((*VERBS, *CASE_VERBS, *SIGNOFF_VERBS))
SWEEP = f'{AT}do = "sweep"\n'
SAVE = f'{AT}do = "save"\ndocument = "INV"\nform = "GSTR-1"\nperiod = "2024-10"\n'
CAST = HEAD + TAXPAYER + SELLER + DOCUMENT
QUOTED = 'write rupees as a string, like "18000.00"'


def with_line(text: str, line: str) -> str:
    """Put a line in place of the one with the same key, or at the end."""
    key = line.partition(" = ")[0]
    kept = [one for one in text.splitlines() if one.partition(" = ")[0].strip() != key]
    return "\n".join([*kept, line, ""])


def without(text: str, key: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(f"{key} = ")) + "\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (TAXPAYER + SWEEP, "title: is missing; add it"),
        (
            f"{HEAD}who = 'x'\n{SWEEP}",
            "who: is not a key of a scenario; its keys are title, rules, machines, signoff, taxpayer, document, step",
        ),
        (f"title = 5\n{SWEEP}", "title: 5 is not text; write it in quotes"),
        (f"{HEAD}rules = 'faq.1'\n{SWEEP}", 'rules: \'faq.1\' is not a list of names; write it like ["A", "B"]'),
        (f"{HEAD}taxpayer = 5\n{SWEEP}", "taxpayer: is not a list of tables; write each entry under [[taxpayer]]"),
        (f"{HEAD}step = [5]", "step[1]: is not a table; write it under [[step]]"),
        (f"{HEAD}taxpayer = [5]\n{SWEEP}", "taxpayer[1]: 5 is not a table; write it as a table with its keys"),
        (HEAD, "step: is missing; write each step under [[step]]"),
    ],
)
def test_a_fault_at_the_top(story, text, problem):
    assert story.problems(text) == [problem]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            'gst = "x"',
            (
                "taxpayer[1] gst (buyer): is not a key of this table; "
                "its keys are name, gstin, kind, filing, registered_from, extensions"
            ),
        ),
        (
            'gstin = "27AAPFU"',
            "taxpayer[1] gstin (buyer): '27AAPFU' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV",
        ),
        ("gstin = 27", "taxpayer[1] gstin (buyer): '27' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV"),
        (
            'kind = "big"',
            (
                "taxpayer[1] kind (buyer): 'big' is not a kind of taxpayer; use one of normal, sez_unit, "
                "sez_developer, casual, composition, isd, nrtp, tds, tcs"
            ),
        ),
        (
            'filing = "yearly"',
            "taxpayer[1] filing (buyer): 'yearly' is not a way of filing; use one of monthly, quarterly",
        ),
        (
            "registered_from = 2024",
            'taxpayer[1] registered_from (buyer): 2024 is not a tax period; write the year and month like "2024-10"',
        ),
        ("name = ' '", "taxpayer[1] name: ' ' is not a name; write it as text in quotes"),
    ],
)
def test_a_fault_of_a_taxpayer(story, line, problem):
    assert story.problems(HEAD + with_line(TAXPAYER, line) + SWEEP) == [problem]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            'kind = "bill"',
            (
                "document[1] kind (INV): 'bill' is not a kind of document; use one of invoice, debit_note, "
                "credit_note, eco_document, bill_of_entry"
            ),
        ),
        ("number = true", "document[1] number (INV): true is not a name; write it as text in quotes"),
        ("number = 5", "document[1] number (INV): 5 is not a name; write it as text in quotes"),
        (
            'date = "2024-10-05"',
            "document[1] date (INV): '2024-10-05' is not a date; write it without quotes, like 2023-11-20",
        ),
        (
            "date = 2024-10-05T10:00:00",
            "document[1] date (INV): 2024-10-05T10:00:00 is not a date; write it without quotes, like 2023-11-20",
        ),
        ("igst = 180.5", f"document[1] igst (INV): 180.5 is not an exact amount; {QUOTED}"),
        (
            'igst = "many"',
            "document[1] igst (INV): 'many' is not an amount in rupees; write it like \"18000.00\"",
        ),
        (
            'cess = "1.005"',
            "document[1] cess (INV): '1.005' has more than two decimals; write whole paise, like \"18000.00\"",
        ),
        (
            'taxable = "-1.00"',
            (
                "document[1] taxable (INV): '-1.00' is below zero; write the amount as on the document, a credit note "
                "counts negative"
            ),
        ),
        (
            'reverse_charge = "yes"',
            "document[1] reverse_charge (INV): 'yes' is neither true nor false; write true or false, without quotes",
        ),
        (
            'ineligible = "time"',
            "document[1] ineligible (INV): 'time' is not a reason; use one of pos, sec_16_4, rule_37a, none",
        ),
        ("pos = 27", "document[1] pos (INV): 27 is not text; write it in quotes"),
    ],
)
def test_a_fault_of_a_document(story, line, problem):
    assert story.problems(HEAD + TAXPAYER + SELLER + with_line(DOCUMENT, line) + SWEEP) == [problem]


@pytest.mark.parametrize("key", ["kind", "supplier", "recipient", "number", "date", "taxable"])
def test_what_a_document_lacks(story, key):
    assert story.problems(HEAD + TAXPAYER + SELLER + without(DOCUMENT, key) + SWEEP) == [
        f"document[1] {key} (INV): is missing; add it"
    ]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (f'{AT}do = "agree"', f"step[1] do: 'agree' is not a verb; the verbs are {VERBS_IN_WORDS}"),
        (f"{AT}do = 5", f"step[1] do: 5 is not a verb; the verbs are {VERBS_IN_WORDS}"),
        (
            AT,
            "step[1]: has neither `do` nor `expect`; let a step either do something or expect something",
        ),
        (
            f'{SWEEP}expect = {{ document = "INV", versions = 1 }}',
            "step[1]: has both `do` and `expect`; let a step either do something or expect something",
        ),
        ('[[step]]\ndo = "sweep"', "step[1] at: is missing; add it"),
        (
            '[[step]]\nat = "2024-11-05T10:00:00"\ndo = "sweep"',
            (
                "step[1] at: '2024-11-05T10:00:00' is not a date and time; "
                "write it without quotes, like 2024-11-09T11:00:00"
            ),
        ),
        (
            '[[step]]\nat = 2024-11-05\ndo = "sweep"',
            "step[1] at: 2024-11-05 is not a date and time; write it without quotes, like 2024-11-09T11:00:00",
        ),
        (
            '[[step]]\nat = 2024-11-05T10:00:00+05:30\ndo = "sweep"',
            "step[1] at: 2024-11-05T10:00:00+05:30 has an offset; leave it out, times are Indian Standard Time",
        ),
        (
            f'{SWEEP}recipient = "buyer"',
            "step[1] recipient: is not a key of `sweep`; its keys are at, refused, rule, do",
        ),
        (
            with_line(SAVE, 'form = "GSTR-2"'),
            "step[1] form: 'GSTR-2' is not a form; use one of GSTR-1, GSTR-1A, IFF, GSTR-5, GSTR-6, ICEGATE",
        ),
        (
            with_line(SAVE, 'period = "10-2024"'),
            "step[1] period: '10-2024' is not a tax period; write the year and month like \"2024-10\"",
        ),
        (
            without(SAVE, "document"),
            "step[1]: has neither of `document` and `documents`; write one of them",
        ),
        (
            f'{SAVE}documents = ["INV"]',
            "step[1]: has both of `document` and `documents`; write one of them",
        ),
        (
            f"{without(SAVE, 'document')}documents = []",
            'step[1] documents: [] is not a list of names; write it like ["A", "B"]',
        ),
        (
            f'{without(SAVE, "document")}documents = ["INV", "INV"]',
            "step[1] documents: names INV twice; name each once",
        ),
        (
            f'{SAVE}rule = "faq.1"',
            "step[1]: has `rule` without `refused`; a rule is what a refusal cites, so add the refusal's code",
        ),
        (
            f'{AT}do = "edit"\ndocument = "INV"\nchanges = {{ total = "1.00" }}',
            (
                "step[1] changes.total: is not a key of this table; its keys are taxable, igst, cgst, sgst, cess, "
                "number, date, pos, reverse_charge, ineligible"
            ),
        ),
        (
            f'{AT}do = "edit"\ndocument = "INV"\nchanges = 5',
            "step[1] changes: 5 is not a table; write it as a table with its keys",
        ),
        (
            f'{AT}do = "accept"\ndocument = "INV"\nreduce_itc = "half"',
            'step[1] reduce_itc: \'half\' is not a reduction; write "full", "none" or a table of heads',
        ),
        (
            f'{AT}do = "accept"\ndocument = "INV"\nreduce_itc = []',
            'step[1] reduce_itc: [] is not a reduction; write "full", "none" or a table of heads',
        ),
        (
            f'{AT}do = "accept"\ndocument = "INV"\nreduce_itc = {{ gst = "1.00" }}',
            "step[1] reduce_itc: 'gst' is not a head of tax; the heads are igst, cgst, sgst, cess",
        ),
        (
            f'{AT}do = "file_annual_return"\nrecipient = "buyer"\nfy = "2023-25"',
            "step[1] fy: '2023-25' is not a financial year; write it like \"2023-24\"",
        ),
        (
            f'{AT}expect = {{ document = "INV", stat = "frozen" }}',
            (
                "step[1] expect.stat: is not a key of this table; its keys are document, state, disposition, "
                "removed_for, two_b_period, direction, in_ims, section, versions, transitions, trigger, "
                "allowed, refused, rule, recipient, supplier, period, two_b, itc_available, itc_rejected, "
                "itc_not_available, reversal_4b1, added_back, two_a"
            ),
        ),
        (
            f'{AT}expect = {{ document = "INV", versions = "1" }}',
            "step[1] expect.versions: '1' is not a whole number; write it without quotes and without a point",
        ),
        (
            f'{AT}expect = {{ recipient = "buyer", period = "2024-10", itc_available = "1.00" }}',
            (
                "step[1] expect.itc_available: '1.00' is not a table of heads (igst, cgst, sgst, cess); write it like "
                '{ igst = "18000.00" }'
            ),
        ),
    ],
)
def test_a_fault_of_a_step(story, step, problem):
    assert story.problems(f"{CAST}{step}\n") == [problem]


REACH = "is out of reach; write a year from 2000 to 2098"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{CAST}{with_line(SWEEP, 'at = 0001-01-01T00:00:00')}", f"step[1] at: 0001-01-01T00:00:00 {REACH}"),
        (f"{CAST}{SAVE.replace('2024-10', '2099-12')}", f"step[1] period: '2099-12' {REACH}"),
        (
            f"{HEAD}{TAXPAYER}{SELLER}{with_line(DOCUMENT, 'date = 9999-12-31')}{SWEEP}",
            f"document[1] date (INV): 9999-12-31 {REACH}",
        ),
        (
            f'{CAST}{AT}do = "file_annual_return"\nrecipient = "buyer"\nfy = "2099-00"\n',
            f"step[1] fy: '2099-00' {REACH}",
        ),
    ],
)
def test_a_year_that_the_law_does_not_reach(story, text, problem):
    assert story.problems(text) == [problem]


ODD = st.one_of(
    st.none().map(lambda _: {}),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.just([]),
    st.just(["INV"]),
    st.just({"igst": "1.00"}),
    st.just({"state": "frozen", "odd": 6}),
)
STEPS = "".join([
    SAVE,
    f'{AT}do = "edit"\ndocument = "INV"\nchanges = {{ igst = "1.00" }}\n',
    f'{AT}do = "accept"\ndocument = "INV"\nreduce_itc = {{ igst = "1.00" }}\n',
    f'{AT}expect = {{ document = "INV", trigger = "accept", allowed = true }}\n',
    f'{AT}expect = {{ recipient = "buyer", period = "2024-10", itc_available = {{ igst = "1.00" }} }}\n',
    f'{AT}do = "propose"\nsignoff = "SO"\nactions = {{ INV = "accept" }}\nby = "asha:preparer"\n',
    f'{AT}do = "approve"\nsignoff = "SO"\nby = "ravi:approver"\nremarks = "yes"\noverride = false\napply = true\n',
    f'{AT}expect = {{ signoff = "SO", state = "applied" }}\n',
])  # fmt: skip


def places(content: object) -> list[tuple[dict | list, str | int]]:
    """Return every place in nested tables and lists."""
    keys = list(content) if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else []
    return [place for key in keys for place in [(content, key), *places(content[key])]]


@given(odd=ODD, at=st.integers(min_value=0, max_value=1000))
def test_a_wrong_value_anywhere_is_a_problem_and_never_a_crash(odd, at):
    content = tomllib.loads(f"signoff = true\n{CAST}{STEPS}")
    holder, key = (found := places(content))[at % len(found)]
    holder[key] = odd
    with suppress(InputError):
        scenario_of(content, Path("story.toml"))


def test_all_faults_come_at_once(story):
    text = (
        HEAD + with_line(TAXPAYER, "kind = 'big'") + SELLER + with_line(DOCUMENT, "igst = 1.5") + f'{AT}do = "agree"\n'
    )
    assert [problem.partition(":")[0] for problem in story.problems(text)] == [
        "taxpayer[1] kind (buyer)",
        "document[1] igst (INV)",
        "step[1] do",
    ]


def test_a_file_that_is_no_toml_names_the_line(story):
    [problem] = story.problems("title = \n")
    assert problem == "the file: is not TOML: Invalid value (at line 1, column 9); correct that line"


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "story.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError) as caught:
        read_scenario(path)
    assert str(caught.value) == f"{path}: the file: is not text in UTF-8; save it as UTF-8"


def test_a_file_that_is_monstrous(story):
    deep = "is nested deeper than 32 tables; write it as the files that ship are written"
    assert story.problems("a = " + "[" * 5000) == [f"the file: {deep}"]
    assert story.problems("a = " + "9" * 5000) == ["the file: holds a number too long to read; correct it"]


def test_a_mark_of_byte_order_is_taken(story):
    text = f"{HEAD}{SWEEP}"
    assert read_scenario(story.write(f"\ufeff{text}")).title == "A story"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError) as caught:
        read_scenario(tmp_path / "none.toml")
    what = "the file: cannot be read: No such file or directory; name a file that can be read"
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: {what}"


def test_times_are_indian_and_amounts_are_paise(story):
    scenario = read_scenario(story.write(f'{CAST}igst = "180"\ncess = 2\n{SAVE}'))
    assert scenario.steps[0].at.isoformat() == "2024-11-05T04:30:00+00:00"
    assert (scenario.documents["INV"].igst, scenario.documents["INV"].cess) == (18_000, 200)


def test_a_taxpayer_owes_returns_from_october_2024_unless_it_is_written(story):
    scenario = read_scenario(story.write(f'{HEAD}{TAXPAYER}{SELLER}registered_from = "2025-04"\n{SWEEP}'))
    periods = {name: entry.taxpayer().registered_from for name, entry in scenario.taxpayers.items()}
    assert periods == {"buyer": "2024-10", "seller": "2025-04"}


def test_a_scenario_keeps_its_file_title_and_rules(story):
    path = story.write(f'{HEAD}rules = ["faq.1"]\n{SWEEP}')
    scenario = read_scenario(Path(path))
    assert (scenario.path, scenario.title, scenario.rules) == (path, "A story", ("faq.1",))
