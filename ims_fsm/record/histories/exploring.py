"""The exploration of a setting: every point that its histories come to, each looked at once, and how many there are.

Imports the moves and the properties. Equal points are one, so that a graph is explored and not a tree; nothing is
sampled. A point is kept as one whole number: its chain, how many GSTR-3Bs are filed, and the GSTR-2B that is next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ims_fsm.law.properties.claim import Claim
from ims_fsm.law.refusal import Allowed, Decision
from ims_fsm.record.histories.moves import Chains, Happening, Move, Moves, Step, is_open
from ims_fsm.record.histories.properties import (
    CAN_FILE,
    OF_ACTIONS_ON_FILED,
    OF_CLOSINGS,
    OF_ENDINGS,
    SAME_DRAFT,
    Proved,
    proved_of_nothing,
)
from ims_fsm.record.histories.setting import BUYER, Setting, Station
from ims_fsm.record.returns import TwoB, decide_return
from ims_fsm.terms.vocabulary import TwoBState

ABSENT, DRAFT, STALE = range(3)
STATES = (TwoBState.ABSENT, TwoBState.DRAFT, TwoBState.STALE)
#: So many moves at each station are counted; the graph holds histories of any length.
MOVES_COUNTED = 4


def code(chain: int, closed: int, two_b: int) -> int:
    """Return a point as one number."""
    return chain << 5 | closed << 2 | two_b


def parts(point: int) -> tuple[int, int, int]:
    """Return the number of a point's chain, how many GSTR-3Bs are filed, and the state of the GSTR-2B that is next."""
    return point >> 5, point >> 2 & 7, point & 3


@dataclass
class Explored:
    """What a setting holds: points, moves between them, chains, histories."""

    setting: Setting
    points: int = 0
    moves: int = 0
    chains: int = 0
    histories: int = 0


