"""Which facility layers can be trusted, and where their facilities are."""

from __future__ import annotations

import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yiju.city.services import SERVICES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from yiju.city.config import Config

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Layers:
    """The table of facilities, by service.

    A layer is trusted when the city vouches for it, when a facility table is complete for it, or when at
    least one of its facilities comes from the city's own table: what comes from OpenStreetMap alone is a
    screening.
    """

    def __init__(self, facilities: gpd.GeoDataFrame, config: Config) -> None:
        self.frame = facilities
        self._code, names = pd.factorize(facilities["service"])
        self._code_of = {name: code for code, name in enumerate(names)}
        self._count = np.bincount(self._code, minlength=len(names))
        complete = [s.options.get("complete_for", []) for s in config.of_kind("facilities")]
        self._complete = {service for services in complete for service in services}  # type: ignore[attr-defined]
        self._vouched = set(config.vouched)

    def rows(self, services: Iterable[str]) -> Bools:
        """Which rows of the table offer any of the services."""
        wanted = np.zeros(len(self._count) + 1, dtype=bool)  # one more for codes of unknown services, -1
        wanted[[self._code_of[s] for s in services if s in self._code_of]] = True
        return np.asarray(wanted[self._code])

    def count(self, service: str) -> int:
        """Facilities of a service."""
        return int(self._count[self._code_of[service]]) if service in self._code_of else 0

    @cached_property
    def _known(self) -> set[str]:
        own = self.frame.loc[self.frame["source"] != "osm", "service"]
        return self._vouched | self._complete | set(own.unique())

    def trusts(self, service: str) -> bool:
        """Whether the layer of one service can be trusted."""
        return service in self._known

    def vouched(self, service: str) -> bool:
        """Whether the city vouches for the layer in city.toml."""
        return service in self._vouched

    def state(self, services: Iterable[str]) -> str:
        """``measured``, ``screening``, or ``empty``, for a need that any of the services answers.

        It is empty where no facility is known and nobody says that there is none.
        """
        services = list(services)
        present = [s for s in services if self.count(s)]
        if not present:
            return "measured" if any(self.trusts(s) for s in services) else "empty"
        return "measured" if all(self.trusts(s) for s in present) else "screening"

    @cached_property
    def facility_ids(self) -> npt.NDArray[np.object_]:
        """(rows,) ids; one that offers several services has several rows."""
        ids: npt.NDArray[np.object_] = self.frame["facility_id"].to_numpy(dtype=object)
        return ids

    @cached_property
    def area_m2(self) -> Floats:
        """(rows,) area of the site: as given, else of its polygon; not a number for a point without."""
        given = np.array(self.frame["land_area_m2"], dtype=np.float64)
        drawn = shapely.area(self.frame.geometry.to_numpy())
        return np.where(np.isnan(given), np.where(drawn > 0, drawn, np.nan), given)


def no_layer(services: Iterable[str]) -> Text:
    """Why a service without any known facility cannot be judged."""
    names = [SERVICES[s].name for s in services]
    zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
    return Text(
        f"需要{zh}的设施表：现有数据中没有此类设施，也无人确认确实没有。",
        f"needs a facility table of {en}: none is in the data, and nobody vouches that there is none.",
    )


@cache
def peers_per_10k() -> Mapping[str, float]:
    """Facilities per 10,000 people in OpenStreetMap, the median of the peers of ``catalogue/peers.toml``.

    Examples
    --------
    >>> peers_per_10k()["pharmacy"]
    2.09
    """
    file = Path(__file__).with_name("catalogue") / "peers.toml"
    peers = tomllib.loads(file.read_text(encoding="utf-8"))["per_10k"]
    return {code: float(np.median(list(of.values()))) for code, of in peers.items()}
