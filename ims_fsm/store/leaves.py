"""The leaves of a recipient's Merkle log: made from what their logs gained, and made again to see whether they fit.

Imports the tables and the texts of leaves; decides nothing about a record. They come in the order of the log: first
records with new contents alone, then records by the call of their newest step, then returns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Table,
    cast,
    func,
    insert,
    literal,
    select,
    union_all,
)

from ims_fsm.proof.leaf import ATTEMPT, RECORD, RETURN, hash_of, leaf, written
from ims_fsm.proof.tree import SIZE, Tree
from ims_fsm.store import attempts
from ims_fsm.store.connection import among
from ims_fsm.store.log import CONTENTS, RETURNS, ROWS_AT_ONCE, STEP, TRANSITIONS
from ims_fsm.store.seal_tables import SealLeafRow
from ims_fsm.store.tables import LOG, DeclarationRow, core

LEAVES: Table = core(SealLeafRow)
_declarations: Table = core(DeclarationRow)
_declared = _declarations.c
_STREAMED = {"yield_per": ROWS_AT_ONCE}
_NO_CALL = literal(0)
_month = cast(func.replace(RETURNS.subject, "-", ""), BigInteger)
# What a step says for itself, and what those of its call say alike; the declaration is said by its fingerprint.
_OWN = ("seq", "record_version", "content_number")
_NUMBERS = ("recipient_gstin", "record_id", "declaration_id")
_STEP: dict[str, Any] = {name: column for name, column in STEP.items() if name not in {*_OWN, *_NUMBERS}}
_LAW = {"machine": _declared.machine, "declaration": _declared.fingerprint}
_TRIED = attempts.ATTEMPT
_tried_in = cast(func.replace(_TRIED.c.period, "-", ""), BigInteger)
_SAID = _TRIED.c[
    "use_case", "trigger", "subject", "outcome", "actor", "at", "recorded_at", "rules", "detail", "request_key"
]
_RETURN = RETURNS.log.c[
    "trigger", "source", "dest", "actor", "at", "recorded_at", "rules", "detail", "request_key", "backdate"
]


class Rows(NamedTuple):
    """Rows of one log that leaves cover: where they are read from, whose they are, their numbers, what they say.

    `apart` is what each row says for itself, `shared` what many rows say alike.
    """

    source: FromClause
    subject: ColumnElement[int]
    step: ColumnElement[int]
    call: ColumnElement[int]
    apart: Mapping[str, Any]
    shared: Mapping[str, Any]

    @property
    def recipient(self) -> ColumnElement[str]:
        """Whose log it is."""
        return self.step.table.c.recipient_gstin  # type: ignore[no-any-return]  # a column of a table


# Of each kind of subject the rows by which it is counted, in the order of a leaf's columns.
_KINDS: Mapping[str, Mapping[str, Rows]] = {
    RECORD: {
        "steps": Rows(
            TRANSITIONS.rows.join(_declarations, _declared.id == LOG.c.declaration_id, isouter=True),
            TRANSITIONS.subject,
            TRANSITIONS.step,
            LOG.c.call,
            {name: STEP[name] for name in _OWN},
            _STEP | _LAW,
        ),
        "contents": Rows(
            CONTENTS.rows,
            CONTENTS.subject,
            CONTENTS.step,
            _NO_CALL,
            {"number": CONTENTS.step, "hash": CONTENTS.value},
            dict(CONTENTS.log.c["actor", "at", "recorded_at", "backdate"].items()),
        ),
    },
    RETURN: {"steps": Rows(RETURNS.rows, _month, RETURNS.step, _NO_CALL, {"seq": RETURNS.step}, dict(_RETURN.items()))},
    ATTEMPT: {
        "steps": Rows(_TRIED, _tried_in, _TRIED.c.number, _NO_CALL, {"number": _TRIED.c.number}, dict(_SAID.items()))
    },
}


@dataclass(slots=True)
class Log:
    """A recipient's leaves by their hashes, one behind the other, and which of them is the newest of its subject."""

    recipient: str
    hashes: bytearray = field(default_factory=bytearray)
    newest: bytearray = field(default_factory=bytearray)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.newest)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add leaves behind the last, each as its hash, the position it replaces, and its kind."""
        for digest, replaces, kind in rows:
            if replaces is not None and replaces < len(self.newest):
                self.newest[replaces] = False
            self.newest.append(kind in _KINDS)
            self.hashes += digest

    def newest_of_all(self) -> Tree:
        """Return the tree over the newest leaf of each subject, in the order of the log."""
        chosen, begin = bytearray(), 0
        while (begin := self.newest.find(1, begin)) >= 0:
            end = self.newest.find(0, begin)
            end = self.size if end < 0 else end
            chosen += self.hashes[begin * SIZE : end * SIZE]
            begin = end
        return Tree(chosen)


def read(connection: Connection, gstin: str, size: int | None = None) -> Log:
    """Return a recipient's log as its table has it, or as it was with so many leaves."""
    log, at = Log(gstin), LEAVES.c
    query = select(at.hash, at.replaces, at.kind).where(at.recipient_gstin == gstin).order_by(at.position)
    if size is not None:
        query = query.where(at.position < size)
    log.add(connection.execute(query, execution_options=_STREAMED))
    return log


