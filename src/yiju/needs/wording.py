"""Numbers, people and reach in plain words: counts with their nouns, rounded as far as they are sure."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path

from yiju.city.services import GROUPS
from yiju.text import Text

# Shortfalls that are measured, not counted.
_MEASURED = ("m2", "km")


@cache
def _nouns() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("nouns.toml").read_text(encoding="utf-8"))


COUNTED = frozenset(_nouns()["missing"]) - set(_MEASURED)


def round_people(people: float, *, modelled: bool) -> int:
    """Whole people; two significant digits where they were spread by a model.

    Examples
    --------
    >>> round_people(412.4, modelled=False), round_people(412.4, modelled=True)
    (412, 410)
    """
    whole = max(1, math.floor(people + 0.5))
    if not modelled or whole < 100:
        return whole
    digits = len(str(whole)) - 2
    return int(round(whole, -digits))


def count_people(people: float, group: str, *, modelled: bool = False) -> Text:
    """So many of a group, with the noun in the right number.

    Examples
    --------
    >>> count_people(1, "age_3_5").en, count_people(1240, "age_60_plus").zh
    ('1 child of 3 to 5', '1,240名60岁及以上老年人')
    """
    n = round_people(people, modelled=modelled)
    about = Text("约", "about ") if modelled and n >= 100 else Text("", "")
    return Text(f"{about.zh}{n:,}名{people_name(group)}", f"{about.en}{n:,} {people_noun(group, n)}")


def people_name(group: str) -> str:
    """Chinese name of a group as a sentence has it: everybody is simply 居民."""
    return "居民" if group == "all" else GROUPS[group].name.zh


def people_noun(group: str, n: int = 2) -> str:
    """English noun of a group, for one or for many."""
    one, many = _nouns()["people"].get(group, ["person", "people"])
    return one if n == 1 else many


def count_missing(amount: float, unit: str) -> Text:
    """So much of something that is missing; whole things are rounded up, so a gap is never made smaller.

    Examples
    --------
    >>> count_missing(209.2, "school_places")
    Text(zh='210个学位', en='210 places')
    """
    measure, one, many = _nouns()["missing"].get(unit, [unit, unit, unit])
    if unit in _MEASURED:
        number, noun = plain_number(amount), many
    else:
        n = math.ceil(amount - 1e-9)
        number, noun = f"{n:,}", one if n == 1 else many
    return Text(f"{number}{measure}", f"{number} {noun}")


def percent(share: float) -> str:
    """A share in whole percent, that is 0 % or 100 % only where it really is.

    Examples
    --------
    >>> percent(0.4), percent(0.001), percent(0.999), percent(1.0)
    ('40%', '<1%', '>99%', '100%')
    """
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:.0%}"


def plain_number(value: float) -> str:
    """A number with as many digits as one would say aloud: three significant ones, none beyond the unit.

    Examples
    --------
    >>> plain_number(1234.5), plain_number(12.34), plain_number(0.1784), plain_number(8.0)
    ('1,234', '12.3', '0.178', '8')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else ""
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def within_walk(minutes: int, *, radius_m: float | None = None, drive: bool = False) -> Text:
    """A reach in minutes, with its metres where those were counted.

    Examples
    --------
    >>> within_walk(10).en, within_walk(8).en, within_walk(5, drive=True).zh
    ('within a 10-minute walk', 'within an 8-minute walk', '5分钟车程内')
    >>> within_walk(15, radius_m=1000)
    Text(zh='步行15分钟（1,000米）内', en='within a 15-minute walk (1,000 m)')
    """
    article = "an" if str(minutes).startswith("8") or minutes in (11, 18) else "a"
    if drive:
        return Text(f"{minutes}分钟车程内", f"within {article} {minutes}-minute drive")
    metres = Text("", "") if radius_m is None else Text(f"（{radius_m:,.0f}米）", f" ({radius_m:,.0f} m)")
    return Text(f"步行{minutes}分钟{metres.zh}内", f"within {article} {minutes}-minute walk{metres.en}")
