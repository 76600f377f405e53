"""Build the tables of a city folder: a graph of stages, of which only those run whose inputs changed.

The key of a stage is a hash of its input files, of what city.toml says to it, of the code and of the keys of
the stages that it needs. A stage whose key is as it was is not run. Tables change only when all stages are
done.
"""

from __future__ import annotations

import importlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yiju.city.cache import StageRecord, StageStore, alone, code_version, key_of, library_versions
from yiju.city.decisions import WORDS
from yiju.city.folder import CityFolder
from yiju.city.tables import TABLES
from yiju.progress import SILENT
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from yiju.city.config import Config, Source
    from yiju.city.rejections import Rejections
    from yiju.progress import Progress


@dataclass(frozen=True)
class Stage:
    """One step of a build.

    ``run`` names the function (module of this room, then function): it takes the :class:`Work` and returns
    the products by name. It is imported only when it runs. ``asks`` are the fields of the config that it
    reads.
    """

    name: str
    says: Text
    run: str
    makes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    reads_only: bool = False

    def has_work(self, config: Config) -> bool:
        """Whether it does more than make empty tables."""
        return not self.reads_only or any(config.of_kind(kind) for kind in self.sources)

    @property
    def tables(self) -> tuple[str, ...]:
        """Those of its products that are tables of the city folder."""
        return tuple(name for name in self.makes if name in TABLES)


# In an order in which every stage comes after those that it needs.
STAGES: tuple[Stage, ...] = (
    Stage(
        "boundaries", Text("读取行政边界", "Reading boundaries"), "build_inputs.boundaries",
        ("given_places",), sources=("boundary",), reads_only=True, asks=("name",),
    ),
    Stage(
        "osm", Text("读取 OpenStreetMap", "Reading OpenStreetMap"), "build_inputs.osm",
        ("osm_nodes", "osm_edges", "osm_facilities", "gates", "osm_land", "buildings", "water", "railways",
         "osm_stops"),
        needs=("boundaries",), sources=("osm",), reads_only=True,
    ),
    Stage(
        "streets", Text("整理街道网络", "Making the street network"), "build_inputs.streets",
        ("street_nodes", "street_edges"), needs=("boundaries", "osm"), sources=("streets", "dem"),
    ),
    Stage(
        "extent", Text("确定城市范围", "Finding the extent of the city"), "build_inputs.extent",
        ("city_places",), needs=("boundaries", "streets"), sources=("population",), asks=("name",),
    ),
    Stage(
        "population", Text("读取人口", "Reading population"), "build_inputs.population",
        ("people", "homes"), needs=("extent", "osm"), sources=("population",), asks=("population_total",),
    ),
    Stage(
        "transit", Text("读取公交时刻表", "Reading timetables"), "build_inputs.transit",
        ("all_stops", "headways", "routes", "trips", "calls", "transfers"),
        needs=("extent", "osm"), sources=("gtfs",), asks=("year",),
    ),
    Stage(
        "terrain", Text("计算地形坡度", "Measuring the terrain"), "build_inputs.terrain",
        ("terrain",), needs=("extent",), sources=("dem",), reads_only=True,
    ),
    Stage(
        "parcels", Text("划分地块", "Cutting parcels"), "build_derived.parcels",
        ("cut_parcels", "borders"), needs=("streets", "osm", "extent", "population"),
    ),
    Stage(
        "places", Text("确定社区", "Settling communities"), "build_derived.places",
        ("places", "parcels"), needs=("parcels", "population", "streets", "osm", "extent"),
    ),
    Stage(
        "residents", Text("归属居民", "Placing residents"), "build_derived.residents",
        ("residents",), needs=("population", "places", "terrain"),
    ),
    Stage(
        "land", Text("确定居住用地", "Settling residential land"), "build_derived.land",
        ("land",), needs=("osm", "population", "places", "extent"), sources=("residential",),
    ),
    Stage(
        "facilities", Text("归并设施", "Merging facilities"), "build_derived.facilities",
        ("facilities",), needs=("osm", "streets", "places", "extent"), sources=("facilities",),
    ),
    Stage(
        "entrances", Text("寻找出入口", "Finding entrances"), "build_derived.entrances",
        ("entrances",), needs=("facilities", "streets", "osm"),
    ),
    Stage(
        "stops", Text("归属公交站点", "Placing stops"), "build_derived.stops",
        ("stops",), needs=("transit", "places"),
    ),
    Stage(
        "requests", Text("读取诉求工单", "Reading requests"), "build_inputs.requests",
        ("requests",), needs=("places", "streets"), sources=("requests",), reads_only=True,
    ),
    Stage(
        "figures", Text("读取官方数据", "Reading official figures"), "build_inputs.figures",
        ("figures",), needs=("places",), sources=("figures",), reads_only=True,
    ),
    Stage(
        "rain", Text("读取降雨", "Reading rain"), "build_inputs.rain",
        ("rain",), sources=("rain",), reads_only=True,
    ),
    Stage(
        "commutes", Text("读取通勤联系", "Reading commutes"), "build_inputs.commutes",
        ("commutes",), needs=("places",), sources=("commutes",), reads_only=True,
    ),
    Stage(
        "candidates", Text("读取候选空间", "Reading candidate sites"), "build_inputs.candidates",
        ("candidates",), needs=("places", "extent"), sources=("candidates",), reads_only=True,
    ),
)  # fmt: skip

