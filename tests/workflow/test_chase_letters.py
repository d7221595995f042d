"""Letters to suppliers: what they say, what nobody can put into them, to whom they are, and who was written to."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from ims_fsm import Heads, InputError, Letter
from tests.workflow.books import DAY, SELLER, booked, register
from tests.workflow.test_chasing import OTHER

pytestmark = pytest.mark.both
NOW = "2024-11-12"
HOSTILE = "S/9\r\nBcc: <b>x@example.com</b>\n\n{{ 7*7 }}\x1b[2J\u202e../../etc"


def letters(stage: Any, **options: Any) -> list[Letter]:
    return list(stage.at(NOW).desk.letters(**options))


def test_a_letter_says_what_differs_and_what_is_asked(stage: Any) -> None:
    stage.filed(stage.document(number="S/1", supplier_name="Sample Metals"))
    stage.desk.match(register(booked(igst=20_000), booked("B/1", igst=100)))
    (letter,) = letters(stage)
    assert letter.name == f"{SELLER}_2024-11-12.txt"
    assert (letter.documents, letter.tax, letter.sha256) == (
        2, Heads(2_100), hashlib.sha256(letter.content).hexdigest())  # fmt: skip
    text = " ".join(letter.content.decode().split())
    assert text.startswith("Subject: 2 documents to put right in GSTR-1 for 27AAPFU0939F1ZV 12 November 2024")
    for sentence in (
        f"Sample Metals, GSTIN {SELLER}",
        "Input tax credit of 21.00 IGST waits for that.",
        "1. Invoice S/1 of 5 October 2024 In our books: taxable 1,000.00, tax 200.00 IGST You reported: taxable",
        "You reported: taxable 1,000.00, tax 180.00 IGST, in GSTR-1 of October 2024, filed Difference: IGST 20.00 too",
        "amend it in GSTR-1A of October 2024 while that is open, or else in GSTR-1 of November 2024 by 11 December",
        "can be taken until 30 November 2025 (Section 16(4) of the CGST Act).",
        "2. Invoice B/1 of 5 October 2024 In our books: taxable 1,000.00, tax 1.00 IGST You reported: nothing Please:",
    ):
        assert sentence in text
    assert max(map(len, letter.content.decode().splitlines())) <= 78


def test_what_is_filed_before_its_due_day_is_amended_in_a_later_period(stage: Any) -> None:
    stage.at("2024-11-08")
    stage.filed(stage.document(number="S/1"))
    stage.desk.match(register(booked(igst=20_000)))
    (letter,) = stage.at("2024-11-09").desk.letters()
    text = " ".join(letter.content.decode().split())
    assert "or else in GSTR-1 of November 2024 by 11 December 2024 (if you file quarterly: in IFF of November" in text


@pytest.mark.parametrize("fmt", ["text", "eml"])
def test_the_same_moment_gives_the_same_bytes(stage: Any, fmt: str) -> None:
    stage.desk.match(register(booked(), booked("B/1", supplier=OTHER)))
    assert letters(stage, fmt=fmt) == letters(stage, fmt=fmt)


@pytest.mark.parametrize("fmt", ["text", "eml"])
def test_a_hostile_number_is_harmless(stage: Any, fmt: str) -> None:
    stage.desk.match(register(booked(HOSTILE)))
    (letter,) = letters(stage, fmt=fmt)
    mail = message_from_bytes(letter.content, policy=policy.default)
    text = mail.get_content() if fmt == "eml" else letter.content.decode()
    assert "".join(text.split()).count("S/9\\r\\nBcc:<b>x@example.com</b>\\n\\n{{7*7}}\\x1b[2J\\u202e../../etc") == 1
    assert (mail["Bcc"], "\x1b" in text, "\u202e" in text) == (None, False, False)
    assert letter.name == f"{SELLER}_2024-11-12.{'eml' if fmt == 'eml' else 'txt'}"


def test_a_mail_is_a_draft_to_whom_the_table_says(stage: Any) -> None:
    stage.desk.match(register(booked(), booked("B/1", supplier=OTHER, igst=100)))
    table = f"name,GSTIN,Email\nx,{SELLER},a@example.com; b@example.com\n".encode()
    mails = [message_from_bytes(of.content, policy=policy.default) for of in letters(
        stage, fmt="eml", addresses=table)]  # fmt: skip
    assert [mail["To"] for mail in mails] == ["a@example.com, b@example.com", None]
    for mail in mails:
        assert (mail["X-Unsent"], mail["From"], mail["Message-ID"]) == ("1", None, None)
        assert (mail["Date"], mail.get_content_type()) == ("Tue, 12 Nov 2024 12:00:00 +0530", "text/plain")
        assert mail["Subject"] == "1 document to put right in GSTR-1 for 27AAPFU0939F1ZV"


TABLES = {
    "no columns": "supplier,mail\n",
    "no rows": "gstin,email\n",
    "no GSTIN": "gstin,email\n29,a@example.com\n",
    "twice": f"gstin,email\n{SELLER},a@example.com\n{SELLER},b@example.com\n",
    **{f"the address {text!r}": f'gstin,email\n{SELLER},"{text}"\n' for text in (
        "a", "a@", "@b.in", "a@b", "a b@c.in", "<a@b.in>", "a@b.in, c@d.in", "\u0905@b.in", "a@b.in\r\nBcc: c@d.in",
        "x" * 250 + "@b.in")},
}  # fmt: skip


@pytest.mark.sqlite("reads a table")
@pytest.mark.parametrize("what", TABLES)
def test_a_table_of_addresses_that_cannot_be_used_is_refused(stage: Any, what: str) -> None:
    with pytest.raises(InputError):
        letters(stage, fmt="eml", addresses=TABLES[what].encode())


REFUSED = {
    "no template": "{{ total",
    "an unknown name": "{{ nobody }}",
    "a way out": "{{ supplier.__class__.__mro__ }}",
    "a way to write": "{{ documents.clear() }}",
    "text times a number": "{{ 'x' * 1000000000 }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a format": "{{ '%1000000000d' % 1 }}",
    "another format": "{{ '{:1000000000}'.format('x') }}",
    "a wide filter": "{{ 'x' | center(1000000000) }}",
    "many numbers": "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
    "a number that grows": "{% set ns = namespace(n=9) %}" + "{% set ns.n = ns.n * ns.n %}" * 40 + "{{ ns.n }}",
    "a wide method": "{{ 'x'.center(1000000000) }}",
    "zeros": "{{ '1'.zfill(1000000000) }}",
    "tabs": "{{ '\t'.expandtabs(1000000000) }}",
    "a replacement": "{{ 'x'.replace('', 'x') }}",
    "bytes": "{{ (1).to_bytes(1000000000, 'big') }}",
    "a table of any length": "{{ [1] | batch(1000000000, 'x') | list }}",
    "slices": "{{ [1] | slice(1000000000) | list }}",
    "joined": "{{ ['x', 'x'] | join('y') }}",
    "a wide fold": "{{ 'x' | fold(1000000000) }}",
    "a block": "{% set x = 'xxxxxxxxxx' %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 22,
    "added up": "{% set ns = namespace(t='xxxxxxxxxx') %}" + "{% set ns.t = ns.t + ns.t %}" * 22,
    "lists": "{% set ns = namespace(t=[1]) %}" + "{% set ns.t = ns.t + ns.t %}" * 30,
    "unprinted": "{% set ns = namespace(t='xxxxxxxxxx') %}" + "{% set ns.t = ns.t ~ ns.t %}" * 30,
    "a file": "{% include '/etc/passwd' %}",
    "too much": "{% set ns = namespace(t='xxxxxxxxxx') %}" + "{% set ns.t = ns.t ~ ns.t %}" * 22 + "{{ ns.t }}",
}


@pytest.mark.sqlite("reads a template")
@pytest.mark.parametrize("what", REFUSED)
def test_a_template_that_cannot_be_used_is_refused(stage: Any, tmp_path: Path, what: str) -> None:
    stage.desk.match(register(booked()))
    (tmp_path / "own.j2").write_text(REFUSED[what], "utf-8")
    letters(stage)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="the template"):
            letters(stage, template=tmp_path / "own.j2")
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()


@pytest.mark.sqlite("reads a template")
def test_a_template_of_ones_own_writes_the_letters(stage: Any, tmp_path: Path) -> None:
    stage.desk.match(register(booked(), booked("B/2", igst=100)))
    own = "Subject: To {{ supplier.gstin }}\n\n{% for of in documents %}{{ of.number }}: {{ of.stake }}\n{% endfor %}"
    (tmp_path / "own.j2").write_text(own, "utf-8")
    (tmp_path / "short.toml").write_text("[letter]\nmost = 1\n", "utf-8")
    (letter,) = letters(stage, template=tmp_path / "own.j2", rules=tmp_path / "short.toml")
    assert letter.content.decode() == f"Subject: To {SELLER}\n\nS/1: 180.00 IGST\n"
    assert (letter.documents, letter.tax) == (2, Heads(18_100))
    (letter,) = letters(stage, rules=tmp_path / "short.toml")
    assert "Besides these, 1 more are open" in " ".join(letter.content.decode().split())


def test_who_was_written_to_is_logged_and_left_out_for_a_while(stage: Any) -> None:
    stage.desk.match(register(booked(), booked("B/1", supplier=OTHER, igst=100)))
    first, _ = letters(stage)
    (logged,) = stage.desk.chased([first])
    assert (logged.number, logged.supplier, logged.actor, logged.letter, logged.sha256, logged.tax) == (
        1, SELLER, "buyer", first.name, first.sha256, Heads(18_000))  # fmt: skip
    assert [of.chased for of in stage.desk.chase()] == [logged, None]
    stage.at("2024-11-18")
    assert [of.supplier for of in stage.desk.chase(again_after=7)] == [OTHER]
    assert [of.supplier for of in stage.desk.chase(again_after=5)] == [SELLER, OTHER]
    stage.desk.chased(letters(stage))
    assert [(of.number, of.supplier) for of in stage.desk.chase_log()] == [(3, OTHER), (2, SELLER), (1, SELLER)]
    assert stage.desk.chase_log(limit=1)[0].number == 3
    with pytest.raises(InputError):
        stage.desk.chased([Letter(supplier="x", name="\n", content=b"", sha256="", documents=-1, tax=Heads())])


def test_payments_to_hold_are_rows_that_an_erp_reads(stage: Any) -> None:
    stage.desk.match(register(booked("=1+1"), booked("N/1", kind=booked().kind.CREDIT_NOTE)))
    desk, out, book = stage.at(NOW).desk, io.BytesIO(), io.BytesIO()
    assert desk.write_payments_to_hold(out) == desk.write_payments_to_hold(book, fmt="xlsx") == 1
    titles, row = (line.split(",") for line in out.getvalue().decode().splitlines())
    assert dict(zip(titles, row, strict=True)) == {
        "supplier_gstin": SELLER, "document_number": "'=1+1", "document_date": "2024-10-05", "document_kind": "invoice",
        "in_books": "yes", "igst": "180.00", "cgst": "0.00", "sgst": "0.00", "cess": "0.00", "tax_at_stake": "180.00",
        "hold_amount": "180.00", "reason_code": "not_reported", "release_condition": "the supplier has filed it",
        "rule": "sec.16_2_aa", "credit_until": "2025-11-30",
    }  # fmt: skip
    book.seek(0)
    first, cells = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert (first, cells[:3], cells[10]) == (titles, [SELLER, "=1+1", DAY], 180.0)
    assert cells[-1] == date(2025, 11, 30)
