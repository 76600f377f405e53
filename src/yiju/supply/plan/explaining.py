"""Why here: for each site a sentence of whom it serves, what it adds and costs, what the next best would lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yiju.city.services import service
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEN_THOUSAND = 10_000.0  # amounts are read in ten thousand yuan in Chinese
# Fewer people than this round to nobody.
_NOBODY = 0.5


# What the objective counts: people, or people in each of several years.
PEOPLE, PERSON_YEARS = Text("人", "people"), Text("人年", "person-years")


class Site(NamedTuple):
    """What is told of one site."""

    name: str
    place: str
    people: Mapping[str, float]  # by service, those who get it
    groups: Mapping[str, Text]
    limits_m: Mapping[str, float]
    places: Mapping[str, float]
    cost_yuan: float
    gain: float
    next_best: str | None
    next_best_loss: float
    fewest: bool  # whether the objective is made small (metres, yuan): a gain is then not a number of people
    counted: Text = PEOPLE


def why(site: Site) -> Text:
    """The sentence of a site.

    Examples
    --------
    >>> group = Text("3岁以下婴幼儿", "children under 3")
    >>> site = Site("老粮站", "磁溪社区", {"childcare": 121.0}, {"childcare": group}, {"childcare": 500.0},
    ...     {"childcare": 20.0}, 970_000.0, 96.0, "旧邮局", 14.0, False)
    >>> why(site).en.split(": ")[1].split("; ")[0]
    '121 children under 3 get childcare for under-threes (20 places) within a walk of 500 m'
    >>> why(site).en.split(". ")[1]
    'Without it 96 fewer people would be served; the next best site, 旧邮局, would lose 14.'
    """
    zh = "；".join(_served_zh(site, code) for code in site.people)
    en = "; ".join(_served_en(site, code) for code in site.people)
    total = sum(site.people.values())
    each_zh = f"，平均每人 {site.cost_yuan / total:,.0f} 元" if total > 0 else ""
    each_en = f", {site.cost_yuan / total:,.0f} for each of them" if total > 0 else ""
    last = _without(site)
    where_zh, where_en = (f"（{site.place}）", f" ({site.place})") if site.place else ("", "")
    return Text(
        f"{site.name}{where_zh}：{zh}；投入 {site.cost_yuan / _TEN_THOUSAND:,.1f} 万元{each_zh}。{last.zh}",
        f"{site.name}{where_en}: {en}; {site.cost_yuan:,.0f} yuan{each_en}. {last.en}",
    )


def _served_zh(site: Site, code: str) -> str:
    places = site.places.get(code)
    size = f"（{places:,.0f} 位）" if places else ""
    return (
        f"{site.people[code]:,.0f} 名{site.groups[code].zh}步行 {site.limits_m[code]:,.0f} 米内"
        f"可达{service(code).name.zh}{size}"
    )


def _served_en(site: Site, code: str) -> str:
    places = site.places.get(code)
    size = f" ({places:,.0f} places)" if places else ""
    return (
        f"{site.people[code]:,.0f} {site.groups[code].en} get {service(code).name.en}{size} "
        f"within a walk of {site.limits_m[code]:,.0f} m"
    )


def _without(site: Site) -> Text:
    """What would be lost without the site, and by the next best in its stead."""
    if site.fewest:
        if site.next_best is None:
            return Text("没有其他候选点可以替代。", "No other candidate could stand in for it.")
        return Text(f"次优选址为{site.next_best}。", f"The next best site is {site.next_best}.")
    alone = Text(
        f"若不设此处，少惠及 {site.gain:,.0f} {site.counted.zh}",
        f"Without it {site.gain:,.0f} fewer {site.counted.en} would be served",
    )
    if site.next_best is None or site.next_best_loss > site.gain - _NOBODY:
        other = Text("没有其他候选点可以替代。", "no other candidate could stand in for it.")
    elif site.next_best_loss < _NOBODY:
        other = Text(
            f"次优选址{site.next_best}效果相同。", f"the next best site, {site.next_best}, would do as well."
        )
    else:
        other = Text(
            f"次优选址{site.next_best}少惠及 {site.next_best_loss:,.0f} {site.counted.zh}。",
            f"the next best site, {site.next_best}, would lose {site.next_best_loss:,.0f}.",
        )
    return Text(f"{alone.zh}；{other.zh}", f"{alone.en}; {other.en}")


def unreached(people: float, places: Sequence[str], limit_m: float, code: str, *, some: int = 5) -> Text:
    """What is told of people whom no candidate can reach.

    Examples
    --------
    >>> unreached(1234.0, ["磁溪社区", "老街社区"], 500.0, "childcare").en
    '1,234 people have no candidate for childcare for under-threes within 500 m: 磁溪社区, 老街社区.'
    """
    named, more = list(places[:some]), len(places) > some
    name = service(code).name
    return Text(
        f"{people:,.0f} 人步行 {limit_m:,.0f} 米内没有可办{name.zh}的候选点：{'、'.join(named)}{'等' if more else ''}"
        f"{f' {len(places)} 个社区' if more else ''}。",
        f"{people:,.0f} people have no candidate for {name.en} within {limit_m:,.0f} m: {', '.join(named)}"
        f"{f' and {len(places) - some} more' if more else ''}.",
    )