_BY_NAME = {stage.name: stage for stage in STAGES}
_MAKER = {product: stage.name for stage in STAGES for product in stage.makes}


class Work:
    """What a stage has at hand while it runs."""

    def __init__(self, folder: CityFolder, store: StageStore, progress: Progress) -> None:
        self.folder = folder
        self.config: Config = folder.config
        self.progress = progress
        self.store = store
        self._loaded: dict[str, gpd.GeoDataFrame] = {}
        self._decisions: list[dict[str, Any]] = []
        self._refused: list[Rejections] = []

    def get(self, product: str) -> gpd.GeoDataFrame:
        """A product of an earlier stage."""
        if product not in self._loaded:
            self._loaded[product] = self.store.load(_MAKER[product], product)
        return self._loaded[product]

    def sources(self, kind: str) -> list[tuple[Source, Path]]:
        """Entries of city.toml of a kind, and where their files are."""
        return [(source, self.folder.path / source.file) for source in self.config.of_kind(kind)]

    def decide(self, topic: str, choice: str, **facts: object) -> None:
        """Note a choice that was made for the user, in the words of :mod:`yiju.city.decisions`."""
        self.note(topic, WORDS[topic][choice].format(**facts), choice=choice, **facts)

    def note(self, topic: str, words: Text, **facts: object) -> None:
        """Note something in words of its own."""
        self._decisions.append({"topic": topic, "zh": words.zh, "en": words.en, **facts})

    def reject(self, report: Rejections) -> None:
        """Hand in what a reader refused."""
        if len(report):
            self._refused.append(report)

    def _run(self, stage: Stage, key: str) -> StageRecord:
        import pandas as pd  # noqa: PLC0415 - a build that changes nothing runs nothing

        self._decisions, self._refused = [], []
        began = time.perf_counter()
        module, _, function = stage.run.rpartition(".")
        made: dict[str, pd.DataFrame] = getattr(importlib.import_module(f"yiju.city.{module}"), function)(
            self
        )
        products = {
            name: TABLES[name].validate(made[name]) if name in TABLES else made[name] for name in stage.makes
        }
        self._loaded.update(products)
        record = StageRecord(key, round(time.perf_counter() - began, 3), self._decisions)
        if self._refused:
            refused = pd.concat([report.frame() for report in self._refused], ignore_index=True)
            products[_REJECTED] = refused
            record.rejected = len(refused)
        self.store.keep(stage.name, products, record)
        return record


_REJECTED = "rejected"


@dataclass(frozen=True)
class Built:
    """What a build did."""

    ran: tuple[str, ...]
    reused: tuple[str, ...]
    decisions: tuple[Mapping[str, Any], ...]
    rejected: int
    seconds: Mapping[str, float] = field(default_factory=dict)


def build_city(
    folder: CityFolder | Path | str,
    *,
    now: datetime | None = None,
    progress: Progress = SILENT,
    anew: bool = False,
) -> Built:
    """Make the tables of a city folder, running only the stages whose inputs changed.

    Parameters
    ----------
    folder
        The city, or where it is.
    now
        Time that goes into the manifest; by default the clock's.
    progress
        Told of each stage that runs.
    anew
        Run every stage.

    Returns
    -------
    Built

    Raises
    ------
    InputError
        An input file cannot be used.
    MissingCity
        There is no city.toml.
    SnapshotError
        The disk is full; the tables are as they were.
    """
    city = folder if isinstance(folder, CityFolder) else CityFolder.open(folder)
    with alone(city.tables_dir, progress):
        return _build(city, now, progress, anew=anew)


