"""What commands answer with `--json`: each by its schema, and the schemas that are documented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ims_fsm.answers.shapes import define
from ims_fsm.cli.answers import declared, emit, emit_each, file_name, schema_of
from tests.conftest import ON_POSTGRESQL

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "purchase_approval.toml"
LEAVE = ROOT / "docs" / "examples" / "leave_request" / "leave_request.toml"
SCENARIOS = ROOT / "tests" / "scenarios"
HERE, DRAFTED = "--at 2024-11-13T12:00", "--at 2024-11-14T06:00"
NOTE, WANTED, AMENDMENT = "KCN/24/15", "KCL/24-25/0412", "KCL/24-25/0219"
#: Every answer that there is, in the order of a month; the demo's and that of histories have tests of their own.
MONTH = (
    ("import", "import {samples}/ims_2024-11_later.json --at 2024-11-13T10:00", 0),
    ("list", f"list {HERE}", 0),
    ("list --summary", f"list --summary {HERE}", 0),
    ("dashboard", f"dashboard {HERE}", 0),
    ("show", f"show {{{AMENDMENT}}} {HERE}", 0),
    ("match", "match books.csv --period 2024-10", 0),
    ("recommend --explain", f"recommend --explain {{{AMENDMENT}}} {HERE}", 0),
    ("original", f"original {{{AMENDMENT}}} accepted {HERE}", 0),
    ("original --file", f"original --file originals.csv {HERE}", 0),
    ("act", f"act accept --where kind=invoice,debit_note {HERE}", 1),
    ("what-if", f"what-if {{{NOTE}}} keep_pending {HERE}", 0),
    ("check", f"check proposals.json {HERE}", 1),
    ("apply", f"apply proposals.json {HERE}", 1),
    ("history", f"history {{{WANTED}}}", 0),
    ("export json", "export json --out up", 0),
    ("export xlsx", f"export xlsx --out ims.xlsx {HERE}", 0),
    ("export xlsx", f"export xlsx --out book.xlsx {HERE}", 0),
    ("report", "report status.json", 1),
    ("scheduler run", f"scheduler run --once {DRAFTED}", 0),
    ("scheduler status", f"scheduler status {DRAFTED}", 0),
    ("sweep", f"sweep {DRAFTED} --until 2024-12-01T00:00", 0),
    ("2a show", "2a show --period 2024-10", 0),
    ("2b show", "2b show --period 2024-10", 0),
    ("2b generate", "2b generate --period 2024-10 --at 2024-11-15T10:00", 0),
    ("2b diff", "2b diff --period 2024-10", 0),
    ("3b file --dry-run", "3b file --period 2024-10 --dry-run --at 2024-11-15T10:00", 0),
    ("papers", f"papers --period 2024-10 {HERE}", 0),
    ("2b export", "2b export --period 2024-10 --out 2b.json", 0),
    ("2b compare", "2b compare {samples}/gstr2b_2024-10.json", 1),
    ("3b file", "3b file --yes --period 2024-10 --at 2024-11-20T10:00", 0),
    ("error", "3b file --period 2024-10 --at 2024-11-20T10:00", 1),
    ("supplier-view", "supplier-view 21ZXKCK4821M1ZG", 0),
    ("liabilities", "liabilities 21ZXKCK4821M1ZG", 0),
    ("cases open", f"cases open leave_request LR-1 --fact days=many --machines {{leave}} {HERE}", 0),
    ("cases may", f"cases may leave_request LR-1 approve --machines {{leave}} {HERE}", 1),
    ("cases fire", f"cases fire leave_request LR-1 escalate --machines {{leave}} {HERE}", 0),
    ("cases show", f"cases show leave_request LR-1 --machines {{leave}} {HERE}", 0),
    ("cases list", "cases list leave_request --machines {leave}", 0),
    ("cases history", "cases history leave_request LR-1 --machines {leave}", 0),
    ("cases fire-on", f"cases fire-on leave_request approve --all --machines {{leave}} {HERE}", 1),
    ("cases diagram", f"cases diagram leave_request LR-1 --out path.svg --machines {{leave}} {HERE}", 0),
    ("taxpayer show", "taxpayer", 0),
    ("taxpayer add", "taxpayer add 21ZXKCK4821M1ZG", 0),
    ("list --out", "list --csv --out list.csv", 0),
    ("match --list", "match --list", 0),
    ("match --out", "match --out matches.csv", 0),
    ("chase list", f"chase {HERE}", 0),
    ("chase list --documents", f"chase list --documents {HERE}", 0),
    ("chase letters", f"chase letters --out letters {HERE}", 0),
    ("chase log", "chase log", 0),
    ("chase hold", f"chase hold {HERE}", 0),
    ("chase hold --out", f"chase hold --out hold.xlsx {HERE}", 0),
    ("recommend", f"recommend {HERE}", 0),
    ("recommend --out", f"recommend --out recommended.csv {HERE}", 0),
    ("pair", f"pair 1 {{{WANTED}}} --reason seen", 0),
    ("events --restored", "events --restored", 0),
    ("audit verify", "audit verify", 0),
    ("audit seal", "audit seal", 0),
    ("audit seal --list", "audit seal --list", 0),
    ("audit key", "audit key seal.pem", 0),
    ("audit prove", f"audit prove {{{WANTED}}} --out proof.json", 0),
    ("audit check", "audit check proof.json", 0),
    ("token add", "token add asha --gstin 27AAPFU0939F1ZV", 0),
    ("token list", "token", 0),
    ("token revoke", "token revoke 1", 0),
    ("migrate", "migrate --adopt", 0),
    ("settings set", "settings set matching own.toml --reason agreed", 0),
    ("settings list", "settings list", 0),
    ("settings show", "settings show matching", 0),
    ("match", "match", 0),
    ("settings reset", "settings reset matching --reason agreed", 0),
    ("migrate --machines", "migrate --machines {leave} --dry-run", 0),
    ("explain", "explain credit_note keep_pending", 0),
    ("explain --fact", "explain credit_note keep_pending --period 2024-10 --fact direction=original", 0),
    ("rules", "rules faq.11", 0),
    ("verify", "verify {example}", 0),
    ("verify --against", "verify {example} --against {leave} --db sqlite:///ims.db", 0),
    ("conform", "conform log.csv --machine credit_note", 1),
    ("draw", "draw credit_note --format dot", 0),
    ("policy", "policy", 0),
    ("policy --out", "policy --out policy.svg", 0),
    ("compare", "compare", 0),
    ("pages", "pages --format md", 0),
    ("timeline", "timeline --period 2024-10", 0),
    ("timeline --out", "timeline --period 2024-10 --out month.svg", 0),
    ("sequence", "sequence amendment --format mermaid", 0),
    ("sequence --out", "sequence amendment --out story.mmd", 0),
    ("scenario run", "scenario run {story}", 0),
    ("backup", "backup copy.db", 0),
    ("schema", "schema", 0),
    ("schema --out", "schema --out schemas", 0),
    ("error", "show 4711", 2),
)


ROW = {"stin": "21ZXKCK4821M1ZG", "error_cd": "IMSSAV0010", "error_msg": "x", "inv": [{"inum": WANTED}]}
STATUS = {"result": {"status_cd": "PE", "proc_cnt": "0", "err_cnt": "1", "error_report": {"b2b": [ROW]}}, "rek": "x"}
BOOKS = "GSTIN of supplier,Invoice number,Invoice date,Taxable value,IGST"


def holds(name, answer):
    """Assert that an answer is as its schema says."""
    validator = jsonschema.Draft202012Validator(schema_of(name), format_checker=jsonschema.FormatChecker())
    assert not [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


def test_every_answer_of_a_month_holds_to_its_schema(run, samples, tmp_path, ids):
    (tmp_path / "originals.csv").write_text("number,decided\nVTC/31,rejected\n", "utf-8")
    proposals = [{"number": NOTE, "action": "pending"}, {"number": WANTED, "action": "accept"}]
    (tmp_path / "proposals.json").write_text(json.dumps(proposals), "utf-8")
    (tmp_path / "books.csv").write_text(f"{BOOKS}\n21ZXKCK4821M1ZG,{WANTED},2024-10-04,250000,45000\n", "utf-8")
    (tmp_path / "own.toml").write_text('[[match]]\nname = "same_in_all"\npaise = 0\n', "utf-8")
    (tmp_path / "log.csv").write_text("case,activity,period\n1,keep_pending,2024-10\n1,accept,2024-10\n", "utf-8")
    (tmp_path / "status.json").write_text(json.dumps(STATUS), "utf-8")
    places = {number: ids(number) for number in (NOTE, WANTED, AMENDMENT)}
    for name, call, code in MONTH:
        if ON_POSTGRESQL and name == "backup":  # a program of PostgreSQL's own does that
            continue
        files = {"samples": samples, "example": EXAMPLE, "leave": LEAVE, "story": next(SCENARIOS.rglob("*.toml"))}
        words = call.format(**files, **places).split()
        answer = run(*words, "--json").ended(code).json
        holds(name, answer)
        assert answer, name
    for line in run("events", "--json").ended(0).out.splitlines():
        holds("events", json.loads(line))
    elsewhere = {"demo", "serve", "events", "verify --histories", "verify --stories"}
    # Drawn by Graphviz, which need not be there; the shapes are those of a timeline.
    elsewhere |= {"poster", "poster --out"}
    elsewhere |= {name for name in declared()["answers"] if name.startswith("signoff ")}
    assert elsewhere | {name for name, _, _ in MONTH} == declared()["answers"].keys()


def test_every_shape_is_used_and_has_words_and_every_member():
    tables = {"answers", "operations"}
    names: dict[str, Any] = {}
    for answer in (answer for table in tables for answer in declared()[table].values()):
        define(answer, names)
    bases = {table["extends"] for table in declared().values() if "extends" in table}
    assert declared().keys() - tables <= names.keys() | bases
    assert all(table["says"].endswith(".") for name, table in declared().items() if name not in tables)
    with pytest.raises(LookupError, match="dict has no rows"):
        emit("audit verify", {"sound": True, "records": 1})


def test_the_documented_schemas_are_those_of_this_version():
    folder = ROOT / "docs" / "schemas"
    documented = {file.name: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")}
    assert documented == {file_name(name): schema_of(name) for name in declared()["answers"]}, (
        "python -m ims_fsm schema --out docs/schemas writes them again"
    )


def test_a_schema_is_printed_by_the_name_of_its_command(bare):
    printed = json.loads(bare("schema", "2b", "show").ended(0).out)
    assert printed == schema_of("2b show")
    assert printed["$defs"]["TwoB"]["properties"]["totals"]["additionalProperties"] == {"$ref": "#/$defs/Tax"}
    assert "list --summary" in bare("schema").ended(0).out.splitlines()
    assert "'nothing' is not a command" in " ".join(bare("schema", "nothing").ended(2).err.split(": "))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_written_as_it_comes_is_the_answer_written_whole(capsys, count):
    added = [{**dict.fromkeys(("code", "where", "what"), "₹"), "remedy": str(number)} for number in range(count)]
    head = {"sound": True, "records": 1, "rows": 2, "seals": 3, "faults": []}
    emit_each("audit verify", head, iter(added))
    as_it_comes = capsys.readouterr().out
    emit("audit verify", {**head, "notes": added})
    assert as_it_comes == capsys.readouterr().out
