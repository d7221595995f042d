"""Letters to suppliers: what differs, document by document, in words; as text, or as a mail that opens as a draft.

Content in Python, layout and words in a template, of one's own too: it runs in Jinja2's sandbox. Nothing is sent.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ims_fsm.draw.citation import cite
from ims_fsm.errors import InputError, Problem
from ims_fsm.files.reading import text_of
from ims_fsm.record.chasing import ChaseTally, Format, Letter, ToChase
from ims_fsm.record.record import Record
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.characters import visible
from ims_fsm.terms.money import TITLES, Heads, shown
from ims_fsm.terms.period import day_in_words, in_india
from ims_fsm.terms.vocabulary import Disposition, State

ENDINGS: Mapping[Format, str] = {"text": "txt", "eml": "eml"}
SHIPPED = Path(__file__).with_name("templates") / "letter.txt.j2"
WIDTH = 78
# What a template of one's own may be, and what may come of it.
_LARGEST_TEMPLATE, _LARGEST_LETTER = 2**18, 2**21
_LARGEST_VALUE, _LARGEST_NUMBER = 2**16, 2**53
# What a template may use of Jinja2 and of text: nothing that makes much out of little.
_FILTERS = (
    *("upper", "lower", "capitalize", "title", "trim", "default", "d", "length", "count", "first", "last", "abs"),
    *("round", "int", "float", "string", "list", "sort", "unique", "selectattr", "rejectattr", "map"),
)
_METHODS = {
    *("upper", "lower", "capitalize", "title", "strip", "lstrip", "rstrip", "startswith", "endswith", "split"),
    *("partition", "rpartition", "removeprefix", "removesuffix", "count", "find", "get", "items", "keys", "values"),
}
_SUBJECT = re.compile(r"Subject:[ \t]*([^\n]*)\n+")
_UNSAFE = re.compile(r"[^0-9A-Za-z]+")


def _joined(parts: Iterable[Any]) -> str:
    """Return texts as one; raises `TypeError` for one that is too long, before it is made."""
    texts = [str(part) for part in parts]
    if sum(map(len, texts)) > _LARGEST_VALUE:
        raise TypeError(f"a text has more than {_LARGEST_VALUE:,} characters")
    return "".join(texts)


def _is_small(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < _LARGEST_NUMBER


class _Generator(CodeGenerator):
    """Compiles `~` into what has a limit."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 -- the name is Jinja2's
        """Write a call of `_Sandbox.concat`."""
        self.write("environment.concat((")
        for entry in node.nodes:
            self.visit(entry, frame)
            self.write(", ")
        self.write("))")


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, in which no value grows beyond its limit: few filters and methods, and every sign looked at."""

    code_generator_class = _Generator
    concat = staticmethod(_joined)
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what could fill the memory; raises `TypeError`."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _joined((left, right))
        if operator == "**" or not (_is_small(left) and _is_small(right)):
            raise TypeError(f"{operator} is for numbers below {_LARGEST_NUMBER:,} in a letter")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """Wrap no format: like every other method that is not named here, it is not called."""

    def is_safe_callable(self, obj: Any) -> bool:
        """Say whether a template may call something: of text and tables only what makes nothing long."""
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        is_plain = isinstance(owner, (str, bytes, int, float, list, tuple, dict))
        return super().is_safe_callable(obj) and (not is_plain or name in _METHODS)


def _fold(text: str, indent: int = 0, hang: int | None = None) -> str:
    """Return a text in lines that a mail shows whole; an amount and a number stay whole. Raises `ValueError`."""
    if max(indent, hang or 0) >= WIDTH:
        raise ValueError(f"fold indents by less than {WIDTH}")
    after = " " * (indent if hang is None else hang)
    lines = textwrap.wrap(
        str(text), WIDTH, initial_indent=" " * indent, subsequent_indent=after, break_on_hyphens=False,
        break_long_words=False, drop_whitespace=True, replace_whitespace=True,
    )  # fmt: skip
    return "\n".join(lines)


def letter_name(supplier: str, at: datetime, fmt: Format) -> str:
    """Return the name of a letter's file: the supplier and the day in India, no other character."""
    return f"{_UNSAFE.sub('_', supplier)}_{in_india(at):%Y-%m-%d}.{ENDINGS[fmt]}"


@dataclass(frozen=True)
class Letters:
    """Writes the letters of a recipient, as of a moment: one for each supplier."""

    recipient: Taxpayer
    at: datetime
    fmt: Format
    template: Template
    addresses: Mapping[str, Collection[str]]

    @classmethod
    def of(
        cls, recipient: Taxpayer, at: datetime, fmt: Format, path: Path | None, addresses: Mapping[str, Collection[str]]
    ) -> Letters:
        """Return what writes them, by the template in a file or by ours; raises `InputError` for what is none."""
        return cls(recipient, at, fmt, _template(path), addresses)

    def letter(
        self, supplier: str, name: str, listed: Sequence[ToChase], total: ChaseTally, over: ChaseTally
    ) -> Letter:
        """Return the letter to a supplier about documents, of which these are listed; raises `InputError`.

        `over` is what of `total` has no time for its credit any more.
        """
        values = {
            "recipient": {"gstin": self.recipient.gstin, "name": visible(self.recipient.name)},
            "supplier": {"gstin": visible(supplier), "name": visible(name)},
            "today": day_in_words(in_india(self.at).date()),
            "opening": _opening(total, over),
            "documents": [_document(of) for of in listed],
            "total": {"documents": total.documents, "tax": str(total.tax), "more": total.documents - len(listed)},
        }
        text = self._rendered(values)
        head = _SUBJECT.match(text)
        subject = " ".join(visible(head[1]).split()) if head else f"Documents for {self.recipient.gstin}"
        body = text[head.end() :] if head else text
        content = text.encode() if self.fmt == "text" else self._mail(supplier, name, subject, body)
        return Letter(
            supplier=supplier,
            name=letter_name(supplier, self.at, self.fmt),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            documents=total.documents,
            tax=total.tax,
        )

    def _rendered(self, values: Mapping[str, Any]) -> str:
        parts, size = list[str](), 0
        try:
            for part in self.template.generate(values):
                parts.append(part)
                size += len(part)
                if size > _LARGEST_LETTER:
                    raise _unusable(f"makes a letter of more than {_LARGEST_LETTER:,} characters", "list less in it")
        except _FAILS as error:
            if isinstance(error, InputError):
                raise
            raise _unusable(
                f"cannot be filled in: {visible(str(error))}", "docs/chasing.md has what it may name"
            ) from error
        return "".join(parts).strip("\n") + "\n"

    def _mail(self, supplier: str, name: str, subject: str, body: str) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = subject
        if to := self.addresses.get(supplier):
            mail["To"] = [Address(visible(name), addr_spec=address) for address in to]
        mail["Date"] = in_india(self.at)
        # Mail programs open it as a draft, to be looked at and sent.
        mail["X-Unsent"] = "1"
        mail.set_content(body, charset="utf-8", cte="quoted-printable")
        return mail.as_bytes()


