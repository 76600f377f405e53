"""Footpaths to and through parks, joined to the streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.graph import StreetGraph, cut_at_junctions, largest_part

if TYPE_CHECKING:
    from yiju.city.demo.parks import Park

# Rank of a footpath, below that of a way inside a compound.
PATH = 4


def with_paths(streets: StreetGraph, parks: list[Park]) -> StreetGraph:
    """The street graph with the paths of the parks, rank 4; streets are cut where a path leaves them."""
    paths = [path for park in parks for path in park.paths]
    lines = [*(np.asarray(shapely.get_coordinates(line)) for line in streets.line), *paths]
    ranks = np.concatenate([streets.rank, np.full(len(paths), PATH, dtype=np.int64)])
    decks = np.concatenate([streets.deck, np.zeros(len(paths), dtype=np.int64)])
    return largest_part(cut_at_junctions(lines, ranks, decks))
