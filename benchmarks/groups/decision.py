"""One decision with every reason, beside the state-machine libraries on the same credit note.

Imports the law and the other machines; opens no database.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from benchmarks.groups.machines import MOVES, REFUSED, WALK, Rival, rivals
from benchmarks.measure import Samples, interleaved, require, require_equal
from benchmarks.result import Group, Size
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide, judge
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.refusal import Decision, Refused
from ims_fsm.terms.period import TaxPeriod

LOOPS = {Size.SMALLEST: 5, Size.QUICK: 2_000, Size.FULL: 10_000}
ROUNDS = {Size.SMALLEST: 2, Size.QUICK: 15, Size.FULL: 41}
GOALS = {"transitions": 1 / 4, "python-statemachine": 1 / 40}
_REASONS = {"pending_not_allowed", "not_in_ims"}
Work = Callable[[], object]
Judging = Callable[[str, str, Facts], Decision]


def measure(size: Size) -> Group:
    """Measure allowed and refused decisions of every library that is installed."""
    group = Group("decision", "One decision, with every reason")
    edition = shipped_law().machine("credit_note").at(TaxPeriod("2024-11"))
    others = list(rivals())
    walks, refusals = _ours(edition)
    walks |= {rival.name: _walked(rival) for rival in others}
    refusals |= {rival.name: _refused(rival) for rival in others if rival.refuse is not None}
    loops, rounds = LOOPS[size], ROUNDS[size]
    allowed = interleaved({name: _repeated(work, loops) for name, work in walks.items()}, rounds)
    refused = interleaved({name: _repeated(work, loops) for name, work in refusals.items()}, rounds)
    each = loops * len(WALK)
    for own, said in (("decide", "`decide`"), ("judge", "`judge`: the same, not remembered")):
        _compare(group, others, allowed, (own, f"{said}, allowed", "allowed", each))
        _compare(group, others, refused, (own, f"{said}, refused by two rules", "refused", loops))
    lines = {name: min(seconds) / each for name, seconds in allowed.items()}
    for name in ("facts", "fire"):
        group.tell(name, _OTHERS[name], lines[name] * 1e6, "µs")
    group.says = _says(edition, others)
    return group


_OTHERS = {
    "facts": "`decide` on facts that are built and checked for each decision",
    "fire": "`Lifecycle.fire`: the same through the package's own `transitions` machine, with hooks",
}


def _ours(edition: Edition) -> tuple[dict[str, Work], dict[str, Work]]:
    free, barred = edition.facts(), edition.facts(route="reverse_charge")
    machine = lifecycle(edition)
    judging: dict[str, Judging] = {
        "decide": lambda state, trigger, facts: decide(edition, state, trigger, facts),
        "judge": lambda state, trigger, facts: judge(edition, state, trigger, facts.row),
        "facts": lambda state, trigger, _: decide(edition, state, trigger, edition.facts(route="ims")),
        "fire": machine.fire,
    }
    walks: dict[str, Work] = {name: _own_walk(how, free) for name, how in judging.items()}
    refusals: dict[str, Work] = {name: _own_refusal(judging[name], barred) for name in ("decide", "judge")}
    return walks, refusals


def _own_walk(judging: Judging, facts: Facts) -> Callable[[], None]:
    def walk() -> None:
        state = "no_action"
        for trigger in WALK:
            state = judging(state, trigger, facts).dest  # type: ignore[union-attr]  # a refusal has none and fails loudly
        if state != "no_action":
            require(holds=False, what=f"the walk ended in {state}")

    return walk


def _own_refusal(judging: Judging, facts: Facts) -> Callable[[], None]:
    def refuse() -> None:
        decision = judging("no_action", REFUSED, facts)
        if not isinstance(decision, Refused) or len(decision.refusals) != len(_REASONS):
            require(holds=False, what=f"{REFUSED} was decided as {decision}")

    require_equal(set(judging("no_action", REFUSED, facts).codes), _REASONS, "the refusals")  # type: ignore[union-attr]  # Refused
    return refuse


def _walked(rival: Rival) -> Callable[[], object]:
    """Return a rival's walk, proved to go where ours goes."""
    begin = rival.state()
    rival.walk()
    require_equal((begin, rival.state()), ("no_action", "no_action"), f"the walk of {rival.name}")
    return rival.walk


def _refused(rival: Rival) -> Callable[[], None]:
    ask = rival.refuse
    if ask is None:
        raise TypeError(f"{rival.name} refuses nothing")

    def refuse() -> None:
        if not ask():
            require(holds=False, what=f"{rival.name} did not refuse {REFUSED}")

    return refuse


def _repeated(work: Callable[[], object], loops: int) -> Callable[[], float]:
    def run() -> float:
        begin = perf_counter()
        for _ in range(loops):
            work()
        return perf_counter() - begin

    return run


def _compare(group: Group, others: list[Rival], samples: Samples, what: tuple[str, str, str, int]) -> None:
    own, work, kind, each = what
    for rival in others:
        if rival.name in samples:
            key = f"{own}.{kind}.{rival.name}"
            goal = None if (own, kind) == ("judge", "refused") else GOALS.get(rival.name)
            group.compare(key, work, samples, (rival.name, rival.name), ours=own, goal=goal, each=each)


def _says(edition: Edition, others: list[Rival]) -> list[str]:
    count = sum("accept" in guard.triggers for guard in edition.guards)
    said = [
        (
            f"An original credit note under {edition.rule_set.id}: the walk {', '.join(WALK)}, and {REFUSED}, which "
            f"two rules refuse. Ours asks all guards in force ({count} on accept) and gives each refusal with its "
            "citation, sentence and remedy; the others know two guards."
        ),
        *(f"{rival.name}: {rival.says}." for rival in others),
        "Goal: at most 1/4 of one firing of transitions (2 µs where that takes 8), 1/40 of python-statemachine's.",
        "`judge` has that goal where something fires: the others stop at the first guard that refuses.",
    ]
    if len(others) <= len(MOVES):
        said.append("Not every library is installed: pip install 'ims-fsm[bench]'.")
    return said
