"""What a build decides for its user, in words: topic and choice -> the sentence that the report shows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "extent": {
            "given": Text("城市范围：用户提供", "Extent of the city: the user's boundary"),
            "union": Text("城市范围：所给行政区的并集", "Extent of the city: the given places together"),
            "streets": Text(
                "城市范围：街道网络的外廓（近似）",
                "Extent of the city: the outline of its streets (approximate)",
            ),
            "people": Text(
                "城市范围：人口单元的外廓（近似）",
                "Extent of the city: the outline of its people (approximate)",
            ),
        },
        "streets": {
            "streets": Text("街道网络：{file}", "Streets: {file}"),
            "osm": Text("街道网络：OpenStreetMap", "Streets: OpenStreetMap"),
            "none": Text(
                "没有街道网络：步行指标不可测算", "No street network: nothing can be measured on foot"
            ),
        },
        "driving": {
            "present": Text("有行车网络", "There is a driving network"),
            "absent": Text(
                "没有行车网络：消防覆盖不可测算",
                "No driving network: the reach of fire stations cannot be measured",
            ),
        },
        "population": {
            "file": Text("人口：由文件读取，{people:,} 人", "People: from the file, {people:,}"),
            "file, total unused": Text(
                "人口：由文件读取，{people:,} 人；population.total 未使用",
                "People: from the file, {people:,}; population.total is not used",
            ),
            "total": Text(
                "人口：总人口 {people:,} 按建筑面积分摊到 {homes:,} 栋住宅（推算）",
                "People: the total of {people:,}, spread over {homes:,} homes by floor area (modelled)",
            ),
            "total on land": Text(
                "人口：标绘的住宅过少（{homes:,} 栋），总人口 {people:,} 均匀分摊到居住用地（推算）",
                "People: too few homes are mapped ({homes:,}); the total of {people:,} is spread evenly over "
                "residential land (modelled)",
            ),
            "nowhere": Text(
                "总人口无处分摊：标绘的住宅过少（{homes:,} 栋），也没有居住用地",
                "The total of people cannot be spread: too few homes are mapped ({homes:,}), and no residential land",
            ),
            "none": Text(
                "没有人口数据：与人有关的指标不可测算",
                "No population: what concerns people cannot be measured",
            ),
        },
        "stops": {
            "gtfs": Text(
                "站点：时刻表 {gtfs:,} 个，另有仅见于 OpenStreetMap 的 {osm:,} 个",
                "Stops: {gtfs:,} of the timetables, and {osm:,} that only OpenStreetMap has",
            ),
            "osm": Text(
                "站点：OpenStreetMap {osm:,} 个，无班次",
                "Stops: {osm:,} of OpenStreetMap, without departures",
            ),
        },
        "communities": {
            "given": Text("社区：用户提供 {count:,} 个", "Communities: {count:,}, the user's"),
            "approximate": Text(
                "社区：近似划分 {count:,} 个，由相邻地块合并至 5,000–12,000 人，"
                "其中 {small:,} 个不足 5,000 人",
                "Communities: {count:,}, approximate, made of adjacent parcels to hold 5,000 to 12,000 "
                "people; {small:,} of them hold fewer",
            ),
            "none": Text(
                "社区：未提供边界，也没有人口可据以划分",
                "Communities: none given, and no people to make them of",
            ),
        },
        "built-up area": {
            "buildings": Text(
                "建成区（近似）：{km2:,} 平方千米，按建筑密度与人口密度判定",
                "Built-up area (approximate): {km2:,} km2, by the share under buildings and the density of people",
            ),
            "people": Text(
                "建成区（近似）：{km2:,} 平方千米，按人口密度判定",
                "Built-up area (approximate): {km2:,} km2, by the density of people",
            ),
            "streets": Text(
                "建成区（近似）：{km2:,} 平方千米，既无建筑也无人口数据，只按街区大小判定",
                "Built-up area (approximate): {km2:,} km2, by the size of blocks alone, as neither buildings nor "
                "people are known",
            ),
        },
        "residential land": {
            "user": Text("居住用地：用户提供", "Residential land: the user's own"),
            "osm": Text(
                "居住用地：OpenStreetMap，{share:.0%} 的人口在内",
                "Residential land: OpenStreetMap; {share:.0%} of the people are on it",
            ),
            "homes": Text(
                "居住用地：有住宅建筑的地块（OpenStreetMap 的居住用地仅含 {osm_share:.0%} 的人口）",
                "Residential land: parcels that hold homes (only {osm_share:.0%} of the people are on the "
                "residential land of OpenStreetMap)",
            ),
            "people": Text(
                "居住用地：有人口的地块（住宅建筑与居住用地均标绘不足；"
                "OpenStreetMap 的居住用地仅含 {osm_share:.0%} 的人口）",
                "Residential land: parcels that hold people (neither homes nor residential land are mapped "
                "well enough; only {osm_share:.0%} of the people are on the latter)",
            ),
            "none": Text("居住用地：没有任何依据可以确定", "Residential land: nothing says where it is"),
        },
        "entrances": {
            "found": Text(
                "出入口：{gate:,} 个为标绘的门，{boundary:,} 个为街道与边界的交点，"
                "{point:,} 个为设施本身的位置",
                "Entrances: {gate:,} mapped gates, {boundary:,} where a street meets a boundary, "
                "{point:,} at the facility itself",
            )
        },
    }
)
