"""Walks to targets: found together, equal to those that are searched one by one, on both engines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from yiju.checkup.context import Context
from yiju.checkup.reach import METRES, Reach, Targets
from yiju.checkup.run import run_checkup
from yiju.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

WALKERS = (METRES, "older")


def reach_of(folder: CityFolder) -> Reach:
    return Context(folder, folder.config.year).reach


def one_by_one(reach: Reach, targets: Targets, who: str) -> np.ndarray:
    """The same walk by a search of its own for all targets together."""
    travel = reach.travel(who).plain
    far = 13_000.0 if who == METRES else 10_800.0
    found = np.full(len(reach.homes), np.inf)
    for points in (
        reach.doors.of(reach.facility_ids(targets)),
        reach.stops.of(reach.stop_ids(targets)),
    ):
        found = np.minimum(found, travel.nearest(reach.homes, points, limit=far)[travel.unit].to_numpy())
    return found if who == METRES else found / 60.0


@pytest.mark.parametrize("who", WALKERS)
def test_a_walk_to_any_of_several_services_is_that_of_one_search(toy: CityFolder, who: str) -> None:
    reach = reach_of(toy)
    services = sorted(set(toy.table("facilities")["service"]))
    stops = toy.table("stops")
    modes = tuple(sorted(set(stops["mode"])))
    asked = [
        Targets((services[0],)),
        Targets(tuple(services[:3])),
        Targets(tuple(services), modes),
        Targets(modes=modes),
        Targets(stops=tuple(stops["stop_id"][:1])),
        Targets(("park",), least_m2=1000.0),
        Targets(("park",), least_m2=1e9, unknown_area=False),
        Targets(("nothing of the kind",)),
    ]
    for targets in asked:
        np.testing.assert_array_equal(reach.walk(targets, who), one_by_one(reach, targets, who))


def test_the_first_question_answers_those_that_will_be_asked(
    toy: CityFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    together = Travel.nearest_each

    def counted(travel: Travel, *args: object, **named: object) -> object:
        asked[travel.unit] += 1
        return together(travel, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Travel, "nearest_each", counted)
    reach = reach_of(toy)
    park = Targets(("park",), least_m2=1000.0)
    for who in WALKERS:
        for service in sorted(set(toy.table("facilities")["service"])):
            reach.walk(Targets((service,)), who)
        reach.walk(park, who)
    # a size that nobody could expect is a question of its own, and for the next walker it is expected
    assert asked == {"metres": 2, "seconds": 1}


def test_the_plain_engine_gives_the_same_observations(
    small: Callable[..., CityFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small(blocks=8)
    swept = run_checkup(folder).observations
    travel = Reach.travel
    monkeypatch.setattr(Reach, "travel", lambda reach, who: travel(reach, who).plain)
    assert run_checkup(folder).observations.equals(swept)


def test_the_order_of_elimination_is_kept_with_the_city(small: Callable[..., CityFolder]) -> None:
    folder = small()
    before = run_checkup(folder).observations
    (order,) = folder.orders_dir.iterdir()
    written = order.stat().st_mtime_ns
    assert run_checkup(folder).observations.equals(before)
    assert [(f, f.stat().st_mtime_ns) for f in folder.orders_dir.iterdir()] == [(order, written)]


def test_where_no_order_can_be_kept_the_check_up_runs(small: Callable[..., CityFolder]) -> None:
    folder = small()
    folder.orders_dir.parent.mkdir(exist_ok=True)
    folder.orders_dir.write_text("a file stands where the folder should")
    assert len(run_checkup(folder).observations)
