"""``yiju new`` and ``yiju build``: from the user's files to a city folder and its tables."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiju.cli.console import ConsoleProgress, json_option, lang_option, say, timings_option
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.new import Input

_FILE = click.Path(exists=True, path_type=Path)


@click.command(
    epilog="""\b
Example 例:
  yiju new las-palmas --name "Las Palmas" --year 2025 --osm las_palmas.osm.pbf \\
    --gtfs guaguas.zip --boundary city=boundary.geojson \\
    --population-total 378000 --weights-only
  yiju new cixi --name 磁溪市 --year 2025 --osm cixi.osm.pbf \\
    --boundary district=qu.gpkg --boundary community=shequ.gpkg \\
    --population grid.gpkg --set population.columns.total=常住人口 \\
    --facilities sheshi.csv --datum gcj02
"""
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the city. 城市名称")
@click.option("--year", required=True, type=int, help="Year of the check-up. 体检年度")
@click.option(
    "--osm", type=_FILE, multiple=True, help="OpenStreetMap: .osm.pbf, .osm or .osm.gz; may be repeated."
)
@click.option("--streets", type=_FILE, help="Street network: GraphML of OSMnx, or a layer of edges. 街道网络")
@click.option(
    "--gtfs", type=_FILE, multiple=True, help="Timetables: zip or folder; may be repeated. 公交时刻表"
)
@click.option("--population", type=_FILE, help="People: raster, grid, polygons, points or table. 人口")
@click.option(
    "--population-total", type=float, help="People of the whole city, spread over its homes. 总人口"
)
@click.option(
    "--weights-only", is_flag=True, help="The population is not this city's own total. 人口仅作权重"
)
@click.option(
    "--boundary",
    multiple=True,
    metavar="[LEVEL=]FILE",
    help="Boundaries: city, district, subdistrict, community or grid; may be repeated. 行政边界",
)
@click.option("--residential", type=_FILE, help="Residential land: polygons. 居住用地")
@click.option("--facilities", type=_FILE, help="The city's own facility table. 设施表")
@click.option(
    "--datum", help="Datum of the facility and candidate tables: wgs84, cgcs2000, gcj02 or bd09. 坐标基准"
)
@click.option("--figures", type=_FILE, help="Official figures for table indicators. 官方数据")
@click.option("--requests", type=_FILE, help="Request log. 诉求工单")
@click.option("--rain", type=_FILE, help="Daily rain. 逐日降雨")
@click.option(
    "--dem", type=_FILE, multiple=True, help="Elevation model: GeoTIFF; may be repeated. 数字高程模型"
)
@click.option("--commutes", type=_FILE, help="Commuting flows. 通勤联系")
@click.option("--candidates", type=_FILE, help="Spaces that could take in a service. 候选空间")
@click.option("--crs", help="EPSG code of a projected CRS in metres; chosen by place if not given. 坐标系")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KIND.OPTION=VALUE",
    help="An option of an input, as in city.toml: population.columns.total=pop, gtfs... May be repeated.",
)
@click.option("--link", is_flag=True, help="Link to the files instead of copying them. 以链接代替复制")
@lang_option
def new(folder: Path, **given: Any) -> None:
    """Make a city folder from files (新建城市文件夹).

    The files are copied into DIR/input and described in DIR/city.toml. What was understood of each is printed;
    what was guessed stands in city.toml, where it can be corrected.
    """
    from yiju.city.new import NewCity, new_city

    options = _settings(given["settings"])
    if given["datum"] is not None:
        for kind in [k for k in _VENDORS if given[k] is not None] or ["facilities"]:
            options.setdefault(kind, {})["datum"] = given["datum"]
    wanted = NewCity(
        name=given["name"],
        year=given["year"],
        inputs=_inputs(given, options),
        crs=given["crs"],
        population_total=given["population_total"],
        weights_only=given["weights_only"],
    )
    made = new_city(folder, wanted, link=given["link"], progress=ConsoleProgress())
    for line in made.understood:
        say(line)
    say(Text(f"已建立 {folder}。下一步：yiju build {folder}", f"Made {folder}. Next: yiju build {folder}"))


# Kinds of input that have an option of their own.
_KINDS = (
    "osm", "streets", "gtfs", "population", "residential", "facilities", "figures", "requests", "rain", "dem",
    "commutes", "candidates",
)  # fmt: skip
# Tables whose coordinates may be a map vendor's: --datum speaks of both.
_VENDORS = ("facilities", "candidates")


def _inputs(given: dict[str, Any], options: dict[str, dict[str, object]]) -> list[Input]:
    from yiju.city.new import Input
    from yiju.city.tables import LEVELS

    inputs = []
    for kind in _KINDS:
        files = given[kind] if isinstance(given[kind], tuple) else (given[kind],)
        inputs += [Input(kind, path, options.get(kind, {})) for path in files if path is not None]
    for said in given["boundary"]:
        level, equals, file = said.partition("=")
        named = bool(equals) and level in LEVELS
        own = {"level": level} if named else {}
        inputs.append(
            Input("boundary", Path(file if named else said), {**own, **options.get("boundary", {})})
        )
    for kind in options:
        if kind not in {i.kind for i in inputs}:
            raise click.UsageError(f"--set or --datum speaks of {kind}, but there is no --{kind} file.")
    return inputs


def _settings(given: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """``population.columns.total=pop`` as the nested tables that city.toml holds."""
    options: dict[str, dict[str, object]] = {}
    for setting in given:
        path, equals, value = setting.partition("=")
        keys = path.split(".")
        if not equals or len(keys) < 2:
            raise click.UsageError(f"--set needs KIND.OPTION=VALUE, was given {setting}.")
        table: dict[str, object] = options.setdefault(keys[0], {})
        for key in keys[1:-1]:
            table = table.setdefault(key, {})  # type: ignore[assignment]
        try:
            table[keys[-1]] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            table[keys[-1]] = value  # a bare word is text
    return options


@click.command(
    epilog="""\b
Example 例:
  yiju build las-palmas
"""
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--anew", is_flag=True, help="Run every stage, whether its inputs changed or not. 全部重建")
@timings_option
@json_option
@lang_option
def build(folder: Path, anew: bool, timings: bool, as_json: bool) -> None:
    """Build the tables of a city folder (构建数据表).

    Only the stages run whose inputs changed. Tables change all together, when every stage is done.
    """
    from yiju.city.build import build_city

    progress = ConsoleProgress(timed=timings)
    built = build_city(folder, progress=progress, anew=anew)
    progress.finish()
    if as_json:
        click.echo(
            json.dumps(
                {
                    "ran": built.ran,
                    "reused": built.reused,
                    "seconds": dict(built.seconds),
                    "decisions": [dict(d) for d in built.decisions],
                    "rejected": built.rejected,
                },
                ensure_ascii=False,
                default=str,
            )
        )
        return
    if not built.ran:
        say(Text("输入未变，数据表无需重建。", "No input changed; the tables are as they should be."))
        return
    for decision in built.decisions:
        say(Text(f"  {decision['zh']}", f"  {decision['en']}"))
    if built.rejected:
        say(
            Text(
                f"有 {built.rejected:,} 条未能照原样采用，见 {folder}/tables/rejected.csv",
                f"{built.rejected:,} rows could not be taken as they stood: {folder}/tables/rejected.csv",
            )
        )
    say(
        Text(
            f"数据表已建成。下一步：yiju checkup {folder}",
            f"The tables are built. Next: yiju checkup {folder}",
        )
    )
