"""What a shell offers for a value, by what stands for it in the help: machines, triggers, rules, GSTINs, ids.

Imports nothing of the other rooms but when it is asked. Whatever is wrong offers nothing: a shell has no place for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.turns import ALL
from ims_fsm.terms.principal import Principal

if TYPE_CHECKING:
    from ims_fsm import IMS
    from ims_fsm.law.register import Law

Offer = tuple[str, str]
MOST = 50


def _law() -> Law:
    from ims_fsm.cli.law import law_at

    return law_at(None)


def _machines(_asked: Mapping[str, Any]) -> Iterator[Offer]:
    for name, machine in _law().machines.items():
        yield name, machine.title


def _triggers(asked: Mapping[str, Any]) -> Iterator[Offer]:
    for name, trigger in _law().machine(asked.get("machine") or "invoice").edition.triggers.items():
        yield name, trigger.says


def _rules(_asked: Mapping[str, Any]) -> Iterator[Offer]:
    for name, rule in _law().rules.items():
        yield name, rule.title


def _rules_and_guards(asked: Mapping[str, Any]) -> Iterator[Offer]:
    yield from _rules(asked)
    yield from {guard.name: guard.rule for machine in _law().machines.values() for guard in machine.guards}.items()


def _parts(asked: Mapping[str, Any]) -> Iterator[Offer]:
    machines = _law().machines
    drawn = [machines[name] for name in asked.get("machines") or () if name in machines] or machines.values()
    titles: dict[str, str] = {}
    for machine in drawn:
        titles |= {state.name: state.says for state in machine.edition.states.values()}
        titles |= {name: trigger.says for name, trigger in machine.edition.triggers.items()}
    yield from titles.items()


def _languages(_asked: Mapping[str, Any]) -> Iterator[Offer]:
    from ims_fsm.draw.language import languages

    for code in languages():
        yield code, ""


def _states_of_india(_asked: Mapping[str, Any]) -> Iterator[Offer]:
    from ims_fsm.law.book import shipped_book

    yield from shipped_book().calendar.states.items()


def _everybody(asked: Mapping[str, Any]) -> Iterator[Offer]:
    yield ALL, "each recipient of the database in turn"
    yield from _gstins(asked)


def _rule_sets(_asked: Mapping[str, Any]) -> Iterator[Offer]:
    for rule_set in _law().rule_sets:
        yield rule_set.id, rule_set.title


def _gstins(asked: Mapping[str, Any]) -> Iterator[Offer]:
    with _opened(asked) as ims:
        for gstin in ims.registered():
            yield gstin, ""


def _records(asked: Mapping[str, Any]) -> Iterator[Offer]:
    with _opened(asked) as ims:
        for gstin in [asked["gstin"]] if asked.get("gstin") else ims.recipients():
            for record in ims.recipient(gstin, actor=Principal("completion")).records():
                document = record.document
                yield str(record.id), f"{document.kind} {document.number} of {document.supplier}, {record.state}"


def _opened(asked: Mapping[str, Any]) -> IMS:
    from ims_fsm import IMS
    from ims_fsm.cli.call import file_of
    from ims_fsm.cli.parameters import DEFAULT_DB

    db = asked.get("db") or DEFAULT_DB
    path = file_of(db)
    if path is not None and not path.exists():
        raise FileNotFoundError(path)
    return IMS(db)


def _completer(
    offers: Callable[[Mapping[str, Any]], Iterator[Offer]], separator: str = ""
) -> Callable[..., list[Offer]]:
    def complete(ctx: Any, incomplete: str) -> list[Offer]:
        # Of several names in one value the last one is being written.
        *named, begun = incomplete.split(separator) if separator else [incomplete]
        before = "".join(f"{name}{separator}" for name in named)
        try:
            fitting = ((before + name, says) for name, says in offers(ctx.params) if name.startswith(begun))
            return list(islice(fitting, MOST))
        except Exception:  # noqa: BLE001 -- a shell that completes is told of nothing that is wrong
            return []

    return complete


_RECORDS = {"record_id", "record_ids", "ids", "after"}
#: What offers values, by what stands for the value in the help.
COMPLETERS: Mapping[str, Callable[..., list[Offer]]] = {
    "MACHINE": _completer(_machines),
    "[PATH] [MACHINE…]": _completer(_machines),
    "TRIGGER": _completer(_triggers),
    "RULE": _completer(_rules),
    "RULE-SET": _completer(_rule_sets),
    "RULE|GUARD": _completer(_rules_and_guards),
    "NAME,…": _completer(_parts, ","),
    "LANGUAGE": _completer(_languages),
    "CODE": _completer(_states_of_india),
    "GSTIN": _completer(_gstins),
    "GSTIN|all": _completer(_everybody),
}


def completer(parameter: str, stands_for: str) -> Callable[..., list[Offer]] | None:
    """Return what offers the values of a parameter, by its name and what stands for its value; None for nothing."""
    return _completer(_records) if parameter in _RECORDS else COMPLETERS.get(stands_for)
