"""The check-up that scenarios stand on, and whether the city is still the one that was checked up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from yiju.checkup.snapshot import manifest, read_manifest, read_observations
from yiju.errors import YijuError
from yiju.needs.ledger import earlier_needs, read_needs
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

    from yiju.city.folder import CityFolder


class StaleCheckup(YijuError, ValueError):  # noqa: N818 - it names a state
    """The city is no longer the one that was checked up: before and after would not be of the same city."""


@dataclass(frozen=True)
class Stored:
    """The stored check-up of one year.

    Attributes
    ----------
    snapshot
        Hash of all that it rests on: tables, city.toml, catalogue.
    """

    folder: CityFolder
    year: int
    snapshot: str

    @classmethod
    def of(cls, folder: CityFolder, year: int | None = None) -> Stored:
        """The check-up of a year, by default the city's own.

        Raises
        ------
        MissingCity
            There is no check-up of that year.
        StaleCheckup
            A table, city.toml or the catalogue has changed since.
        """
        year = year or folder.config.year
        noted = read_manifest(folder, year)
        differing = _differing(noted, manifest(folder, year, None, None))
        if differing:
            zh, en = "、".join(d.zh for d in differing), ", ".join(d.en for d in differing)
            raise StaleCheckup(
                Text(
                    f"{year} 年体检之后，以下内容已改变：{zh}。比较前后须基于同一城市。",
                    f"Since the check-up of {year} these have changed: {en}. Before and after need to be of one city.",
                ),
                hint=Text(
                    f"请重新运行 yiju checkup {folder.path}。", f"Run `yiju checkup {folder.path}` again."
                ),
            )
        return cls(folder, year, snapshot_of(noted))

    def check(self) -> None:
        """Still the same check-up, and still of the city as it is.

        Raises
        ------
        StaleCheckup
            It was made anew, or the city has changed since.
        """
        now = Stored.of(self.folder, self.year)
        if now.snapshot != self.snapshot:
            raise StaleCheckup(
                Text(
                    "情景所依据的体检已被新的体检取代。",
                    "The check-up that the scenario stands on was replaced.",
                ),
                hint=Text("请重新打开情景（Scenario.of）。", "Open the scenario again (`Scenario.of`)."),
            )

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Every observation."""
        return read_observations(self.folder, self.year)

    @cached_property
    def needs(self) -> pd.DataFrame:
        """The ledger of needs."""
        return read_needs(self.folder, year=self.year)

    @cached_property
    def earlier_needs(self) -> pd.DataFrame | None:
        """The ledger that this one carried on."""
        return earlier_needs(self.folder, year=self.year)


def snapshot_of(noted: Mapping[str, Any]) -> str:
    """Hash of what a check-up rests on, from its manifest: the same for the same inputs.

    Examples
    --------
    >>> snapshot_of({"tables": {"a.parquet": "00"}, "config": "11", "catalogue": "22"})
    '90a6f8259c9bdeb0'
    """
    digest = sha256()
    for name, value in sorted(noted["tables"].items()):
        digest.update(f"{name}={value};".encode())
    digest.update(f"{noted['config']};{noted['catalogue']}".encode())
    return digest.hexdigest()[:16]


def _differing(noted: Mapping[str, Any], now: Mapping[str, Any]) -> list[Text]:
    before, after = noted["tables"], now["tables"]
    found = [
        Text(f"表 {name.removesuffix('.parquet')}", f"table {name.removesuffix('.parquet')}")
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    if noted["config"] != now["config"]:
        found.append(Text("city.toml", "city.toml"))
    if noted["catalogue"] != now["catalogue"]:
        found.append(Text("指标目录", "the catalogue of indicators"))
    return found
