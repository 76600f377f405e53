"""city.toml: what it may say, what it is told when it says anything else, and that what is written is read back."""

from __future__ import annotations

import string
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from yiju.city.config import SETTINGS, SOURCE_KINDS, Config, Source, config_text, parse_config, read_config
from yiju.city.toml_text import toml_value
from yiju.errors import ConfigError

CITY = {"name": "磁溪市", "year": 2025, "crs": "EPSG:4545"}


def refused(**sections: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_config({"city": CITY, **sections})
    return caught.value


def test_the_example_of_the_module_is_read(tmp_path) -> None:
    import yiju.city.config as module

    example = module.__doc__.split("::\n", 1)[1].rsplit("A word that is not", 1)[0]
    file = tmp_path / "city.toml"
    file.write_text(example.replace("\n    ", "\n"), encoding="utf-8")
    config = read_config(file)
    assert (config.name, config.year, config.population_total) == ("磁溪市", 2025, 300_000)
    assert config.weights_only
    assert config.vouched == {"kindergarten"}
    assert config.of_kind("facilities")[0].options == {"datum": "gcj02"}
    assert config.walkers["older"]["speed_m_per_s"] == 0.9
    assert config.costs["elder_day_care"]["fit_out_yuan_per_m2"] == 2400.0


def test_a_file_with_a_byte_order_mark_is_read(tmp_path) -> None:
    file = tmp_path / "city.toml"
    file.write_text('[city]\nname = "磁溪市"\nyear = 2025\ncrs = "EPSG:4545"\n', encoding="utf-8-sig")
    assert read_config(file).name == "磁溪市"


def test_a_file_that_is_no_toml_is_told_so(tmp_path) -> None:
    file = tmp_path / "city.toml"
    file.write_text("[city\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"city\.toml cannot be read"):
        read_config(file)


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"populaton": {"total": 1}}, "Did you mean population?"),
        ({"population": {"totl": 1}}, "Did you mean total?"),
        ({"layers": {"vouch": []}}, "Did you mean vouched?"),
        ({"settings": {"needs_floor": 60}}, "Did you mean need_floor?"),
        ({"source": [{"kind": "boundry", "file": "a"}]}, "Did you mean boundary?"),
        ({"source": [{"kind": "boundary", "file": "a", "levl": "city"}]}, "Did you mean level?"),
        ({"layers": {"vouched": ["kindergarden"]}}, "Did you mean kindergarten?"),
        (
            {"source": [{"kind": "facilities", "file": "a", "datum": "wgs84", "complete_for": ["parc"]}]},
            "Did you mean park?",
        ),
    ],
)
def test_a_word_that_is_not_known_gets_the_nearest_that_is(sections: dict[str, object], says: str) -> None:
    error = refused(**sections)
    assert says in error.say("en")
    assert "是否指" in error.say("zh")


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"city": {**CITY, "year": "2025"}}, "year needs to be the year of the check-up"),
        ({"city": {**CITY, "year": True}}, "year needs to be"),
        ({"city": {**CITY, "name": " "}}, "name needs to be"),
        ({"city": {**CITY, "crs": "EPSG:4326"}}, "projected, in metres"),
        ({"city": {**CITY, "crs": "EPSG:2263"}}, "projected, in metres"),  # New York, in feet
        ({"city": {**CITY, "crs": "metres"}}, "a coordinate system"),
        ({"city": {"name": "磁溪市", "year": 2025}}, "a coordinate system"),
        ({"population": {"total": -1}}, "a positive number of people"),
        ({"population": {"total": "many"}}, "a positive number of people"),
        ({"population": {"weights_only": 1}}, "true or false"),
        ({"population": 300_000}, "a section [population]"),
        ({"thresholds": {"L09": "high"}}, "a number"),
        ({"walkers": {"older": 0.9}}, "a section [walkers.older]"),
        ({"costs": {"vacant": {"site_yuan": -1}}}, "a number of at least 0"),
        ({"costs": {"vacant": {"site_yuan": float("inf")}}}, "a number of at least 0"),
        ({"costs": {"vacant": {"site_yuan": "much"}}}, "a number"),
        ({"costs": {"vacant": 1}}, "a section [costs.vacant]"),
        ({"source": [{"kind": "candidates", "file": "a.csv"}]}, "it is never guessed"),
        ({"layers": {"vouched": "park"}}, "a list of service codes"),
        ({"source": {"kind": "osm"}}, "[[source]], one for each file"),
        ({"source": [{"kind": "osm"}]}, "the path of a file"),
        ({"source": [{"file": "a.pbf"}]}, "kind needs to be one of"),
        ({"source": [{"kind": "facilities", "file": "a.csv"}]}, "it is never guessed"),
        (
            {"source": [{"kind": "facilities", "file": "a.csv", "datum": "wgs-84"}]},
            "wgs84, cgcs2000, gcj02 or bd09",
        ),
        ({"source": [{"kind": "population", "file": "a", "role": "ages"}]}, "total or shares"),
        ({"source": [{"kind": "population", "file": "a", "crs": "EPSG:0"}]}, "a coordinate system"),
        (
            {"source": [{"kind": "rain", "file": "a"}, {"kind": "rain", "file": "b"}]},
            "one file of kind rain at most",
        ),
        ({"source": [{"kind": "population", "file": f} for f in "ab"]}, "population (role = total) at most"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_was_wanted(sections: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config({"city": CITY, **sections})
    assert says in caught.value.say("en")
    assert caught.value.say("zh") != caught.value.say("en")


def test_people_and_age_shares_may_come_from_two_files() -> None:
    config = parse_config(
        {
            "city": CITY,
            "source": [
                {"kind": "population", "file": "a.tif"},
                {"kind": "population", "file": "b.gpkg", "role": "shares"},
            ],
        }
    )
    assert [s.file for s in config.of_kind("population")] == ["a.tif", "b.gpkg"]


_TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
_NAMES = st.text(string.ascii_lowercase + string.digits + "_-", min_size=1, max_size=9) | _TEXTS
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
_VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES)
def test_every_value_is_read_back_as_it_was_written(value: object) -> None:
    assert tomllib.loads(f"value = {toml_value(value)}")["value"] == value


_SOURCES = st.sampled_from(["osm", "gtfs", "boundary", "residential", "dem"]).flatmap(
    lambda kind: st.builds(
        Source,
        st.just(kind),
        _TEXTS,
        st.dictionaries(
            st.sampled_from([o for o in SOURCE_KINDS[kind] if o in ("layer", "name", "id")] or ["layer"]),
            _TEXTS,
        )
        if any(o in SOURCE_KINDS[kind] for o in ("layer", "name", "id"))
        else st.just({}),
    )
)


@given(
    st.builds(
        Config,
        name=_TEXTS.filter(str.strip),
        year=st.integers(1900, 2200),
        crs=st.sampled_from([CRS.from_epsg(4547), CRS.from_epsg(32628)]),
        sources=st.lists(_SOURCES, max_size=4).map(tuple),
        population_total=st.none() | st.floats(1, 1e9),
        weights_only=st.booleans(),
        vouched=st.frozensets(st.sampled_from(["park", "kindergarten", "library"])),
        thresholds=st.dictionaries(_NAMES, _NUMBERS, max_size=3),
        walkers=st.dictionaries(_NAMES, st.dictionaries(_NAMES, _NUMBERS, max_size=2), max_size=2),
        settings=st.dictionaries(st.sampled_from(SETTINGS), _VALUES),
        costs=st.dictionaries(_NAMES, st.dictionaries(_NAMES, st.floats(0, 1e9), max_size=2), max_size=2),
    )
)
def test_a_config_is_read_back_as_it_was_written(config: Config) -> None:
    assert parse_config(tomllib.loads(config_text(config))) == config


def test_what_is_written_explains_itself_in_both_languages() -> None:
    text = config_text(parse_config({"city": CITY, "source": [{"kind": "dem", "file": "input/dem.tif"}]}))
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert any("每个输入文件一节" in c for c in comments)
    assert any("One entry for each input file" in c for c in comments)
    assert "CGCS2000 / 3-degree Gauss-Kruger CM 108E" in text