# What may come of a template that somebody wrote: Jinja2 has Python read its numbers, and compile and run what it made.
_FAILS = (
    *(TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, NameError),
    *(RuntimeError, SyntaxError, TypeError, ValueError),
)


def _template(path: Path | None) -> Template:
    environment = _Sandbox(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters = {name: environment.filters[name] for name in _FILTERS} | {"fold": _fold}
    for name in ("lipsum", "range", "cycler"):
        environment.globals.pop(name, None)
    try:
        source = text_of(SHIPPED if path is None else path)
        if len(source) > _LARGEST_TEMPLATE:
            raise _unusable(f"has more than {_LARGEST_TEMPLATE:,} characters", "write a shorter one")
        return environment.from_string(source)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable("cannot be read", "name a file of text in UTF-8") from error
    except InputError:
        raise
    except _FAILS as error:
        raise _unusable(f"is not a template: {visible(str(error))}", "write it as Jinja2 reads it") from error


def _unusable(what: str, remedy: str) -> InputError:
    return InputError("letter", [Problem("the template", what, remedy)])


def _opening(total: ChaseTally, over: ChaseTally) -> str:
    few = total.documents == 1
    what = (
        "One document that you issued to us is" if few else f"{total.documents:,} documents that you issued to us are"
    )
    waiting = total.tax - over.tax
    credit = f" Input tax credit of {waiting} waits for that." if waiting else ""
    if over.tax:
        credit += f" Of tax of {over.tax} no further credit can be taken: its last day is over."
    return f"{what} not reported and filed in GSTR-1, GSTR-1A or IFF as we need {'it' if few else 'them'}.{credit}"


def _document(of: ToChase) -> dict[str, Any]:
    """Return what a letter says of a document, in plain text alone."""
    booked, record = of.match.document, of.match.record
    return {
        "kind": of.kind.in_words[:1].upper() + of.kind.in_words[1:],
        "number": visible(of.number),
        "date": day_in_words(of.date),
        "days": of.days,
        "reason": of.reason.name,
        "books": _amounts(booked.taxable, booked.tax) if booked else "not booked yet",
        "reported": _reported(of, record) if record else "nothing",
        "difference": "; ".join(_differences(of)),
        "remarks": visible(record.remarks) if record and record.remarks else "",
        "asks": of.asks,
        "rule": _cited(of.rule),
        "stake": str(of.stake),
        "credit_until": day_in_words(of.credit_until) if of.credit_until else "",
        "credit": _credit(of),
        "over": of.over,
    }


def _amounts(taxable: int, tax: Heads) -> str:
    return f"taxable {shown(taxable)}, tax {tax}"


def _reported(of: ToChase, record: Record) -> str:
    document = record.document
    status = "filed" if record.filed else "saved, not filed"
    decided = "; we have rejected it" if _is_rejected(record) else ""
    place = f"in {record.form} of {record.return_period.in_words}, {status}"
    alike = (document.number, document.date) == (of.number, of.date)
    which = "" if alike else f"{visible(document.number)} of {day_in_words(document.date)}, "
    return f"{which}{_amounts(document.taxable, document.tax)}, {place}{decided}"


def _cited(rule: str) -> str:
    """Return a citation that a supplier can look up, who has not our register of rules."""
    return f"{cite(rule)} of {'the CGST Act' if rule.startswith('sec.') else 'GSTN on IMS'}"


def _is_rejected(record: Record) -> bool:
    return record.state is State.REJECTED or record.disposition is Disposition.REJECTED


def _differences(of: ToChase) -> Iterator[str]:
    """Give what the supplier reported otherwise than the books have it, per head, in their words."""
    booked, record = of.match.document, of.match.record
    if booked is None or record is None:
        return
    if booked.supplier != record.document.supplier:
        yield f"reported under your GSTIN {visible(record.document.supplier)}"
    for title, off in (("taxable", of.match.taxable_off), *zip(TITLES, of.match.tax_off, strict=True)):
        if off:
            yield f"{title} {shown(abs(off))} {'too little' if off > 0 else 'too much'}"
    if of.match.days_off:
        yield f"dated {day_in_words(record.document.date)}, not {day_in_words(booked.date)}"


def _credit(of: ToChase) -> str:
    if of.credit_until is None:
        return ""
    last = day_in_words(of.credit_until)
    can = "could be taken until" if of.over else "can be taken until"
    return f"{can} {last} ({_cited('sec.16_4')})."