class Exploration:
    """The exploration of one setting, station by station; `run` does it."""

    def __init__(self, setting: Setting, properties: Mapping[Claim, Proved] | None = None) -> None:
        """Begin with nothing reported and nothing filed; what is found is told to the properties."""
        self.setting = setting
        self.properties = properties or proved_of_nothing()
        self.moves = Moves(setting, Chains())
        self.explored = Explored(setting)
        self._came: list[dict[int, tuple[int, Move | None]]] = []
        self._leads: dict[int, list[int]] = {}
        self._may: dict[tuple[int, int, str], Decision] = {}
        self._looked: set[object] = set()

    def run(self) -> Explored:
        """Explore every point of the setting, and look at every claim on the way."""
        counts = {code(0, 0, ABSENT): 1}
        for station in self.setting.stations:
            self.moves.go_to(station)
            self._may = dict(self._returns())
            entries = self._entered(station, counts)
            self._explore(entries)
            self.explored.points += len(self._leads)
            self.explored.moves += sum(map(len, self._leads.values()))
            counts = self._counted(entries)
        self.explored.histories += sum(counts.values())
        self.explored.chains = len(self.moves.chains)
        return self.explored

    def steps_to(self, point: int, *last: Move) -> tuple[Step, ...]:
        """Return the steps of the first history that came to a point of this station, and what is done there."""
        stations, steps = self.setting.stations, [(self.moves.station, move) for move in reversed(last)]
        for number in range(len(self._came) - 1, -1, -1):
            while True:
                before, move = self._came[number][point]
                if move is not None:
                    steps.append((stations[number], move))
                entered = move is None or before < 0
                point = before if before >= 0 else ~before
                if entered:
                    break
        return tuple(reversed(steps))

    # --- from station to station --------------------------------------------------------------------------------------

    def _entered(self, station: Station, counts: dict[int, int]) -> dict[int, int]:
        """Return the points in which a station begins; the clock drafts on the 14th, and a draft counts as stale later.

        What is generated again is as good, so what was drafted before need not be told from what is stale.
        """
        place, came = self.setting.periods.index(station.period), dict[int, tuple[int, Move | None]]()
        entries: defaultdict[int, int] = defaultdict(int)
        for before, histories in counts.items():
            chain, closed, two_b = parts(before)
            # GSTR-3B may be late, but for no more than a whole tax period.
            if station.opens and closed < place - 1:
                continue
            if self._finished(chain):
                self.explored.histories += histories
                continue
            point, move = code(chain, closed, min(two_b, DRAFT) * STALE), None
            if station.drafts:
                point, move = self._swept(point, drafts=closed == place), Move("sweep")
            entries[point] += histories
            # The bitwise complement says that the point before is of the station before.
            came.setdefault(point, (~before, move))
        self._came.append(came)
        return entries

    def _finished(self, chain: int) -> bool:
        """Say whether nothing can happen any more: every version is decided, and no other may come."""
        members = self.moves.chains[chain]
        return len(members) >= self.setting.versions and not any(is_open(record) for record in members)

    def _explore(self, entries: Iterable[int]) -> None:
        came, self._leads, todo = self._came[-1], {}, list(entries)
        number = len(self._came) - 1
        if number == 0:
            came[code(0, 0, ABSENT)] = (~0, None)
        for point in todo:
            leads: list[int] = []
            for move, after in self._moves_of(point):
                if after == point:
                    continue
                leads.append(after)
                if after not in came:
                    came[after] = (point, move)
                    todo.append(after)
            self._leads[point] = leads
            self._look(point)
        self._look_whether_it_can_be_filed()

    def _moves_of(self, point: int) -> Iterator[tuple[Move, int]]:
        chain, closed, two_b = parts(point)
        place = point & 31
        for move, after, stale_from in self.moves.happenings(chain):
            stale = two_b == DRAFT and stale_from <= closed
            if two_b == DRAFT and not stale:
                self._look_at_draft(point, after, move)
            yield move, after << 5 | (place + 1 if stale else place)
        yield Move("sweep"), self._swept(point, drafts=False)
        if closed == len(self.setting.periods):
            return
        ended = self.moves.ended(chain)
        if isinstance(self._may[closed, two_b, "generate"], Allowed):
            yield Move("generate_2b"), code(ended.chain, closed, DRAFT)
        filed = self._filed(ended, closed, two_b)
        if filed is not None:
            if two_b != DRAFT and self._first_look("file", two_b):
                wrong = "GSTR-3B is filed on a GSTR-2B that is stale, or on none"
                self._found(SAME_DRAFT, wrong, point, Move("file_3b"))
            yield Move("file_3b"), filed

    def _swept(self, point: int, *, drafts: bool) -> int:
        chain, closed, two_b = parts(point)
        _, after, stale_from = self.moves.ended(chain)
        if two_b == DRAFT and stale_from <= closed:
            two_b = STALE
        elif drafts and two_b == ABSENT and isinstance(self._may[closed, two_b, "generate"], Allowed):
            two_b = DRAFT
        return code(after, closed, two_b)

    def _filed(self, ended: Happening, closed: int, two_b: int) -> int | None:
        """Return where filing GSTR-3B leads; None where it is refused, then nothing is written."""
        stands = STALE if two_b == DRAFT and ended.stale_from <= closed else two_b
        if not isinstance(self._may[closed, stands, "file_3b"], Allowed):
            return None
        closing = self.moves.closing(ended.chain, self.setting.periods[closed])
        return None if closing.after is None else code(self.moves.chains.number(closing.after), closed + 1, ABSENT)

    def _returns(self) -> Iterator[tuple[tuple[int, int, str], Decision]]:
        for closed, period in enumerate(self.setting.periods):
            for number, state in enumerate(STATES):
                for trigger in ("generate", "file_3b"):
                    two_b = TwoB(recipient=BUYER, period=period, state=state)
                    decision = decide_return(two_b, trigger, self.moves.scene)
                    yield (closed, number, trigger), decision

    def _counted(self, entries: dict[int, int]) -> dict[int, int]:
        """Return how many histories stand at each point, with so many moves at this station."""
        counts: defaultdict[int, int] = defaultdict(int, entries)
        last: dict[int, int] = entries
        for _ in range(MOVES_COUNTED):
            following: defaultdict[int, int] = defaultdict(int)
            for point, histories in last.items():
                for after in self._leads[point]:
                    following[after] += histories
            for point, histories in following.items():
                counts[point] += histories
            last = following
        return counts

    # --- what is proved -----------------------------------------------------------------------------------------------

    def _look(self, point: int) -> None:
        chain, closed, two_b = parts(point)
        if not chain:
            return
        ended = self.moves.ended(chain)
        if self._first_look("ends", chain, self.moves.signature(chain)):
            again = self.moves.ended(ended.chain).chain != ended.chain
            wrong = "what the clock has ended it ends again" if again else None
            self._found(SAME_DRAFT, wrong, point, Move("sweep"), Move("sweep"))
            before, after = self.moves.chains[chain], self.moves.chains[ended.chain]
            for claim, proof in OF_ENDINGS.items():
                if claim.name in OF_ACTIONS_ON_FILED and self.setting.acts_on_saved:
                    continue
                self._found(claim, proof((before, after, self.moves.scene)), point, Move("sweep"))
        if closed < len(self.setting.periods) and isinstance(self._may[closed, DRAFT, "file_3b"], Allowed):
            closing = self.moves.closing(ended.chain, self.setting.periods[closed])
            generates = two_b == DRAFT or isinstance(self._may[closed, two_b, "generate"], Allowed)
            if generates and self._first_look(id(closing)):
                steps = () if two_b == DRAFT and ended.stale_from > closed else (Move("generate_2b"),)
                for claim, proof_of_closing in OF_CLOSINGS.items():
                    self._found(claim, proof_of_closing(closing), point, *steps, Move("file_3b"))

    def _look_at_draft(self, point: int, after: int, move: Move) -> None:
        chain, closed, _ = parts(point)
        period = self.setting.periods[closed]
        if not self._first_look("draft", chain, after, closed):
            return
        before, now = (self.moves.closing(number, period).moved for number in (chain, after))
        wrong = None if before == now else "the draft is not stale, and generating it again would give another one"
        self._found(SAME_DRAFT, wrong, point, move, Move("generate_2b"))

    def _look_whether_it_can_be_filed(self) -> None:
        """Look whether every point from which a GSTR-3B is owed leads to one with that GSTR-3B filed."""
        owing = [p for p in self._leads if (closed := parts(p)[1]) < len(self.setting.periods)
                 and isinstance(self._may[closed, ABSENT, "generate"], Allowed)]  # fmt: skip
        comes_from: defaultdict[int, list[int]] = defaultdict(list)
        good: set[int] = set()
        for point in owing:
            for after in self._leads[point]:
                if parts(after)[1] > parts(point)[1]:
                    good.add(point)
                else:
                    comes_from[after].append(point)
        todo: Sequence[int] = list(good)
        while todo:
            reached = {before for point in todo for before in comes_from[point]} - good
            good |= reached
            todo = list(reached)
        for point in owing:
            wrong = None
            if point not in good:
                period = self.setting.periods[parts(point)[1]]
                wrong = f"GSTR-3B of {period} can never be filed, whatever the recipient does"
            self._found(CAN_FILE, wrong, point, Move("generate_2b"), Move("file_3b"))

    def _first_look(self, *thing: object) -> bool:
        if thing in self._looked:
            return False
        self._looked.add(thing)
        return True

    def _found(self, claim: Claim, wrong: str | None, point: int, *last: Move) -> None:
        self.properties[claim].found(self.setting, wrong, lambda: self.steps_to(point, *last))