class Span(NamedTuple):
    """What a leaf covers of a subject: all up to and with so many steps and contents that the leaf before does not."""

    subject: int
    steps: int
    contents: int
    before: Any

    @property
    def after(self) -> tuple[int, int]:
        """Up to which step and content the leaf before covers."""
        return (0, 0) if self.before is None else (self.before.steps, self.before.contents)


def grow(connection: Connection, log: Log) -> None:
    """Write the leaves of what a recipient's logs gained since the last leaf of each subject."""
    for kind in _KINDS:
        with connection.execute(_unsealed(log.recipient, kind), execution_options=_STREAMED) as grown:
            for batch in grown.partitions():
                before = _before(connection, log.recipient, LEAVES.c.subject, [row.subject for row in batch], kind)
                latest = {row.subject: row for row in before}
                spans = [_grown(row, latest.get(row.subject)) for row in batch]
                said = texts(connection, log.recipient, kind, spans)
                write(
                    connection, log, [_row(kind, span, hash_of(text)) for span, text in zip(spans, said, strict=True)]
                )


def write(connection: Connection, log: Log, rows: Sequence[dict[str, Any]]) -> None:
    """Write leaves behind the last one."""
    for position, row in enumerate(rows, start=log.size):
        row.update(recipient_gstin=log.recipient, position=position)
    connection.execute(insert(LEAVES), rows)
    log.add([(row["hash"], row["replaces"], row["kind"]) for row in rows])


def altered(connection: Connection, gstin: str) -> Iterator[Any]:
    """Give the rows of leaves that are no longer the hash of what the logs say, by position."""
    for kind in _KINDS:
        query = select(LEAVES).where(LEAVES.c.recipient_gstin == gstin, LEAVES.c.kind == kind)
        with connection.execute(query.order_by(LEAVES.c.position), execution_options=_STREAMED) as rows:
            for batch in rows.partitions():
                replaced = [row.replaces for row in batch if row.replaces is not None]
                before = {row.position: row for row in _before(connection, gstin, LEAVES.c.position, replaced, kind)}
                spans = [Span(row.subject, row.steps, row.contents, before.get(row.replaces)) for row in batch]
                for row, text in zip(batch, texts(connection, gstin, kind, spans), strict=True):
                    if hash_of(text) != row.hash:
                        yield row


class Sealed(NamedTuple):
    """A leaf as it reads: its position, its text, and up to which step and content it covers its subject."""

    position: int
    text: str
    covers: tuple[int, int]


def history(connection: Connection, gstin: str, kind: str, subject: int, size: int) -> list[Sealed]:
    """Return the leaves of a subject among the first `size`, oldest first."""
    rows = [row for row in _before(connection, gstin, LEAVES.c.subject, [subject], kind) if row.position < size]
    before = [None, *rows][: len(rows)]
    spans = [Span(subject, row.steps, row.contents, last) for row, last in zip(rows, before, strict=True)]
    said = texts(connection, gstin, kind, spans)
    return [Sealed(row.position, text, (row.steps, row.contents)) for row, text in zip(rows, said, strict=True)]


