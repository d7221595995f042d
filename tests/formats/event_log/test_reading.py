"""Logs in CSV and XES: what is read of them, in which order, and what is refused before it costs anything."""

from __future__ import annotations

import gzip
import tracemalloc
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import DeclarationError, InputError
from ims_fsm.formats.event_log import source
from ims_fsm.formats.event_log.mapping import Entry, mapping_with
from ims_fsm.formats.event_log.reading import Reading, in_order

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="trace"><string key="direction" value="upward"/></global>
<global scope="event"><string key="org:resource" value="nobody"/></global>
<trace><string key="concept:name" value="C1"><string key="direction" value="nested"/></string>
<event><string key="concept:name" value="reject"/><date key="time:timestamp" value="2024-11-02T10:00:00.5Z"/></event>
<event><string key="concept:name" value="accept"/><date key="time:timestamp" value="2024-11-01T10:00:00Z"/>
<list key="who"><values><string key="org:resource" value="inner"/></values></list>
<string key="org:resource" value="asha"/></event>
<event><string key="concept:name" value="accept"/><string key="lifecycle:transition" value="start"/></event>
</trace><trace><event><string key="concept:name" value="freeze"/></event></trace></log>"""


def read(tmp_path, content, name="log.csv", mapping=None, facts=("direction",)):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    plan = mapping_with(None)
    if mapping is not None:
        (tmp_path / "map.toml").write_text(mapping, "utf-8")
        plan = mapping_with(tmp_path / "map.toml")
    reading = Reading(path, plan, facts)
    return list(reading.events()), reading


def problems(tmp_path, content, name="log.csv"):
    with pytest.raises(InputError) as refused:
        read(tmp_path, content, name)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_an_xes_is_read_with_its_defaults_and_without_what_is_nested(tmp_path, packed, prefix):
    dated = '<date key="time:timestamp" value="2024-12-01T00:00:00Z"/>'
    text = XES.replace('value="freeze"/>', f'value="freeze"/>{dated}')
    if prefix:
        text = text.replace("xmlns=", "xmlns:x=").replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
        text = text.replace("<x:?", "<?")
    events, reading = read(tmp_path, gzip.compress(text.encode()) if packed else text, "log.xes")
    assert [(e.case, e.activity, e.resource, e.facts["direction"]) for e in events] == [
        ("C1", "accept", "asha", "upward"),
        ("C1", "reject", "nobody", "upward"),
        ("trace 2", "freeze", "nobody", "upward"),
    ]
    assert [e.line for e in events] == [8, 7, 12]
    assert reading.not_complete == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_whatever_parts_its_cells(tmp_path, encoding, delimiter):
    lines = [
        "Case ID,Activity,Timestamp,User,Direction",
        'C1,accept,2024-11-01 10:00,asha,"up, ward"',
        ",,,,",
        "C1,reject,2024-11-01 10:00",
    ]
    text = "\r\n".join(lines).replace('"up, ward"', "up") if delimiter != "," else "\n".join(lines)
    events, _ = read(
        tmp_path, text.replace(",", delimiter).encode(encoding) if delimiter != "," else text.encode(encoding)
    )
    assert [(e.case, e.activity, e.resource) for e in events] == [("C1", "accept", "asha"), ("C1", "reject", "")]
    assert (
        events[0].at == events[1].at == 1_730_435_400_000_000
    )  # 2024-11-01T04:30Z: without an offset it is Indian time


def test_ties_keep_the_order_of_the_file_and_what_has_no_moment_too(tmp_path):
    text = "case,activity,time\n" + "".join(f"C{n % 2},a{n},2024-11-0{9 - n // 3}\n" for n in range(6))
    events, _ = read(tmp_path, text)
    assert [e.activity for e in events] == ["a4", "a0", "a2", "a3", "a5", "a1"]
    events, _ = read(tmp_path, "case,activity\nb,1\na,2\nb,3\na,4\n")
    assert [e.activity for e in events] == ["2", "4", "1", "3"]


ENTRIES = st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.integers(0, 3))), max_size=40)


@given(ENTRIES, st.integers(1, 7))
def test_what_is_sorted_on_disk_is_sorted_as_in_memory(pairs, run):
    entries = [Entry(case, at, n, n, "do", "", "", "", "", {"f": "v"}) for n, (case, at) in enumerate(pairs)]
    assert list(in_order(entries, run)) == list(in_order(entries)) == sorted(entries, key=lambda e: e[:3])


def test_more_events_than_fit_into_memory_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("ims_fsm.formats.event_log.reading.RUN_SIZE", 20_000)
    path = tmp_path / "log.csv"
    with path.open("w") as file:
        file.write("case,activity,note\n")
        file.writelines(f"C{n % 977},a{n},{'x' * 900}\n" for n in range(4_000))
    tracemalloc.start()
    try:
        sizes = [
            len(list(group)) for _, group in groupby(Reading(path, mapping_with(None), ()).events(), lambda e: e.case)
        ]
        assert (len(sizes), sum(sizes)) == (977, 4_000)
        assert tracemalloc.get_traced_memory()[1] < 3 << 20
    finally:
        tracemalloc.stop()


HOSTILE = {
    "doctype": ('<!DOCTYPE log [<!ENTITY a "b">]><log/>', "has a document type or entities (DTDForbidden)"),
    "external": (
        '<!DOCTYPE log SYSTEM "http://example.in/x.dtd"><log/>',
        "has a document type or entities (DTDForbidden)",
    ),
    "entity": ("<log><trace><string key='a' value='&lol;'/></trace></log>", "is not XML (undefined entity)"),
    "depth": ("<log>" + "<list>" * 40 + "</list>" * 40 + "</log>", "is nested deeper than 32 elements"),
    "value": (f"<log><trace><string key='a' value='{'x' * 100_001}'/></trace></log>", "longer than 100,000 characters"),
    "endless": (f"<log><trace><string key='{'x' * 2_000_000}", "has an element longer than 400,000 bytes"),
    "attributes": (
        "<log><trace>" + "".join(f"<int key='{n}' value='1'/>" for n in range(1100)) + "</trace></log>",
        "more than 1000 attributes",
    ),
    "cut": (XES[:900], "is not XML"),
    "other": ("<html><body/></html>", "has no <log>"),
    "empty log": ("<log/>", "has no event"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_xml_is_refused_in_one_sentence(tmp_path, kind):
    text, says = HOSTILE[kind]
    [problem] = problems(tmp_path, text, "log.xes")
    assert says in problem
    assert "\n" not in problem


def test_attributes_of_a_trace_are_held_once_whatever_events_it_has(tmp_path):
    attributes = "".join(f"<int key='{n}' value='1'/>" for n in range(900))
    (tmp_path / "log.xes").write_text(f"<log><trace>{attributes}{'<event/>' * 2_000}</trace></log>", "utf-8")
    tracemalloc.start()
    try:
        assert sum(len(row.cells) for row in source.rows_of(tmp_path / "log.xes")) == 901 * 2_000
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    many = f"<log><trace>{attributes}{'<event/>' * 20_000}</trace></log>"
    assert "traces of very many attributes and very many events" in problems(tmp_path, many, "log.xes")[0]


def test_what_is_said_of_a_trace_behind_an_event_is_of_the_events_behind_it(tmp_path):
    event, late = '<event><string key="concept:name" value="a"/></event>', '<string key="direction" value="upward"/>'
    text = '<log><trace><string key="concept:name" value="1"/>{}</trace></log>'
    events, _ = read(tmp_path, text.format(event + late + event), "log.xes")
    assert [of.facts for of in events] == [{}, {"direction": "upward"}]
    assert "17" not in (said := problems(tmp_path, text.format(event + late * 17), "log.xes")[0])
    assert "more than 16 attributes of a trace behind its first event" in said


def test_the_first_event_of_an_xes_need_not_have_every_column(tmp_path):
    early = '<event><string key="lifecycle:transition" value="start"/></event>'
    text = XES.replace(
        '<event><string key="concept:name" value="reject"/>',
        early + '<event><string key="concept:name" value="reject"/>',
    )
    dated = 'value="freeze"/><date key="time:timestamp" value="2024-12-01T00:00:00Z"/>'
    text = text.replace('value="freeze"/>', dated)
    events, reading = read(tmp_path, text, "log.xes")
    assert (len(events), reading.not_complete) == (3, 2)
    nameless = text.replace(early, "<event/>")
    assert problems(tmp_path, nameless, "log.xes")[0].startswith("line 7: says no activity; ")


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "SPARED", 1 << 16)
    monkeypatch.setattr(source, "LARGEST_RATIO", 20)
    [problem] = problems(tmp_path, gzip.compress(b"<log>" + b"<trace/>" * (1 << 18)), "log.xes.gz")
    assert "unpacks to more than 20 times its size" in problem
    bomb = gzip.compress(b"case,activity\n" + b"C1,%s\n" % (b"a" * 900) * 2000)
    [problem] = problems(tmp_path, bomb)
    assert "unpacks to more than 20 times its size" in problem
    [problem] = problems(tmp_path, gzip.compress(b"case,activity\n" + bytes(range(32, 127)) * 90)[:60])
    assert "cannot be unpacked" in problem


def test_more_bytes_than_a_log_may_have_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "LARGEST", 1000)
    [problem] = problems(tmp_path, "case,activity\n" + "C1,accept\n" * 200)
    assert problem.endswith("the file: has more than 1,000 bytes; give it in parts")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no event"),
        ("case,activity\n", "has no event"),
        ("what,when\na,b\n", "no column says the case; its columns are what, when; name it with --case"),
        ("case,activity\nC1,accept,x\n", "line 2: has 3 cells and the table 2 columns"),
        ("case,activity\nC1,\n", "line 2: says no activity"),
        ('case,activity\nC1,"acc\n', "is not a line of a table"),
        ("case,activity,case\nC1,a,b\n", "has two columns 'case'"),
        ("case,activity,time\nC1,accept,yesterday\n", "line 2: 'yesterday' is not a moment"),
        ("case,activity,time\nC1,accept,0001-01-01\n", "line 2: '0001-01-01' is not a moment"),
        ("case,activity,time\nC1,accept,2024-11-01\nC1,accept,\n", "1 events have no moment, and others have"),
        (f"case,activity\n{'x' * 1001},accept\n", "line 2: has a name of more than 1,000 characters"),
        (f"case,activity\n{'x' * 1_000_001},accept\n", "line 2: is longer than 1,000,000 characters"),
        (b"\x89PNG\r\n\x00\x00", "is neither CSV nor XES"),
        ("case,activity\nC1,\xff\n".encode("latin-1"), "is not text in UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path, text, says):
    assert says in problems(tmp_path, text)[0]


def test_a_map_names_columns_words_and_what_moves_nothing(tmp_path):
    own = """
    ignored = { activities = ["Printed"] }
    [columns]
    case = "Bill"
    activity = ["Step"]
    [facts.direction]
    columns = "Change"
    """
    events, reading = read(tmp_path, "Bill,Step,Change\nB1,printed,up\nB1,accept,up\n", mapping=own)
    assert [(e.case, e.activity, e.facts) for e in events] == [("B1", "accept", {"direction": "up"})]
    assert reading.ignored == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[kolumns]\ncase = 'x'", "kolumns: is not a table of a map; did you mean columns?"),
        ("[columns]\ncases = 'x'", "columns.cases: is not a key of a map"),
        ("[columns]\ncase = 3", "columns.case: is neither a text nor a list of texts"),
        ("[activities]\nok = ['accept']", "activities.ok: is not a text"),
        ("[facts]\ndirection = 'x'", "facts.direction: is not a table"),
        ("[facts.direction]\nvalues = ['x']", "facts.direction.values: has another form"),
        ("[facts.direction]\nkolumns = ['x']", "direction.kolumns: is not a key of a fact; did you mean columns?"),
        ("[[x", "is not TOML"),
    ],
)
def test_a_map_that_cannot_be_used_says_why(tmp_path, text, says):
    (tmp_path / "map.toml").write_text(text, "utf-8")
    with pytest.raises(DeclarationError) as refused:
        mapping_with(tmp_path / "map.toml")
    assert says in str(refused.value)
