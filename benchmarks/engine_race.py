"""One race: our answer and a peer's to the same question, taken in turns, timed, and held equal.

::

    round 1      ours ours ours | peer        each side: median over the rounds
    round 2      ours ours ours | peer        ratio:     peer / ours
    round 3      ours ours ours | peer        answers that differ stop the run

Both sides run in one process and one right after the other, so that what else the machine does meets both. A peer that
takes long answers once, and if it takes very long only a stated share of the question, which is scaled up.
"""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# A peer that has taken this long in a race has had its turns: twenty minutes are for all of them.
PATIENCE_S = 15.0
# Our short answers are given again within a round until this has passed, and at least so often: a median of three
# single turns would be at the mercy of the machine.
SHORTEST_ROUND_S, LONGEST_ROUND_S, TURNS = 0.2, 5.0, 3


class Promise(NamedTuple):
    """How many times faster than a peer we are to be.

    gate
        Below it the run fails.
    stretch
        What we aim for.
    by
        Which seconds: CPU seconds of all threads, or those on the wall.
    memory
        How many times less memory we are to take; 0 where nothing is promised.
    """

    gate: float
    stretch: float
    by: Literal["cpu", "wall"] = "cpu"
    memory: float = 0.0


class Seconds(NamedTuple):
    """What one answer took."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    task: str
    network: str
    peer: str
    ours: Seconds
    theirs: Seconds
    share: float  # of the question that the peer was asked; `theirs` is scaled up to the whole
    promise: Promise | None
    note: str = ""
    memory: tuple[int, int] | None = None  # bytes at the peak, ours and theirs
    spent_s: float = 0.0  # wall seconds that the peer really took, in all its turns

    @property
    def by_cpu(self) -> float:
        """Ratio of CPU seconds."""
        return self.theirs.cpu / self.ours.cpu

    @property
    def by_wall(self) -> float:
        """Ratio of wall seconds."""
        return self.theirs.wall / self.ours.wall

    @property
    def ratio(self) -> float:
        """The ratio on which the promise is held."""
        return self.by_wall if self.promise is not None and self.promise.by == "wall" else self.by_cpu

    @property
    def broken(self) -> bool:
        """Whether the promise is not kept."""
        if self.promise is None:
            return False
        saved = self.memory[1] / self.memory[0] if self.memory else 0.0
        return self.ratio < self.promise.gate or saved < self.promise.memory


class DiffersError(AssertionError):
    """Our answer is not the peer's."""


def clocked(work: Callable[[], Any]) -> tuple[Any, Seconds]:
    """The answer, and what it took."""
    gc.collect()  # so that no side sweeps up after the other
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return answer, Seconds(time.perf_counter() - wall, time.process_time() - cpu)


def median(turns: list[Seconds], share: float = 1.0) -> Seconds:
    """The median turn, scaled up from the share of the question that was asked."""
    return Seconds(*(statistics.median(side) / share for side in zip(*turns, strict=True)))


@dataclass(frozen=True)
class Race:
    """A question, and who answers it.

    Attributes
    ----------
    task, network
        The question, and where it is asked.
    ours, theirs
        Give the answers; everything that may be made ready once is made ready before.
    held
        Says what is to be said of the two answers, or raises :class:`DiffersError`.
    share
        The part of the question that the peer is asked.
    """

    task: str
    network: str
    ours: Callable[[], Any]
    peer: str
    theirs: Callable[[], Any]
    held: Callable[[Any, Any], str]
    promise: Promise | None = None
    share: float = 1.0


def run(race: Race, rounds: int = 3) -> Row:
    """Both in turns."""
    race.ours()  # compiles, and puts costs on points: once for all questions
    our_turns: list[Seconds] = []
    their_turns: list[Seconds] = []
    note = ""
    for _ in range(rounds):
        spent, turns = 0.0, 0
        while spent < SHORTEST_ROUND_S or (turns < TURNS and spent < LONGEST_ROUND_S):
            answer = None  # so that its memory is free for the next
            answer, turn = clocked(race.ours)
            our_turns.append(turn)
            spent, turns = spent + turn.wall, turns + 1
        if sum(turn.wall for turn in their_turns) < PATIENCE_S:
            their_answer, turn = clocked(race.theirs)
            their_turns.append(turn)
            note = race.held(answer, their_answer)
            del their_answer
        del answer
    return Row(
        race.task, race.network, race.peer, median(our_turns), median(their_turns, race.share),
        race.share, race.promise, note, spent_s=sum(turn.wall for turn in their_turns),
    )  # fmt: skip


HEAD = (
    f"{'task':36}{'network':13}{'ours s':>9}{'CPU':>8}  {'peer':30}{'s':>9}{'CPU':>9}"
    f"{'wall x':>9}{'CPU x':>9}{'gate':>7}{'aim':>7}"
)


def show(row: Row) -> None:
    """One line of the table; below it, what is to be said of the answers."""
    gate, aim = (f"{row.promise.gate:g}", f"{row.promise.stretch:g}") if row.promise else ("", "")
    sampled = f" ({row.share:.3g} of it)" if row.share < 1 else ""
    print(
        f"{row.task:36}{row.network:13}{row.ours.wall:9.4f}{row.ours.cpu:8.4f}  {row.peer + sampled:30}"
        f"{row.theirs.wall:9.3f}{row.theirs.cpu:9.3f}{row.by_wall:9.1f}{row.by_cpu:9.1f}{gate:>7}{aim:>7}"
        f"{'  BROKEN' if row.broken else ''}",
        flush=True,
    )
    if row.memory:
        ours, theirs = row.memory
        asked = f", promised {row.promise.memory:g}" if row.promise and row.promise.memory else ""
        print(
            f"    memory: {ours / 1e6:,.0f} MB, peer {theirs / 1e6:,.0f} MB: {theirs / ours:.1f} times less{asked}"
        )
    if row.note:
        print(f"    {row.note}", flush=True)
