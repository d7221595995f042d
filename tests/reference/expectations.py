"""What a scenario file expects, held against the model: the keys that the model has an answer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .model import Model
from .values import ACTIONS, ELIGIBLE, NOTHING, money

TOTALS = ("itc_available", "itc_rejected", "itc_not_available", "reversal_4b1")


def unmet(story: dict[str, Any]) -> Iterator[str]:
    """Play a story on the model and give what it expects and does not find; a step that goes wrong ends it."""
    model = Model({"document": [], **story})
    for number, step in enumerate(story["step"], start=1):
        if "expect" in step:
            model.now = step["at"]
            yield from (f"step {number}: {failure}" for failure in _expected(model, step["expect"]))
            continue
        answers = model.play(step)
        # FAQ 30: one action on many is done where it is allowed.
        allowed = not any(answers.values()) or (step["do"] in ACTIONS and not all(answers.values()))
        refused = "refused" in step and all(step["refused"] in codes for codes in answers.values())
        if not (refused if "refused" in step else allowed or step["do"] == "file"):
            yield f"step {number}: {step['do']} is answered with {answers}"
            return


def _expected(model: Model, expect: dict[str, Any]) -> Iterator[str]:
    for key, value in _answers(model, expect).items():
        wanted = money(expect[key]) if key in (*TOTALS, "added_back") else expect[key]
        if wanted != value:
            yield f"{key} is {value}, not {wanted}"
    if expect.get("trigger") in ACTIONS:
        codes = model.refusals(expect["document"], expect["trigger"])
        if bool(codes) == expect.get("allowed", False) or ("refused" in expect and expect["refused"] not in codes):
            yield f"{expect['trigger']} is answered with {codes}"


def _answers(model: Model, expect: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    if "document" in expect:
        record = model.records.get(expect["document"])
        in_ims = record is not None and model.route(record) == "ims" and record.recipient.kind in ELIGIBLE
        answers |= {"in_ims": in_ims, "section": model.section(expect["document"])}
        if record is not None:
            answers |= {"state": record.state, "disposition": record.disposition, "removed_for": record.removed_for,
                        "two_b_period": model.two_b_period(record)}  # fmt: skip
    if "recipient" in expect:
        two_b = model.taxpayers[expect["recipient"]].two_b.get(expect["period"])
        answers |= {key: NOTHING if two_b is None else two_b.total(key) for key in TOTALS}
        answers["two_b"] = "absent" if two_b is None else two_b.state
    if "supplier" in expect:
        answers["added_back"] = model.added_back.get((expect["supplier"], expect["period"]), NOTHING)
    return {key: value for key, value in answers.items() if key in expect}
