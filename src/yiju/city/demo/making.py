"""Make the demo city: draw it, write its input files, its city.toml and the truths that were planted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from yiju.city.config import config_text, parse_config
from yiju.city.demo.files import (
    table_services,
    write_boundaries,
    write_csv,
    write_elevation,
    write_facilities,
    write_rain,
    write_requests,
    write_residents,
)  # fmt: skip
from yiju.city.demo.gazetteer import Gazetteer, name_places
from yiju.city.demo.hotline import a_year_of_requests
from yiju.city.demo.mapping import draw_map
from yiju.city.demo.names import read_names
from yiju.city.demo.people import BANDS
from yiju.city.demo.registers import SOURCE, commuting, name_facilities, official_figures, stem_of
from yiju.city.demo.site import CRS, Site
from yiju.city.demo.spare import spare_room
from yiju.city.demo.timetable import write_timetable
from yiju.city.demo.townscape import Townscape, draw
from yiju.city.demo.transit import lay_transit
from yiju.city.demo.truths import planted_truths
from yiju.city.demo.weather import daily_rain
from yiju.city.folder import CityFolder
from yiju.errors import InputError
from yiju.progress import SILENT, Progress
from yiju.text import Text

# The year of the check-up handbook that the catalogue follows; as a seed it is as good as any.
YEAR = SEED = 2025
# Raised whenever the same seed gives another city than before.
EDITION = 2
# What a demo city was made from.
_MADE_FROM = "demo.json"
# Thirty years of rain and more: what the capture ratio asks for (standards.md 6).
_FIRST_YEAR_OF_RAIN = 1991
# Below this the pockets that carry the planted truths, whose size is given, leave no room for a city around them.
_SMALLEST = 1.0


def make_demo(
    folder: Path, *, seed: int = SEED, scale: float = 1.0, progress: Progress = SILENT
) -> CityFolder:
    """Generate a mountain-and-river city with known truths, as input files and a city.toml.

    The city is invented. It lies where two rivers meet, has an old town of stairs, works' quarters, new towns,
    villages that are being built over, 300,000 people with ages, and everything that a check-up reads.

    Parameters
    ----------
    folder
        Where; it must not be there yet, or be empty.
    seed
        The same seed gives the same bytes of every file.
    scale
        1 is 300,000 people; 10 is three million, for benchmarks.

    Returns
    -------
    CityFolder
        Not built yet. Beside ``input/`` it holds ``truths.json``: the needs that a check-up has to find.

    Raises
    ------
    InputError
        The folder is not empty, the scale is below 1, or the seed gives no city.
    """
    folder = Path(folder)
    _refuse(folder, scale)
    town = draw(seed, scale, progress)
    progress.step(Text("写入输入文件", "Writing the input files"))
    streams = np.random.default_rng([seed, 1]).spawn(9)
    gazetteer = name_places(town, streams[0])
    # Written beside its place and moved there whole, so that a demo city is either there or not.
    scratch = folder.with_name(folder.name + ".part")
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "input").mkdir(parents=True)
    _write_inputs(town, gazetteer, scratch / "input", streams[1:])
    (scratch / "city.toml").write_text(_city_toml(), encoding="utf-8")
    truths = [truth.as_dict() for truth in planted_truths(town, gazetteer)]
    _write_json(scratch / "truths.json", truths)
    _write_json(scratch / _MADE_FROM, _origin(seed, scale))
    if folder.exists():
        folder.rmdir()
    scratch.replace(folder)
    return CityFolder.open(folder)


def same_demo(folder: Path, *, seed: int = SEED, scale: float = 1.0) -> bool:
    """Whether the folder holds the very city that :func:`make_demo` would make."""
    file = Path(folder) / _MADE_FROM
    return file.is_file() and json.loads(file.read_text(encoding="utf-8")) == _origin(seed, scale)


def clear_demo(folder: Path) -> None:
    """Take away a demo city: what was generated and what was computed from it, and nothing else.

    A folder without a demo city stays as it is.
    """
    folder = Path(folder)
    if not (folder / _MADE_FROM).is_file():
        return
    for name in ("input", "tables", "checkups", "plans", "measures"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("city.toml", "truths.json", _MADE_FROM):
        (folder / name).unlink(missing_ok=True)


def _origin(seed: int, scale: float) -> dict[str, float]:
    return {"edition": EDITION, "seed": seed, "scale": scale}


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _refuse(folder: Path, scale: float) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Text(f"{folder} 已存在且非空。", f"{folder} is there already and not empty."),
            hint=Text(
                "请换一个文件夹；已有数据不会被覆盖。", "Choose another folder; nothing is ever overwritten."
            ),
        )
    if not scale >= _SMALLEST:
        raise InputError(
            Text(
                f"规模 {scale} 过小，至少 {_SMALLEST}。",
                f"a scale of {scale} is too small; it needs to be {_SMALLEST} or more.",
            )
        )


def _write_inputs(
    town: Townscape, gazetteer: Gazetteer, inputs: Path, streams: list[np.random.Generator]
) -> None:
    site = Site()
    names = [place.name for place in gazetteer.community]
    stems = [stem_of(name) for name in names]
    name_facilities(town.facilities, stems, streams[0])
    transit = lay_transit(town, stems, streams[2])
    draw_map(town, transit, stems, streams[1]).write(inputs / "map.osm.pbf", site)
    write_timetable(transit, inputs / "gtfs.zip", site, YEAR)
    write_boundaries(gazetteer, inputs / "boundaries.geojson", site)
    write_residents(town, inputs / "residents.csv", site)
    write_facilities(town, inputs / "facilities.csv", site)
    write_csv(official_figures(town, gazetteer, YEAR, streams[3]), inputs / "figures.csv")
    days, rain = daily_rain(_FIRST_YEAR_OF_RAIN, YEAR, streams[4])
    write_rain(days, rain, inputs / "rain.csv")
    by_day = dict(zip(days, np.nan_to_num(rain), strict=True))
    write_requests(a_year_of_requests(town, YEAR, by_day, streams[5]), inputs / "requests.csv", site)
    write_csv(commuting(town, gazetteer, streams[6]), inputs / "commutes.csv")
    write_elevation(town, inputs / "elevation.tif", site)
    write_csv(spare_room(town, stems, site, SOURCE, streams[7]), inputs / "candidates.csv")


def _city_toml() -> str:
    def source(kind: str, file: str, **options: object) -> dict[str, object]:
        return {"kind": kind, "file": f"input/{file}", **options}

    cells = {"id": "cell_id", "total": "people", "lon": "lon", "lat": "lat"}
    sources = [
        source("boundary", "boundaries.geojson", level="level", id="id", name="name", parent="parent"),
        source("osm", "map.osm.pbf"),
        source("gtfs", "gtfs.zip"),
        source("population", "residents.csv", columns=cells, bands={band: band for band in BANDS}),
        source("facilities", "facilities.csv", datum="gcj02", complete_for=table_services()),
        source("figures", "figures.csv"),
        source("requests", "requests.csv", datum="wgs84"),
        source("rain", "rain.csv"),
        source("dem", "elevation.tif"),
        source("commutes", "commutes.csv"),
        source("candidates", "candidates.csv", datum="gcj02"),
    ]
    city = {"name": read_names().city.zh, "year": YEAR, "crs": CRS}
    return config_text(parse_config({"city": city, "source": sources}))