def _build(city: CityFolder, now: datetime | None, progress: Progress, *, anew: bool) -> Built:
    store = StageStore(city.tables_dir)
    work = Work(city, store, progress)
    code = code_version()
    keys: dict[str, str] = {}
    records: dict[str, StageRecord] = {}
    ran: list[str] = []
    for stage in STAGES:
        keys[stage.name] = _key(stage, work, code, keys)
    store.hashes.remember()
    for stage in STAGES:
        record = None if anew else store.record(stage.name, keys[stage.name])
        if record is None:
            if stage.has_work(city.config):
                progress.step(stage.says)
            record = work._run(stage, keys[stage.name])  # noqa: SLF001 - the runner and its bench are one
            ran.append(stage.name)
        records[stage.name] = record
    built = Built(
        ran=tuple(ran),
        reused=tuple(s.name for s in STAGES if s.name not in ran),
        decisions=tuple(d for s in STAGES for d in records[s.name].decisions),
        rejected=sum(r.rejected for r in records.values()),
        seconds={s.name: records[s.name].seconds for s in STAGES},
    )
    if ran or not (city.tables_dir / MANIFEST).is_file():
        _publish(work, built, records, now)
    return built


def _key(stage: Stage, work: Work, code: str, keys: Mapping[str, str]) -> str:
    inputs = [
        (source.kind, source.file, dict(source.options), work.store.hashes.of(path))
        for kind in stage.sources
        for source, path in work.sources(kind)
    ]
    asked = {name: getattr(work.config, name) for name in stage.asks}
    return key_of(stage.name, code, work.config.crs.to_wkt(), inputs, asked, [keys[n] for n in stage.needs])


MANIFEST = "build.json"


def _publish(work: Work, built: Built, records: Mapping[str, StageRecord], now: datetime | None) -> None:
    """Move the tables into place, with the manifest and the rows that were refused."""
    import io  # noqa: PLC0415
    from datetime import datetime as clock  # noqa: PLC0415

    import pandas as pd  # noqa: PLC0415

    from yiju.city.rejections import Rejections  # noqa: PLC0415

    tables = work.folder.tables_dir
    refused = [Rejections("").frame()]
    refused += [
        work.store.load(s.name, _REJECTED).assign(stage=s.name) for s in STAGES if records[s.name].rejected
    ]
    rejected = pd.concat(refused, ignore_index=True)
    parquet = io.BytesIO()
    rejected.to_parquet(parquet, index=False)
    manifest = {
        "built_at": (now or clock.now().astimezone()).isoformat(timespec="seconds"),
        "name": work.config.name,
        "year": work.config.year,
        "crs": work.config.crs.to_string(),
        "versions": library_versions(),
        "inputs": [
            {
                "kind": s.kind,
                "file": s.file,
                **s.options,
                "sha256": work.store.hashes.of(work.folder.path / s.file),
            }
            for s in work.config.sources
        ],
        "population_total": work.config.population_total,
        "weights_only": work.config.weights_only,
        "stages": [
            {"name": s.name, "seconds": records[s.name].seconds, "reused": s.name not in built.ran}
            for s in STAGES
        ],
        "decisions": list(built.decisions),
        "rejected_rows": built.rejected,
    }
    work.store.publish(
        {stage.name: stage.tables for stage in STAGES},
        {
            tables / "rejected.parquet": parquet.getvalue(),
            # With a mark, so that a spreadsheet reads the Chinese as it is.
            tables / "rejected.csv": rejected.to_csv(index=False).encode("utf-8-sig"),
            tables / MANIFEST: (
                json.dumps(manifest, ensure_ascii=False, indent=2, default=str) + "\n"
            ).encode(),
        },
    )


def read_manifest(folder: CityFolder) -> dict[str, Any]:
    """What the last build noted: inputs with hashes, versions, stages, decisions; empty if there was none."""
    try:
        said: dict[str, Any] = json.loads((folder.tables_dir / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said
