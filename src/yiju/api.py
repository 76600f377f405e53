"""The same verbs as the command line, for notebooks and programs; results are GeoDataFrames.

>>> from yiju import City
>>> city = City.open("las-palmas")  # doctest: +SKIP
>>> city.build()  # doctest: +SKIP
>>> checkup = city.checkup()  # doctest: +SKIP
>>> checkup.needs.explore("people")  # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yiju.city.folder import CityFolder
from yiju.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import geopandas as gpd
    import pandas as pd

    from yiju.checkup.grounds import Explanation
    from yiju.city.build import Built
    from yiju.needs.explaining import NeedExplanation
    from yiju.needs.ladder import Ladder
    from yiju.needs.views import View
    from yiju.needs.years import Comparison
    from yiju.progress import Progress
    from yiju.supply.demand import Demand
    from yiju.supply.plan import Plan
    from yiju.supply.projection import Projection
    from yiju.supply.scenario import Scenario


@dataclass(frozen=True)
class YearlyCheckup:
    """The stored check-up of one year; its tables are read when they are first asked for.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> checkup = City(toy_town(tempfile.mkdtemp(), blocks=8)).checkup()
    >>> need = checkup.needs.iloc[0]
    >>> need["sentence_en"]
    '2-1社区: 4,000 residents have no park within a 10-minute walk (500 m); basic; parks and greening bureau leads.'
    >>> need.geometry.geom_type, checkup.counts.recognised == len(checkup.needs)
    ('Polygon', True)
    """

    folder: CityFolder
    year: int

    @cached_property
    def observations(self) -> gpd.GeoDataFrame:
        """Every observation, with the area of its place."""
        from yiju.needs import read_observations

        return self._on_the_map(read_observations(self.folder, self.year))

    @cached_property
    def needs(self) -> gpd.GeoDataFrame:
        """The ledger of needs, most pressing first, each with the area of its place."""
        return self._on_the_map(self._ledger())

    @property
    def counts(self) -> Ladder:
        """The four counts: recognised, matched by class, in action, from 有 to 优."""
        from yiju.needs import ladder
        from yiju.needs.measures import read_measures

        return ladder(self._ledger(), year=self.year, measures=read_measures(self.folder))

    @property
    def forms(self) -> dict[str, View]:
        """The official forms by code: indicator form, problem list, problem ledger, rectification list."""
        from yiju.needs import official_views, read_observations

        return official_views(self._ledger(), read_observations(self.folder, self.year), self.folder)

    @cached_property
    def completeness(self) -> pd.DataFrame:
        """How complete each facility layer seems, a row for each service."""
        from yiju.checkup.snapshot import read_completeness

        return read_completeness(self.folder, self.year)

    def answers(self) -> pd.DataFrame:
        """What would answer each open need, in the lane of its class: :func:`yiju.supply.lanes.answers`."""
        from yiju.supply.lanes import answers

        return answers(self.folder, self.year)

    def gaps(self) -> pd.DataFrame:
        """Who has which service within reach on either side of the city: :func:`yiju.needs.gaps.gaps`."""
        from yiju.needs.gaps import gaps

        return gaps(self.folder, self.year)

    @property
    def manifest(self) -> dict[str, Any]:
        """Hashes of all inputs, versions, the thresholds that the city overrides, and who lies off the network."""
        from yiju.checkup.snapshot import read_manifest

        return read_manifest(self.folder, self.year)

    def map(
        self, indicator: str, *, level: str = "community", group: str = "all", **narrower: str
    ) -> gpd.GeoDataFrame:
        """One value of one indicator for every place of a level.

        Parameters
        ----------
        indicator
            Id of an indicator.
        level, group
            Which places, and for whom.
        narrower
            ``method`` and ``variant``, by default those that stand for the indicator.

        Raises
        ------
        UnknownName
            There is no such indicator.
        """
        from yiju.checkup.catalogue import indicator as look_up

        method, variant = look_up(indicator).headline
        chosen = {
            "indicator": indicator,
            "level": level,
            "group": group,
            "method": method,
            "variant": variant,
        }
        rows = self.observations
        for name, value in (chosen | narrower).items():
            rows = rows[rows[name] == value]
        return rows

    def _ledger(self) -> pd.DataFrame:
        from yiju.needs import read_needs

        return read_needs(self.folder, year=self.year)

    def _on_the_map(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        import geopandas as gpd

        places = self.folder.table("places")
        areas = places.set_index("place_id").geometry
        return gpd.GeoDataFrame(rows, geometry=areas.reindex(rows["place_id"]).to_numpy(), crs=places.crs)


@dataclass(frozen=True)
class City:
    """A city on disk, with the verbs that fill and read it.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> city = City.open(toy_town(tempfile.mkdtemp(), blocks=4).path)
    >>> city.name, city.year, len(city.table("residents"))
    ('方格城', 2025, 15)
    """

    folder: CityFolder

    @classmethod
    def open(cls, path: Path | str) -> City:
        """The city in a folder that holds a city.toml.

        Raises
        ------
        MissingCity
            There is no city.toml.
        ConfigError
            The city.toml says something that cannot be done.
        """
        return cls(CityFolder.open(path))

    @classmethod
    def new(
        cls,
        path: Path | str,
        *,
        name: str,
        year: int,
        files: Mapping[str, Path | str | Iterable[Path | str]],
        options: Mapping[str, Mapping[str, object]] | None = None,
        **settings: Any,
    ) -> City:
        """Make a city folder from files, which are copied into it.

        Parameters
        ----------
        path
            Where; nothing may be there yet.
        files
            Kind of source (``osm``, ``population``, ``facilities`` ... as in city.toml) to a file, or several.
        options
            Kind of source to its options in city.toml: ``{"facilities": {"datum": "gcj02"}}``.
        settings
            ``crs``, ``population_total``, ``weights_only``, as ``yiju new`` has them.

        Raises
        ------
        InputError
            The folder is not empty, a file is missing or cannot be opened.
        ConfigError
            A kind or an option is not known, or does not fit.
        """
        from yiju.city.new import Input, NewCity, new_city

        inputs = [
            Input(kind, Path(file), (options or {}).get(kind, {}))
            for kind, given in files.items()
            for file in ([given] if isinstance(given, Path | str) else given)
        ]
        return cls(new_city(path, NewCity(name, year, inputs, **settings)).folder)

    @classmethod
    def demo(cls, path: Path | str, *, seed: int | None = None) -> City:
        """Generate the demo city: a plausible mountain-and-river city, the same for the same seed.

        Parameters
        ----------
        path
            Where; nothing may be there yet.
        seed
            By default that of ``yiju demo``.
        """
        from yiju.city.demo import make_demo

        return cls(make_demo(Path(path)) if seed is None else make_demo(Path(path), seed=seed))

    @property
    def name(self) -> str:
        """What the city is called."""
        return self.folder.config.name

    @property
    def year(self) -> int:
        """The year that its inputs are of."""
        return self.folder.config.year

    @property
    def years(self) -> list[int]:
        """Years with a check-up, in order."""
        from yiju.needs.ledger import checkup_years

        return checkup_years(self.folder)

    def table(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame:
        """One of the tables that ``build`` made: places, residents, facilities ...

        Raises
        ------
        MissingCity
            The city was not built yet.
        """
        return self.folder.table(name)

    def build(self, *, progress: Progress = SILENT, anew: bool = False) -> Built:
        """Make the tables; only the stages run whose inputs changed.

        Raises
        ------
        InputError
            An input file cannot be used.
        """
        from yiju.city.build import build_city

        return build_city(self.folder, progress=progress, anew=anew)

    def checkup(
        self, year: int | None = None, *, now: datetime | None = None, progress: Progress = SILENT
    ) -> YearlyCheckup:
        """Run the annual check-up, recognise the needs, and store both.

        Parameters
        ----------
        year
            By default the city's own.
        now
            What the manifest says of when; nothing else depends on it.

        Raises
        ------
        MissingCity
            The city was not built yet.
        """
        from yiju.checkup.run import run_checkup
        from yiju.needs import write_needs

        run_checkup(self.folder, year=year, now=now, progress=progress).write()
        write_needs(self.folder, year=year)
        return YearlyCheckup(self.folder, year or self.year)

    def of(self, year: int | None = None) -> YearlyCheckup:
        """The stored check-up of a year, without computing anything."""
        return YearlyCheckup(self.folder, year or self.year)

    def demand(self, service: str) -> Demand:
        """Who wants a service, by home cell and group, and the places and floor area that its norm asks for.

        Raises
        ------
        UnknownName
            There is no such service.
        NotMeasurable
            The city has no population.
        InputError
            Its population does not tell the ages.
        """
        from yiju.checkup.context import Context
        from yiju.supply.demand import demand

        cells = Context(self.folder, self.year).cells
        return demand(cells, service, weights_only=self.folder.config.weights_only)

    def projection(self, scenario: str = "middle", *, years: int = 10) -> Projection:
        """The population to come by community, year, sex and age, and the demand that follows from it.

        What it assumes stands in ``projection.toml`` of the city folder, over the parameters that come with Yiju.

        Raises
        ------
        UnknownName
            There is no such scenario, or projection.toml names a community without residents.
        NotMeasurable
            The city has no population.
        InputError
            Its bands do not hold every age once, or projection.toml cannot be used.
        """
        from yiju.checkup.context import Context
        from yiju.supply.projection import project_cells, read_parameters

        return project_cells(
            Context(self.folder, self.year).cells,
            year=self.year,
            years=years,
            scenario=scenario,
            parameters=read_parameters(self.folder.path),
            weights_only=self.folder.config.weights_only,
        )

    def needs(self, year: int | None = None) -> gpd.GeoDataFrame:
        """Recognise the needs of a year's observations anew, store and return them.

        Raises
        ------
        MissingCity
            There is no check-up of that year.
        """
        from yiju.needs import write_needs

        write_needs(self.folder, year=year)
        return self.of(year).needs

    @property
    def plans(self) -> list[str]:
        """Names of the stored plans; :func:`yiju.supply.plan.read_plan` reads one."""
        from yiju.supply.plan import plan_names

        return plan_names(self.folder)

    def plan(
        self,
        *services: str,
        budget_yuan: float | None = None,
        sites: int | None = None,
        year: int | None = None,
        save: bool = False,
        progress: Progress = SILENT,
        **asked: Any,
    ) -> Plan:
        """Plan where services should go, and store the plan under its name.

        Parameters
        ----------
        services
            Codes of the service catalogue; several may share sites.
        budget_yuan, sites
            Money in all, and the number of sites; one of them is needed for the usual problem.
        year
            Of the check-up that the plan answers.
        save
            Whether its measures, and what they promise, go into the ledger.
        asked
            What else :class:`yiju.supply.plan.Question` asks: ``problem``, ``name``, ``complexes``, ``years``,
            ``assumed_shares`` ...

        Raises
        ------
        MissingCity
            There is no check-up of that year.
        StaleCheckup
            The city has changed since.
        Infeasible
            The budget opens no site, or no candidate fits; says the smallest relaxation that helps.
        """
        from yiju.supply.plan import Question, make_plan, save_measures, write_plan

        question = Question(services, budget_yuan=budget_yuan, sites=sites, **asked)
        made = make_plan(self.folder, question, year=year, progress=progress)
        write_plan(self.folder, made)
        if save:
            save_measures(self.folder, made)
        return made

    def scenario(self, year: int | None = None, *, locked: Iterable[str] = ()) -> Scenario:
        """The city as it was checked up, to try changes on: each gives a city as it would be.

        Parameters
        ----------
        year
            Year of the check-up, by default the city's own.
        locked
            Facilities that may not be closed or moved.

        Raises
        ------
        MissingCity
            There is no check-up of that year.
        StaleCheckup
            The city has changed since.
        UnknownName
            A facility that is locked does not exist.

        Examples
        --------
        >>> import tempfile
        >>> from yiju.city.toytown import toy_town
        >>> town = City(toy_town(tempfile.mkdtemp(), blocks=8, severed=True))
        >>> _ = town.checkup()
        >>> bridged = town.scenario().link((640_400, 3_270_400), (640_400, 3_270_500))
        >>> bridged.needs_closed()["fate"].value_counts().to_dict()
        {'closed': 6, 'eased': 1}
        """
        from yiju.supply.scenario import Scenario

        return Scenario.of(self.folder, year, locked=locked)

    def report(self, year: int | None = None, *, progress: Progress = SILENT) -> Path:
        """Write the report of a year and return its page.

        Raises
        ------
        MissingCity
            There is no check-up of that year.
        """
        from yiju.report import write_report

        return write_report(self.folder, year=year, progress=progress)

    def explain(
        self, name: str, *, place: str | None = None, year: int | None = None
    ) -> Explanation | NeedExplanation:
        """Walk from an indicator, or from a need by its id, back to its grounds.

        Raises
        ------
        UnknownName
            There is no such indicator, need or place.
        """
        from yiju.checkup.grounds import explain
        from yiju.needs.explaining import explain_need

        if name.startswith("N-"):
            return explain_need(self.folder, name, year=year)
        return explain(name, self.folder, place=place, year=year)

    def compare(self, earlier: int, later: int) -> Comparison:
        """Two years: what changed, what only in data or definition, and which needs were closed.

        Raises
        ------
        MissingCity
            One of the years has no check-up.
        """
        from yiju.needs.years import compare_years

        return compare_years(self.folder, earlier, later)
