"""Why here: for each site a sentence of whom it serves, what it adds and costs, what the next best would lose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from yiju.city.services import service
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEN_THOUSAND = 10_000.0  # amounts are read in ten thousand yuan in Chinese
# Less than this rounds to nothing.
_NOTHING = 0.5


class Loss(NamedTuple):
    """What an objective is worse by, in words, and how much of it is one of what is told."""

    words: Text
    scale: float = 1.0
    instead: Text | None = None  # where the next best differs in something else


LOSSES: dict[str, Loss] = {
    "maximal": Loss(Text("少惠及 {n} 人", "{n} fewer people would be served")),
    "over years": Loss(Text("少惠及 {n} 人年", "{n} fewer person-years would be served")),
    "median": Loss(Text("总步行多 {n} 人公里", "people would walk {n} km more in all"), 1_000.0),
    "cover": Loss(
        Text("{n} 人无处可达", "{n} people would be covered by nothing"),
        instead=Text("投入多 {n} 元", "it would cost {n} yuan more"),
    ),
    "expand": Loss(Text("少惠及 {n} 人", "{n} fewer people would have a place")),
}


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
    loses: Loss = LOSSES["maximal"]


def why(site: Site) -> Text:
    """The sentence of a site.

    Examples
    --------
    >>> group = Text("3岁以下婴幼儿", "children under 3")
    >>> site = Site("老粮站", "磁溪社区", {"childcare": 121.0}, {"childcare": group}, {"childcare": 500.0},
    ...     {"childcare": 20.0}, 970_000.0, 96.0, "旧邮局", 14.0)
    >>> why(site).en.split(": ")[1].split("; ")[0]
    '121 children under 3 get childcare for under-threes (20 places) within a walk of 500 m'
    >>> why(site).en.split(". ")[1]
    'Without it 96 fewer people would be served; with the next best site, 旧邮局, 14 fewer people would be served.'
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
    loses = site.loses
    gain, loss = site.gain / loses.scale, site.next_best_loss / loses.scale
    if math.isfinite(gain):
        alone = Text("若不设此处，{lost}", "Without it {lost}")
        alone = alone.format(lost=loses.words.format(n=f"{max(gain, 0.0):,.0f}"))
    else:
        alone = Text("若不设此处，有人无处可去", "Without it some would have nowhere to go")
    nothing_won = loses.instead is None and loss > gain - _NOTHING
    if site.next_best is None or not math.isfinite(loss) or nothing_won:
        other = Text("没有其他候选点可以替代。", "no other candidate could stand in for it.")
    elif loss < _NOTHING:
        other = Text(
            f"次优选址{site.next_best}效果相同。", f"the next best site, {site.next_best}, would do as well."
        )
    else:
        words = (loses.instead or loses.words).format(n=f"{loss:,.0f}")
        other = Text(
            f"改用次优选址{site.next_best}，{words.zh}。",
            f"with the next best site, {site.next_best}, {words.en}.",
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
