"""`timeline` and `sequence`."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)


def test_a_timeline_is_printed_by_its_calendar_and_answered_as_json(bare, tmp_path):
    told = bare("timeline", "--period", "2024-10").ended(0).out
    assert told.startswith("<svg")
    assert "Tax period October 2024" in told
    assert bare("sequence", "amendment", "--json").ended(0).json["picture"].startswith("<svg")
    assert bare("timeline", "--period", "2024-10", "--out", "t.svg", "--json").ended(0).json == {
        "format": "svg",
        "files": ["t.svg"],
    }
    (tmp_path / "extended.toml").write_text(
        '[[extension]]\nwhat = "gstr3b"\nperiod = "2024-10"\ndate = 2024-11-25\nsource = "Notification 5"\n'
    )
    assert "due 25 Nov" in bare("timeline", "--period", "2024-10", "--calendar", "extended.toml").ended(0).out
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    assert (
        "c.toml: is not text in UTF-8; name a TOML file"
        in bare("timeline", "--period", "2024-10", "--calendar", "c.toml").ended(2).err
    )


def test_a_record_on_its_way_is_drawn_as_it_moves(bare):
    told = bare("timeline", "--period", "2024-10", "--animate", "credit_note").ended(0).out
    assert "Credit note: its way through the 2B period October 2024" in told


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_timeline_is_written_in_the_format_of_its_ending(bare, tmp_path, ending):
    told = bare("timeline", "--period", "2024-11", "--quarterly", "--state", "27", "--out", f"t.{ending}").ended(0).out
    assert told.strip() == f"t.{ending}"
    first = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}[ending]
    assert (tmp_path / f"t.{ending}").read_bytes().startswith(first)


@pytest.mark.parametrize(("story", "says"), [("amendment", "+20.00"), ("rejected-credit-note", "FAQ 34")])
def test_a_sequence_is_printed(bare, story, says):
    assert says in bare("sequence", story).ended(0).out


def test_a_sequence_is_told_with_its_money_by_the_rule_set_of_its_period(bare, tmp_path):
    told = bare("sequence", "amendment", "--v0", "50.00", "--v1", "80.00", "--format", "mermaid").ended(0).out
    assert "sequenceDiagram" in told
    assert "Liability +30.00<br/>total 80.00" in told
    bare("sequence", "rejected-credit-note", "--period", "2025-10", "--theme", "dark", "--out", "s.mmd").ended(0)
    assert "reduced in full" in (tmp_path / "s.mmd").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("timeline", "--period", "2024-10", "--format", "png"),
            "png is not text and cannot be printed; name a file with --out",
        ),
        (
            ("timeline", "--period", "2024-10", "--out", "t.jpg"),
            "t.jpg does not end like a picture of this command; end it with .svg, .png, .pdf, or name",
        ),
        (
            ("timeline", "--period", "2024-10", "--out", "t.mmd"),
            "t.mmd does not end like a picture of this command; end it with .svg, .png, .pdf, or name",
        ),
        (("timeline", "--period", "2024-10", "--quarterly"), "state: decides the due day of the quarterly GSTR-3B"),
        (
            ("timeline", "--period", "2024-10", "--animate", "gstr2b"),
            "gstr2b: is not a machine of records; name one of",
        ),
        (
            ("timeline", "--period", "2024-10", "--animate", "invoice", "--out", "w.png"),
            "only an SVG moves, and it follows light and dark pages by itself; leave --format and --theme out",
        ),
        (("timeline", "--period", "2024-10", "--calendar", "no.toml"), "no.toml does not exist; correct the path"),
        (("poster", "--period", "2020-01"), "poster: 2020-01: lies before IMS, which begins with 2B period 2024-10"),
        (
            ("poster", "--out", "c.txt"),
            "c.txt does not end like a picture of this command; end it with .svg, .png, .pdf,",
        ),
        (("sequence", "amendment", "--out", "s.txt"), "end it with .svg, .png, .pdf, .mmd, or name a --format"),
        (("sequence", "amendment", "--v0", "x"), "v0: 'x' is not an amount in rupees"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(bare, arguments, says):
    told = bare(*arguments).ended(2)
    assert says in told.err
    assert told.out == ""


@drawable
def test_the_poster_is_of_the_rule_set_of_its_period(bare):
    assert "IMS-2024-10: IMS as launched" in bare("poster", "--period", "2024-10").ended(0).out
