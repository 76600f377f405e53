"""The people of today by home cell, and how the people of a later year are spread over the same cells.

A cell keeps its present share of each age of its community. Where nobody of an age lives in a community today, those of
later are spread like everybody of known age; where no age is known, alike over its cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.tables import RESIDENTS
from yiju.errors import ContractError
from yiju.supply.projection.ages import split
from yiju.supply.projection.component import refuse
from yiju.text import Text

Floats = npt.NDArray[np.float64]

# A cell that lies in no community; its people are projected with each other.
NOWHERE = ""


@dataclass(frozen=True, eq=False)
class Homes:
    """Home cells with their ages.

    Attributes
    ----------
    cells
        The n cells as they came.
    bands
        Bands of ages of the source.
    counts
        (n, bands) people by cell in them; unknown counts as none.
    shares
        (bands, 101) how the bands become single years.
    communities
        (k,) ids of the communities, in the order in which they are met; "" for none.
    community
        (n,) position of the community that holds each cell.
    """

    cells: pd.DataFrame
    bands: tuple[str, ...]
    counts: Floats
    shares: Floats
    communities: pd.Index
    community: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cells: pd.DataFrame, lived: Floats) -> Homes:
        """Read the home cells; ``lived`` are the (101,) years lived at each age.

        Raises
        ------
        ContractError
            They do not say in which community they lie.
        InputError
            An age is in no band or in several, or people are negative.
        """
        if "community" not in cells:
            raise ContractError(
                Text("居住单元缺少 community 列。", "The home cells need a column community.")
            )
        bands = RESIDENTS.band_columns(cells)
        counts = np.nan_to_num(cells[bands].to_numpy(dtype=np.float64))
        refuse(counts, "age_*")
        named = cells["community"].astype(object).where(cells["community"].notna(), NOWHERE)
        community, ids = pd.factorize(named)
        communities = pd.Index(list(ids), name="community", dtype="str")
        return cls(cells, tuple(bands), counts, split(bands, lived), communities, community)

    @cached_property
    def by_age(self) -> Floats:
        """(k, 101) people of each community by single year."""
        k = len(self.communities)
        bands = [np.bincount(self.community, of, minlength=k) for of in self.counts.T]
        return np.asarray(np.stack(bands, axis=1) @ self.shares)

    def spread(self, later: Floats, into: Floats) -> Floats:
        """Spread people of a later year over the cells.

        Parameters
        ----------
        later
            (k, 101) people of each community by single year.
        into
            (m, 101) ages of each band that is asked for, 0 or 1.

        Returns
        -------
        (n, m) people of each cell in those bands.
        """
        grown = np.divide(later, self.by_age, out=np.zeros_like(later), where=self.by_age > 0)
        new = np.where(self.by_age > 0, 0.0, later) @ into.T
        spread = self._everybody[:, None] * new[self.community]
        # Not by single year, which a large city has no memory for: a band grows by one factor in a community.
        for band, shares in enumerate(self.shares):
            factor = (shares * grown) @ into.T
            spread += self.counts[:, [band]] * factor[self.community]
        return np.asarray(spread)

    @cached_property
    def _everybody(self) -> Floats:
        """(n,) share of each cell in its community."""
        k, people = len(self.communities), self.counts.sum(axis=1)
        whole = np.bincount(self.community, people, minlength=k)[self.community]
        alike = 1.0 / np.bincount(self.community, minlength=k)[self.community]
        return np.asarray(np.divide(people, whole, out=alike, where=whole > 0))