def named(connection: Connection, gstin: str, record_id: int) -> tuple[list[str], list[str]]:
    """Return what the leaves of a record name by a hash: the texts of its contents, and of its declarations."""
    of_record = (CONTENTS.log.c.recipient_gstin == gstin, CONTENTS.subject == record_id)
    contents = select(CONTENTS.log.c.content).where(*of_record).order_by(CONTENTS.step)
    ids = select(LOG.c.declaration_id).where(LOG.c.recipient_gstin == gstin, LOG.c.record_id == record_id)
    laws = select(_declared.declared).where(_declared.id.in_(ids)).order_by(_declared.id)
    return list(connection.execute(contents).scalars()), list(connection.execute(laws).scalars())


def texts(connection: Connection, gstin: str, kind: str, spans: Sequence[Span]) -> list[str]:
    """Return the text of a leaf for each span of subjects of a kind."""
    subjects = list({span.subject for span in spans})
    rows = {name: _rows(connection, gstin, source, subjects) for name, source in _KINDS[kind].items()}
    return [
        leaf(
            {"recipient": gstin, kind: subject if kind == RECORD else f"{subject // 100}-{subject % 100:02}"},
            None if span.before is None else span.before.hash,
            **{
                name: [row for number, row in of[subject] if after < number <= upto]
                for (name, of), after, upto in zip(rows.items(), span.after, span[1:], strict=False)
            },
        )
        for span in spans
        for subject in (span.subject,)
    ]


def _rows(
    connection: Connection, gstin: str, source: Rows, subjects: Collection[int]
) -> Mapping[int, list[tuple[int, str]]]:
    columns = [column.label(name) for name, column in {**source.apart, **source.shared}.items()]
    query = select(source.subject.label("subject"), source.step.label("number"), *columns).select_from(source.source)
    query = query.where(source.recipient == gstin, among(source.subject, subjects))
    of: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    apart, names = tuple(source.apart), tuple(source.shared)
    behind = 2 + len(apart)
    for row in connection.execute(query.order_by(source.subject, source.step)):
        said = written(dict(zip(apart, row[2:behind], strict=True)), _shared(names, row[behind:]))
        of[row[0]].append((row[1], said))
    return of


@lru_cache(maxsize=1024)
def _shared(names: tuple[str, ...], values: tuple[Any, ...]) -> str:
    said = dict(zip(names, values, strict=True))
    return written({**said, "rules": said["rules"].split()} if "rules" in said else said)


def _before(
    connection: Connection, gstin: str, column: Column[int], values: Collection[int], kind: str
) -> Sequence[Row[Any]]:
    query = select(*LEAVES.c["subject", "position", "steps", "contents", "hash"])
    query = query.where(LEAVES.c.recipient_gstin == gstin, LEAVES.c.kind == kind, among(column, values))
    return connection.execute(query.order_by(LEAVES.c.position)).all()


def _grown(row: Any, before: Any) -> Span:
    steps, contents = (0, 0) if before is None else (before.steps, before.contents)
    return Span(row.subject, max(row.steps, steps), max(row.contents, contents), before)


def _row(kind: str, span: Span, digest: bytes) -> dict[str, Any]:
    replaces = None if span.before is None else span.before.position
    values = {"subject": span.subject, "steps": span.steps, "contents": span.contents}
    return {"kind": kind, **values, "replaces": replaces, "hash": digest}


def _unsealed(gstin: str, kind: str) -> Select[Any]:
    """Return the subjects with rows behind their last leaf, each with its last numbers, in the order of the log."""
    covered = select(LEAVES.c.subject, *(func.max(LEAVES.c[name]).label(name) for name in ("steps", "contents")))
    sealed = covered.where(LEAVES.c.recipient_gstin == gstin, LEAVES.c.kind == kind).group_by(LEAVES.c.subject)
    last = sealed.subquery()
    parts: list[Select[Any]] = []
    for name, rows in _KINDS[kind].items():
        last_of: list[Any] = [func.max(rows.step) if name == column else literal(0) for column in ("steps", "contents")]
        new: Select[Any] = select(rows.subject, *last_of, func.max(rows.call)).select_from(
            rows.step.table.outerjoin(last, last.c.subject == rows.subject)
        )
        new = new.where(rows.recipient == gstin, rows.step > func.coalesce(last.c[name], 0))
        parts.append(new.group_by(rows.subject))
    grown = union_all(*parts).subquery("grown")
    subject, steps, contents, call = grown.c
    ends = [func.max(number).label(name) for name, number in (("steps", steps), ("contents", contents))]
    return select(subject.label("subject"), *ends).group_by(subject).order_by(func.max(call), subject)
