"""GSTR-2B as one writes it by hand for the records of the fixture: a statement for the lines, one each for its header.

Imports the tables and the fixture's moments; knows of the rules only what those records need.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, text

from benchmarks.fixture import ACTOR, NOW, PERIOD
from ims_fsm.store.tables import TwoBLogRow, core

_LOG: Any = core(TwoBLogRow)


class Statement(StrEnum):
    """Which statement: the whole one, or one that reads no chains and is wrong where a record is amended."""

    WHOLE = "whole"
    WITHOUT_CHAINS = "without chains"


# The newest amendment of each chain prevails; amendments are few, so they are grouped once and joined.
_CHAINS = """
LEFT JOIN (
  SELECT recipient_gstin AS gstin, chain_id AS chain, two_b_period AS period, max(id) AS newest FROM ims_record
  WHERE {whose} AND original_number IS NOT NULL AND supplier_status = 'filed' AND removed_for IS NULL
  GROUP BY recipient_gstin, chain_id, two_b_period
) AS amended ON amended.gstin = recipient_gstin AND amended.chain = chain_id AND amended.period = two_b_period"""
_SIGN = "CASE WHEN ims_record.kind = 'credit_note' THEN -1 ELSE 1 END"
_HEADS = ", ".join(
    f"({_SIGN}) * {head} - CASE WHEN route = 'ims' THEN carried_{head} ELSE 0 END"
    for head in ("igst", "cgst", "sgst", "cess")
)
_LINES = f"""
INSERT INTO ims_two_b_line (recipient_gstin, period, record_id, entry, section, counts, decision, record_version,
                        igst, cgst, sgst, cess)
SELECT recipient_gstin, CAST(:period AS VARCHAR(7)), id, 'document',
       CASE WHEN state = 'rejected' THEN 'itc_rejected' ELSE 'itc_available' END,
       route <> 'reverse_charge',
       CASE WHEN state = 'no_action' THEN 'deemed_accepted' ELSE state END,
       version, {_HEADS}
FROM ims_record{{chains}}
WHERE {{whose}} AND supplier_status = 'filed' AND two_b_period <= :period AND settled_in IS NULL
  AND state NOT IN ('removed', 'pending'){{newest}}"""  # noqa: S608 -- words of ours
_HEADER = """
INSERT INTO ims_two_b (recipient_gstin, period, state, seq, generation, generated_at, last_at)
SELECT gstin, :period, 'draft', 1, 1, :now, :now FROM ims_taxpayer WHERE {whose}"""
_STEP = """
INSERT INTO ims_two_b_log (recipient_gstin, period, seq, trigger, source, dest, actor, at, recorded_at, rules)
SELECT gstin, :period, 1, 'generate', 'absent', 'draft', :actor, :now, :now, 'faq.23' FROM ims_taxpayer WHERE {whose}"""
_SUMS = """
SELECT section, entry, decision, counts, count(*), sum(igst), sum(cgst), sum(sgst), sum(cess), sum(record_version),
       sum(record_id % 104729 * (igst + 3 * cgst + 5 * sgst + 7 * cess + 11 * record_version))
FROM ims_two_b_line WHERE recipient_gstin BETWEEN :first AND :last AND period = :period
GROUP BY section, entry, decision, counts ORDER BY section, entry, decision, counts"""
_DRAFTS = """
SELECT (SELECT count(*) FROM ims_two_b WHERE state = 'draft' AND generation = 1 AND seq = 1 AND {whose}),
       (SELECT count(*) FROM ims_two_b_log WHERE trigger = 'generate' AND seq = 1 AND {whose})"""
_RANGE = "recipient_gstin BETWEEN :first AND :last"


def generate(connection: Connection, statement: Statement, gstins: Sequence[str]) -> None:
    """Write the GSTR-2B of recipients who are all there are between the first and the last, by three statements."""
    one = len(gstins) == 1
    whose = "recipient_gstin = :first" if one else _RANGE
    chains = newest = ""
    if statement is Statement.WHOLE:
        chains, newest = _CHAINS.format(whose=whose), " AND (amended.newest IS NULL OR id >= amended.newest)"
    _run(connection, _LINES.format(whose=whose, chains=chains, newest=newest), gstins)
    for said in (_HEADER, _STEP):
        _run(connection, said.format(whose="gstin BETWEEN :first AND :last"), gstins)


def lines(connection: Connection, gstins: Sequence[str]) -> tuple[Any, ...]:
    """Return counts, sums in paise and a checksum of the lines of these recipients, by section and decision."""
    return tuple(
        tuple(int(value) if not isinstance(value, str) else value for value in row)
        for row in _run(connection, _SUMS, gstins)
    )


def drafts(connection: Connection, gstins: Sequence[str]) -> tuple[int, ...]:
    """Return how many GSTR-2B of these recipients are drafts of one generation, and how many steps their log has."""
    return tuple(int(count) for count in _run(connection, _DRAFTS.format(whose=_RANGE), gstins).one())


def _run(connection: Connection, statement: str, gstins: Sequence[str]) -> Any:
    given = {"period": str(PERIOD), "first": min(gstins), "last": max(gstins), "actor": ACTOR}
    wanted = {name: value for name, value in given.items() if f":{name}" in statement}
    moment = [bindparam("now", NOW, type_=_LOG.c.at.type)] if ":now" in statement else []
    return connection.execute(text(statement).bindparams(*moment), wanted)
