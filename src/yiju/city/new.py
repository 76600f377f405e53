"""Make a city folder from files: copy them into ``input/``, write ``city.toml``, say what was understood."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from yiju.city.cache import files_of
from yiju.city.config import Config, config_text, parse_config
from yiju.city.folder import CityFolder, store_whole
from yiju.city.inputs import box_of, describe, pick_crs
from yiju.errors import InputError
from yiju.progress import SILENT
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.progress import Progress

# Whose extent is nearest to the city's own, best first.
_TELLS_WHERE = ("boundary", "osm", "residential", "population", "dem", "streets")

KIND_NAMES: Mapping[str, Text] = {
    "osm": Text("OpenStreetMap", "OpenStreetMap"),
    "streets": Text("街道网络", "streets"),
    "gtfs": Text("公交时刻表", "timetables"),
    "population": Text("人口", "population"),
    "boundary": Text("边界", "boundary"),
    "residential": Text("居住用地", "residential land"),
    "facilities": Text("设施表", "facilities"),
    "figures": Text("官方数据", "official figures"),
    "requests": Text("诉求工单", "requests"),
    "rain": Text("降雨", "rain"),
    "dem": Text("地形", "terrain"),
    "commutes": Text("通勤", "commutes"),
    "candidates": Text("候选空间", "candidate sites"),
}


@dataclass(frozen=True)
class Input:
    """A file that the user gives, and how it is to be read."""

    kind: str
    file: Path
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class NewCity:
    """What a new city folder is to hold.

    ``crs`` is chosen by where the inputs lie if it is not given. ``population_total`` is for a city where no
    file tells where people live; ``weights_only`` says that it is not this city's own.
    """

    name: str
    year: int
    inputs: Sequence[Input]
    crs: str | None = None
    population_total: float | None = None
    weights_only: bool = False


@dataclass(frozen=True)
class Made:
    """The new folder, and what was understood of each input."""

    folder: CityFolder
    understood: tuple[Text, ...]


def new_city(path: Path | str, wanted: NewCity, *, link: bool = False, progress: Progress = SILENT) -> Made:
    """Make a city folder.

    Parameters
    ----------
    path
        Where; it must not be there yet, or be empty.
    wanted
        What it is to hold; the files are copied and never changed.
    link
        Link to the files instead of copying them.

    Raises
    ------
    InputError
        The folder is not empty, a file is missing or cannot be opened, or nothing says where the city is.
    ConfigError
        An option is not known or does not fit.
    """
    inputs = wanted.inputs
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Text(f"{folder} 已存在且非空。", f"{folder} is there already and not empty."),
            hint=Text(
                "请换一个文件夹；已有数据不会被覆盖。", "Choose another folder; nothing is ever overwritten."
            ),
        )
    if not inputs:
        raise InputError(
            Text("没有任何输入文件。", "There is no input file."),
            hint=Text(
                "至少给出 --osm、--streets 或 --population 之一。",
                "Give --osm, --streets or --population at least.",
            ),
        )
    for given in inputs:
        if not given.file.exists():
            raise InputError(Text("文件不存在。", "there is no such file."), file=given.file)
    understood: list[Text] = []
    chosen, why = _crs(inputs, wanted.crs)
    understood.append(why)
    sources, copies = [], _names(inputs)
    for given in inputs:
        options = dict(given.options)
        understood.append(_understand(given, options, chosen))
        sources.append({"kind": given.kind, "file": f"input/{copies[given.file.resolve()]}", **options})
    population: dict[str, Any] = {"weights_only": wanted.weights_only}
    if wanted.population_total is not None:
        population["total"] = wanted.population_total
        understood.append(_total_words(wanted.population_total, wanted.weights_only))
    config = parse_config(
        {
            "city": {"name": wanted.name, "year": wanted.year, "crs": chosen.to_string()},
            "source": sources,
            "population": population,
        }
    )
    _fill(folder, config, copies, link=link, progress=progress)
    return Made(CityFolder.open(folder), tuple(understood))


def _crs(inputs: Sequence[Input], crs: str | None) -> tuple[CRS, Text]:
    if crs is not None:
        try:
            # `yiju new --crs 4547` means the EPSG code.
            said = CRS.from_user_input(f"EPSG:{crs}" if crs.isdigit() else crs)
        except CRSError as cause:
            raise InputError(
                Text(f"没有坐标系 {crs}。", f"There is no coordinate system {crs}."),
                hint=Text("请给出 EPSG 代码，如 4547。", "Give an EPSG code, such as 32628."),
            ) from cause
        return said, Text(
            f"坐标系：{crs}（{said.name}），用户指定", f"Coordinate system: {crs} ({said.name}), as given"
        )
    for kind in _TELLS_WHERE:
        for given in inputs:
            box = box_of(given.file) if given.kind == kind else None
            if box is not None:
                return pick_crs(box)
    raise InputError(
        Text(
            "没有文件说明城市在何处，无法选择坐标系。",
            "No file says where the city is, so no CRS can be chosen.",
        ),
        hint=Text("请用 --crs 指定，如 --crs 4547。", "Say it with --crs, such as --crs 32628."),
    )


def _understand(given: Input, options: dict[str, object], crs: CRS) -> Text:
    """A sentence on the input; what had to be guessed goes into its options, where the user sees it."""
    kind, words = KIND_NAMES[given.kind], describe(given.file)
    guessed = Text("", "")
    if given.kind == "boundary" and "level" not in options:
        options["level"] = level = _level_of(given, crs)
        guessed = Text(
            f"；判为 {level} 级，如有误请改 city.toml",
            f"; read as level {level}: if wrong, say so in city.toml",
        )
    said = {k: v for k, v in options.items() if k != "level" or not guessed.zh}
    shown = "，".join(f"{k} = {v}" for k, v in said.items())
    return Text(
        f"{kind.zh}：{given.file.name}，{words.zh}{guessed.zh}{'；' + shown if shown else ''}",
        f"{kind.en}: {given.file.name}, {words.en}{guessed.en}{'; ' + shown if shown else ''}",
    )


def _level_of(given: Input, crs: CRS) -> str:
    from yiju.city.config import Source  # noqa: PLC0415
    from yiju.city.readers.boundaries import read_boundaries  # noqa: PLC0415 - dear

    source = Source(given.kind, str(given.file), given.options)
    places = read_boundaries([(source, given.file)], crs=crs).places
    return str(places["level"].iloc[-1])


def _total_words(total: float, weights_only: bool) -> Text:
    if weights_only:
        return Text(
            f"总人口 {total:,.0f}，仅作权重：比率可算，人数与人均不可测算",
            f"A total of {total:,.0f} people, as weights only: rates hold, counts and per-person values do not",
        )
    return Text(
        f"总人口 {total:,.0f}，按居住建筑面积分摊",
        f"A total of {total:,.0f} people, spread over homes by floor area",
    )


def _names(inputs: Sequence[Input]) -> dict[Path, str]:
    """A name in ``input/`` for each file; a file given twice is copied once, two of one name are told apart."""
    names: dict[Path, str] = {}
    for given in inputs:
        path = given.file.resolve()
        if path in names:
            continue
        name, number = given.file.name, 1
        while name in names.values():
            number += 1
            name = f"{given.file.stem}_{number}{given.file.suffix}"
        names[path] = name
    return names


def _fill(
    folder: Path, config: Config, copies: Mapping[Path, str], *, link: bool, progress: Progress
) -> None:
    """Copy or link the files, then write city.toml; whatever stops it, nothing half made is left."""
    was_there = folder.exists()
    try:
        (folder / "input").mkdir(parents=True)
        for i, (path, name) in enumerate(copies.items()):
            progress.advance(i, len(copies))
            _bring(path, folder / "input" / name, link=link)
        store_whole(
            folder / "city.toml", lambda scratch: scratch.write_text(config_text(config), encoding="utf-8")
        )
    except BaseException:  # Ctrl-C too
        shutil.rmtree(folder / "input", ignore_errors=True)
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _bring(path: Path, target: Path, *, link: bool) -> None:
    if path.is_dir():
        target.symlink_to(path, target_is_directory=True) if link else shutil.copytree(path, target)
        return
    for part in files_of(path):
        beside = target if part == path else target.with_name(target.stem + part.suffix)
        beside.symlink_to(part) if link else shutil.copyfile(part, beside)
