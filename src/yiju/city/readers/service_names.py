"""What a service is called in a table: its code, its Chinese or English name, or a usual other name."""

from __future__ import annotations

import difflib
import re
from functools import cache

from yiju.city.readers.tabular import plain
from yiju.city.services import SERVICES
from yiju.errors import UnknownName
from yiju.text import Text

# Names that registers and standards use beside those of the catalogue (GB 50180-2018 appendix C, the
# 15-minute life circle lists, OpenStreetMap values).
_ALSO: dict[str, tuple[str, ...]] = {
    "kindergarten": ("幼儿园（所）", "preschool", "nursery school"),
    "childcare": (
        "托育机构", "托育服务", "托儿所", "托育", "婴幼儿照护服务设施", "托位", "nursery", "day nursery",
    ),
    "after_school": ("托管", "课后托管", "儿童托管点", "after-school"),
    "elder_day_care": (
        "老年人日间照料中心", "日间照料中心", "日间照料", "社区养老服务站", "社区养老服务设施", "养老服务站",
        "养老服务设施",
        "elder day care", "elderly day care",
    ),
    "elder_home": ("养老机构", "老年养护院", "敬老院", "护理院", "nursing home", "elder home"),
    "nursing_bed": ("护理型床位", "护理床位", "养老护理床位", "nursing beds", "nursing bed"),
    "senior_activity": ("老年活动室", "老年活动中心", "老年人活动中心", "老年活动站"),
    "community_canteen": ("社区食堂（老年食堂）", "老年食堂", "长者食堂", "老年助餐点", "助餐点", "canteen"),
    "primary_school": ("小学校", "完全小学", "elementary school"),
    "middle_school": ("初级中学", "初中学校", "九年一贯制学校", "junior middle school", "junior high school"),
    "high_school": ("高中", "高级中学", "完全中学", "senior high school"),
    "health_station": ("卫生服务站", "卫生站", "社区卫生站", "村卫生室"),
    "health_centre": ("卫生服务中心", "街道卫生院", "镇卫生院", "乡镇卫生院", "卫生院", "health center"),
    "hospital": ("综合医院", "专科医院"),
    "pharmacy": ("药房", "零售药店", "chemist"),
    "food_market": ("农贸市场", "菜场", "生鲜市场", "marketplace", "market"),
    "supermarket": ("超市", "综合超市", "生鲜超市（菜市场）"),
    "convenience": ("便利店（小超市）", "小超市", "convenience shop"),
    "breakfast": ("早餐", "早点铺", "早餐网点"),
    "restaurant": ("餐饮", "餐馆", "饭店"),
    "cafe": ("咖啡馆", "茶馆", "coffee shop"),
    "hairdresser": ("美发店", "理发", "美容美发", "barber"),
    "laundry": ("洗染店", "干洗店"),
    "repair": ("维修", "便民维修点", "修理店"),
    "housekeeping": ("家政服务", "家政"),
    "parcel_point": ("快递驿站", "快递柜", "快递点", "菜鸟驿站", "邮政快递末端综合服务站"),
    "recycling": ("再生资源回收", "废品回收站", "回收站"),
    "bank": ("银行",),
    "post": ("邮局", "邮政所", "邮政支局", "post_office"),
    "ev_charging": ("充电站", "充电桩", "充电设施", "charging station"),
    "parking": ("停车设施", "公共停车场", "car park", "parking lot"),
    "park": ("公园", "绿地", "综合公园", "社区公园", "口袋公园", "游园", "公园绿化活动场地"),
    "playground": ("儿童游乐设施", "儿童活动场地", "儿童乐园"),
    "sports_ground": ("多功能运动场", "运动场", "体育场地", "球场", "pitch"),
    "fitness_ground": ("室外综合健身场地", "健身场地", "健身广场", "健身苑点"),
    "sports_hall": ("体育馆", "全民健身中心", "健身中心", "sports centre"),
    "swimming": ("游泳馆", "游泳池"),
    "football": ("足球场", "football pitch"),
    "cultural_centre": ("文化活动中心（含青少年、老年活动中心）", "文化中心", "文化馆", "综合文化站"),
    "cultural_station": ("社区文化活动室", "文化活动室", "社区文化中心", "综合文化服务中心"),
    "theatre": ("剧院", "电影院", "cinema", "theater"),
    "public_toilet": ("公厕", "卫生间", "toilets"),
    "community_service_station": ("社区服务中心（站）", "党群服务中心", "社区党群服务中心", "社区综合服务站"),
    "street_service_centre": ("街道服务中心", "街道便民服务中心", "社区服务中心", "便民服务中心"),
    "fire_station": ("消防救援站", "微型消防站"),
    "shelter": ("避难场所", "应急避难场地", "避灾场所"),
    "bus_stop": ("公交车站", "公交站点", "公交站台"),
    "rail_station": ("地铁站", "轻轨站", "轨道站点", "轨道交通站点", "subway station", "metro station"),
}  # fmt: skip

# Several services of one place in one cell.
_SEPARATORS = re.compile(r"[;；、|/]+|(?<=[^\x00-\x7f])[,，]+|[,，]+(?=[^\x00-\x7f])|,\s*")


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for code, also in _ALSO.items():
        names.update({plain(name): code for name in also})
    for code, entry in SERVICES.items():  # the catalogue's own words win
        names.update({plain(entry.name.en): code, plain(entry.name.zh): code})
    names.update({plain(code): code for code in SERVICES})
    return names


def service_code(name: str) -> str:
    """Find the service that a word in a table means.

    Raises
    ------
    UnknownName
        Nothing in the catalogue is called that; the nearest names are offered.

    Examples
    --------
    >>> service_code("幼儿园"), service_code("Primary school"), service_code("公厕")
    ('kindergarten', 'primary_school', 'public_toilet')
    """
    code = _by_name().get(plain(name))
    if code is None:
        names = [n for entry in SERVICES.values() for n in (entry.code, entry.name.zh, entry.name.en)]
        near = difflib.get_close_matches(
            name.strip(), [*names, *(n for also in _ALSO.values() for n in also)], n=3
        )
        raise UnknownName(Text("服务", "service"), name, near)
    return code


def service_codes(cell: str) -> list[str]:
    """Find all services that a cell names, one or several, each once.

    Raises
    ------
    UnknownName
        One of them is not in the catalogue.

    Examples
    --------
    >>> service_codes("幼儿园、托育机构"), service_codes("day care for older people")
    (['kindergarten', 'childcare'], ['elder_day_care'])
    """
    if plain(cell) in _by_name():
        return [service_code(cell)]
    return list(dict.fromkeys(service_code(word) for word in _SEPARATORS.split(cell) if word.strip()))


def generic_words(code: str) -> list[str]:
    """Words that say only what kind of place it is, the longest first."""
    entry = SERVICES[code]
    words = {plain(w) for w in (entry.name.zh, entry.name.en, *_ALSO.get(code, ()))}
    return sorted(words, key=lambda w: (-len(w), w))
