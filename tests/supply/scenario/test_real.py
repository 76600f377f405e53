"""Random changes of a real city: walks and counts equal to the bit, shares to the twelfth digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.supply.scenario.test_exact import anew

from yiju.api import City
from yiju.checkup.observations import OBSERVATIONS
from yiju.checkup.snapshot import manifest, write_snapshot
from yiju.errors import InputError
from yiju.supply.scenario.access import catchments_of, counts_of, equity_of, walks_of

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.supply.scenario import Scenario

pytestmark = pytest.mark.real

SERVICE = "kindergarten"
CHANGES = 8


@pytest.fixture(scope="module")
def las_palmas(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """Las Palmas built, with a check-up of no observations: only walks are asked here."""
    data = data_dir / "city-las-palmas"
    if not data.is_dir():
        pytest.skip(f"the data of Las Palmas are not here: {data}")
    city = City.new(
        tmp_path_factory.mktemp("whatif") / "las-palmas", name="Las Palmas", year=2023, crs="EPSG:32628",
        files={"osm": data / "las_palmas.osm.pbf", "boundary": data / "las_palmas_boundary.geojson"},
        options={"boundary": {"level": "city"}}, population_total=378_000, weights_only=True,
    )  # fmt: skip
    city.build()
    empty = {"observations": OBSERVATIONS.empty()}
    write_snapshot(city.folder.checkup_dir(), empty, manifest(city.folder, 2023, None, None))
    return city.scenario()


def changed(then: Scenario, rng: np.random.Generator) -> Scenario:
    """One more change, drawn by chance; one that cannot be is drawn again."""
    nodes = then.city.reach.network.xy
    facilities = then.city.table("facilities")
    mine = facilities.loc[facilities["service"] == SERVICE, "facility_id"].to_list()
    while True:
        at = tuple(nodes[rng.integers(len(nodes))])
        near = nodes[np.argsort(np.hypot(*(nodes - at).T))[20]]
        one = mine[rng.integers(len(mine))]
        draw = rng.integers(5)
        try:
            if draw == 0:
                return then.add(service=SERVICE, at=at, capacity=float(rng.integers(20, 90)))
            if draw == 1:
                return then.close(one)
            if draw == 2:
                return then.move(one, at)
            if draw == 3:
                return then.link(at, tuple(near))
            return then.enlarge(one, capacity=float(rng.integers(200, 300)))
        except InputError:
            continue


@pytest.mark.parametrize("seed", [1, 2])
def test_random_changes_are_exact(las_palmas: Scenario, seed: int) -> None:
    rng, then = (
        np.random.default_rng(seed),
        las_palmas.add(service=SERVICE, at=middle(las_palmas), capacity=60),
    )
    for _ in range(CHANGES):
        then = changed(then, rng)
        walks_of(then.city, SERVICE)
    whole = anew(then)
    for group in ("all", "age_60_plus"):
        assert walks_of(then.city, SERVICE, group).equals(walks_of(whole, SERVICE, group))
    assert counts_of(then.city, SERVICE, 500).equals(counts_of(whole, SERVICE, 500))
    mine, full = (catchments_of(city, SERVICE) for city in (then.city, whole))
    np.testing.assert_allclose(mine.access, full.access, rtol=0, atol=1e-12)
    assert equity_of(mine).gini == pytest.approx(equity_of(full).gini, rel=1e-12)


def middle(now: Scenario) -> tuple[float, float]:
    """A corner of the streets in the middle of the city."""
    nodes = now.city.reach.network.xy
    x, y = nodes[np.argmin(np.hypot(*(nodes - nodes.mean(axis=0)).T))]
    return float(x), float(y)
