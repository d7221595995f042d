"""What every story is asked beside its steps: a step that is refused writes nothing, and is refused in the law's words.

So a refusal is expected elsewhere by its code and rule, and once for each use case.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from ims_fsm import IMS, Told
from ims_fsm.law.book import shipped_law
from ims_fsm.law.refusal import FIELDS
from ims_fsm.scenario.stage import Stage
from ims_fsm.scenario.verbs import Act, Do, Done, File
from ims_fsm.store.connection import reading
from ims_fsm.store.tables import Table
from ims_fsm.workflow.signoff.limits import shipped

# A bulk action keeps the declarations that it reads by, whatever comes of it.
EVERY_ROW = [
    select(*(column for column in table.c if column.name != "place")).order_by(*table.primary_key)
    for table in Table.metadata.sorted_tables
    if table.name != "ims_declaration"
]


def rows(ims: IMS) -> list[Sequence[Any]]:
    with reading(ims._workspace.engine) as connection:
        return [connection.execute(query).all() for query in EVERY_ROW]


def words_of_guards() -> Mapping[tuple[str, str], list[re.Pattern[str]]]:
    left_open = "|".join(re.escape(FIELDS[name]) for name in FIELDS.keys() - {"original", "removed_for"})
    words: dict[tuple[str, str], list[re.Pattern[str]]] = defaultdict(list)
    for machine in (*shipped_law().machines.values(), *shipped()[0].machines.values()):
        for guard in machine.declaration.guard:
            said = re.split(r"\{\w+\}", f"{guard.says}; {guard.remedy}")
            pattern = f"(?!{left_open})[^{{}}]+".join(map(re.escape, said))
            words[guard.code, guard.rule].append(re.compile(pattern, re.IGNORECASE))
    return words


WORDS = words_of_guards()


def is_in_the_words_of_the_law(refusal: Told) -> bool:
    """Say whether a refusal is a guard's sentence and remedy, with all that these name filled in."""
    guards = WORDS[refusal.code, refusal.rule]
    # What is proposed says behind the guard's sentence how its record has moved.
    sentence = refusal.sentence.partition(": the file has version")[0]
    return any(words.fullmatch(f"{sentence}; {refusal.remedy}") for words in guards)


def looked_at(perform: Callable[[Any, Stage], list[Done]]) -> Callable[[Do, Stage], list[Done]]:
    def look(step: Do, stage: Stage) -> list[Done]:
        before = rows(stage.ims)
        done = perform(step, stage)
        if done and all(one.refusals for one in done):
            assert rows(stage.ims) == before, step
        assert all(is_in_the_words_of_the_law(refusal) for one in done for refusal in one.refusals if refusal.rule), (
            done
        )
        return done

    # What else is filed with a form is written though a part of it was refused.
    return lambda step, stage: (perform if step.refused is None or isinstance(step, File) else look)(step, stage)


@pytest.fixture(autouse=True)
def refusals_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Do, Act):
        monkeypatch.setattr(kind, "perform", looked_at(kind.perform))
