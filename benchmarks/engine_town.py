"""One network as each of the compared programs wants it, and how much of each question slow peers are asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine_race import DiffersError
from yiju.travel import StreetNetwork

if TYPE_CHECKING:
    from engine_data import Questions, Streets
    from engine_peers import Pandana, Scipy
    from yiju.travel import AccessPoints, Travel

# Sums in other orders differ in the last bits.
SAME_SHARE = 1e-12


@dataclass(frozen=True)
class Sample:
    """How much of each question the slow peers are asked.

    Attributes
    ----------
    nearest, nearest_k, counts
        Services of 30.
    rows
        Facilities of the 1,000 of the matrix.
    pairs
        Pairs of its ten million.
    """

    nearest: int
    nearest_k: int
    counts: int
    rows: int
    pairs: int


SAMPLES = {
    "porto-alegre": Sample(nearest=30, nearest_k=6, counts=30, rows=40, pairs=100_000),
    "porto": Sample(nearest=30, nearest_k=2, counts=30, rows=20, pairs=50_000),
    "tiled": Sample(nearest=6, nearest_k=1, counts=5, rows=10, pairs=20_000),
}


class Town:
    """A network as each side wants it, made when it is first wanted."""

    def __init__(self, streets: Streets, questions: Questions) -> None:
        self.streets, self.questions = streets, questions

    @property
    def name(self) -> str:
        """The network's name."""
        return self.streets.name

    def new_network(self) -> StreetNetwork:
        """The streets as ours, nothing made of them yet."""
        streets = self.streets
        xy = np.column_stack([streets.x, streets.y])
        return StreetNetwork.from_arrays(xy, streets.u, streets.v, streets.decimetres / 10)

    @cached_property
    def network(self) -> StreetNetwork:
        """The streets as ours."""
        return self.new_network()

    @cached_property
    def travel(self) -> Travel:
        """The streets in metres, indexed."""
        travel = self.network.in_metres()
        _ = travel.index
        return travel

    @cached_property
    def everyone(self) -> AccessPoints:
        """All nodes."""
        return self.network.at_nodes(np.arange(self.streets.nodes))

    @cached_property
    def services(self) -> dict[str, AccessPoints]:
        """The facilities of each service."""
        return {
            f"service {i}": self.network.at_nodes(nodes) for i, nodes in enumerate(self.questions.services)
        }

    @cached_property
    def scipy(self) -> Scipy:
        """The streets as scipy's."""
        from engine_peers import Scipy  # noqa: PLC0415 - what is not raced is not carried in memory

        return Scipy(self.streets)

    @cached_property
    def pandana(self) -> Pandana:
        """The streets as pandana's."""
        from engine_peers import Pandana  # noqa: PLC0415 - as above

        return Pandana(self.streets)


def same(ours: Any, theirs: Any, what: str) -> str:
    """Nothing to say of answers that are the same number for number."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape or not np.array_equal(ours, theirs):
        wrong = int((ours != theirs).sum()) if ours.shape == theirs.shape else "all"
        msg = f"{what}: {wrong} of {ours.size} answers differ"
        raise DiffersError(msg)
    return f"all {ours.size:,} answers compared are equal"
