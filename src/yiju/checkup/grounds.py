"""From any number back to its grounds: definition, clause, formula, inputs, function and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.checkup.catalogue import indicator as look_up
from yiju.checkup.catalogue import read_catalogue, word
from yiju.checkup.registry import function_of, name_of
from yiju.checkup.snapshot import read_manifest, read_observations
from yiju.city.tables import TABLES
from yiju.errors import MissingCity, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from yiju.checkup.indicator import Indicator
    from yiju.city.folder import CityFolder

_FIGURES = "yiju.checkup.indicators.figures:from_figures"


@dataclass(frozen=True, eq=False)
class Input:
    """A table that an indicator reads: how many rows it has here, and its hash in the manifest."""

    table: str
    meaning: Text
    rows: int | None
    digest: str | None


@dataclass(frozen=True, eq=False)
class Explanation:
    """Everything behind an indicator, in a city and at a place where they are given.

    Attributes
    ----------
    indicator
        The definition, as the catalogue has it.
    source, note
        Its clause in full words, and how it was read.
    function
        Where it is computed, ``module:name``; empty for what is never computed.
    inputs
        The tables that it reads.
    observations
        Its rows in the year, of the place or of the city.
    provisional
        Why something of it is provisional; empty where nothing is.
    overridden
        The city's own threshold, None where it has none.
    """

    indicator: Indicator
    source: Text
    note: Text
    function: str
    inputs: tuple[Input, ...]
    observations: pd.DataFrame | None
    provisional: Text
    overridden: float | None


def explain(
    name: str, folder: CityFolder | None = None, *, place: str | None = None, year: int | None = None
) -> Explanation:
    """Explain an indicator; with a city, also its values and the inputs that they rest on.

    Parameters
    ----------
    name
        Id of an indicator.
    place
        Id or name of a place, by default the city.

    Raises
    ------
    UnknownName
        There is no such indicator or place.
    MissingCity
        The city was not checked up in that year.

    Examples
    --------
    >>> explanation = explain("R03")
    >>> explanation.function
    'yiju.checkup.indicators.rain:runoff_capture'
    >>> explanation.provisional.en
    'definition: from memory, high confidence'
    """
    found = look_up(name)
    rows = manifest = None
    if folder is not None:
        observations = read_observations(folder, year)
        manifest = read_manifest(folder, year)
        place_id = _place(folder, place)
        mine = (observations["indicator"] == name) & (observations["place_id"] == place_id)
        rows = observations[mine].reset_index(drop=True)
    books = read_catalogue()
    notes = [books.sources[s.partition(" ")[0]].note for s in found.source.split("; ")]
    return Explanation(
        indicator=found,
        source=books.cite(found.source),
        note=Text("".join(n.zh for n in notes), " ".join(n.en for n in notes if n.en)),
        function=_function(found),
        inputs=tuple(_input(t, folder, manifest) for t in found.tables),
        observations=rows,
        provisional=_provisional(found),
        overridden=None if folder is None else folder.config.thresholds.get(name),
    )


def _place(folder: CityFolder, place: str | None) -> str:
    places = folder.table("places")
    if place is None:
        return str(places.loc[places["level"] == "city", "place_id"].iloc[0])
    found = places.loc[(places["place_id"] == place) | (places["name"] == place), "place_id"]
    if not len(found):
        raise UnknownName(Text("地点", "place"), place, [*places["place_id"], *places["name"]])
    return str(found.iloc[0])


def _function(found: Indicator) -> str:
    if found.answered_by is not None:
        return _function(look_up(found.answered_by.indicator))
    function = function_of(found.id)
    if function is not None:
        return name_of(function)
    return _FIGURES if found.how != "computed" else ""


def _input(name: str, folder: CityFolder | None, manifest: dict[str, Any] | None) -> Input:
    """A table by its name; ``residents: slope_deg`` names a column of one."""
    table = name.partition(":")[0]
    if table not in TABLES:
        return Input(name, Text(name, name), None, None)
    rows = digest = None
    if folder is not None:
        try:
            rows = len(folder.table(table))
        except MissingCity:
            rows = None
    if manifest is not None:
        digest = manifest["tables"].get(f"{table}.parquet")
    return Input(name, TABLES[table].meaning, rows, digest)


def _provisional(found: Indicator) -> Text:
    parts: list[Text] = []
    for what, tag in (
        (Text("定义", "definition"), found.tag),
        (Text("目标值", "target"), "V" if found.target is None else found.target.tag),
        (Text("分级界限", "cuts"), "V" if found.cuts is None else found.cuts.tag),
        (Text("区间", "band"), "V" if found.band is None else found.band.tag),
        *((Text(f"变体 {v.code}", f"variant {v.code}"), v.tag or "V") for v in found.variants),
    ):
        if tag != "V":
            words = word("tags", tag)
            parts.append(Text(f"{what.zh}：{words.zh}", f"{what.en}: {words.en}"))
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))
