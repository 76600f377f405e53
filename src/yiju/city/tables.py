"""The tables of a city folder: one place that names columns, units, keys and geometry.

Readers return these tables and rooms accept only these. Every geometry is in the city's own projected CRS, in
metres. Ids are text. Unknown is null. Names carry their units.
"""

from __future__ import annotations

from yiju.city.contract import Table, column
from yiju.text import Text

# From the largest to the smallest; a road-cut piece of land is a parcel, not a level.
LEVELS = ("city", "district", "subdistrict", "community", "grid")

AREA = ("Polygon", "MultiPolygon")
LINE = ("LineString", "MultiLineString")
POINT = ("Point",)

_WITHIN = (
    column("community", "str", "所在社区", "community that holds it", unknown=True),
    column("subdistrict", "str", "所在街道", "subdistrict that holds it", unknown=True),
    column("district", "str", "所在区", "district that holds it", unknown=True),
)

PLACES = Table(
    "places",
    Text("行政与社区范围", "places of every level"),
    (
        column("place_id", "str", "编号，重建后不变", "id, the same after a rebuild"),
        column("level", "str", "层级", "level", choices=LEVELS),
        column("name", "str", "名称", "name"),
        column("parent_id", "str", "上级编号", "the place above", unknown=True),
        column(
            "origin",
            "str",
            "来源",
            "given by the user, or approximate: cut here",
            choices=("given", "approximate"),
        ),
        column("area_m2", "float", "面积", "area"),
    ),
    key=("place_id",),
    geometry=AREA,
)

RESIDENTS = Table(
    "residents",
    Text("居民", "residents by cell"),
    (
        column("cell_id", "str", "单元编号", "cell id"),
        column("people", "float", "人数", "people; null where suppressed", unknown=True),
        column(
            "status", "str", "测得或推算", "counted, or spread by a model", choices=("measured", "modelled")
        ),
        column("source", "str", "来源", "file that it comes from"),
        column("slope_deg", "float", "坡度", "slope of the ground, degrees", unknown=True),
        *_WITHIN,
    ),
    key=("cell_id",),
    geometry=POINT,
    # age_0_2 = 0 to 2 years inclusive; age_80_plus = 80 and over
    bands=r"age_\d+_(\d+|plus)",
)

STREET_NODES = Table(
    "street_nodes",
    Text("街道节点", "nodes of the street network"),
    (
        column("node_id", "int", "节点编号", "0 to n-1"),
        column("elevation_m", "float", "高程", "elevation", unknown=True),
    ),
    key=("node_id",),
    geometry=POINT,
)

STREET_EDGES = Table(
    "street_edges",
    Text("街道边", "edges of the street network, both directions on foot"),
    (
        column("edge_id", "int", "边编号", "0 to n-1"),
        column("u", "int", "起点", "node at the start of the line"),
        column("v", "int", "终点", "node at its end"),
        column("length_m", "float", "长度（椭球面）", "length on the ellipsoid"),
        column("street_class", "str", "类别", "OSM highway value, or the source's own"),
        column("walk", "bool", "可步行", "may be walked, both ways"),
        column("drive_forward", "bool", "可由 u 驶向 v", "may be driven from u to v"),
        column("drive_backward", "bool", "可由 v 驶向 u", "may be driven from v to u"),
        column("drive_kmh", "float", "限速", "speed limit, km/h", unknown=True),
        column("stairs", "bool", "台阶", "steps"),
        column("bridge", "bool", "桥", "bridge"),
        column("tunnel", "bool", "隧道", "tunnel"),
        column("climb_m", "float", "升高", "elevation of v minus u", unknown=True),
        column("name", "str", "名称", "name", unknown=True),
        column("source_id", "str", "来源编号", "id in the source", unknown=True),
    ),
    key=("edge_id",),
    geometry=("LineString",),
)

FACILITIES = Table(
    "facilities",
    Text("设施与其提供的服务", "facilities, a row for each service that one offers"),
    (
        column("facility_id", "str", "设施编号", "facility id"),
        column("service", "str", "服务代码", "code in the service catalogue"),
        column("name", "str", "名称", "name", unknown=True),
        column("source", "str", "来源", "where the row comes from", choices=("osm", "table", "osm+table")),
        column("source_id", "str", "来源编号", "id in the source", unknown=True),
        column("capacity", "float", "容量（位）", "places offered", unknown=True),
        column("floor_area_m2", "float", "建筑面积", "floor area", unknown=True),
        column("land_area_m2", "float", "用地面积", "land area", unknown=True),
        column("opening", "str", "开放时间", "opening hours, as given", unknown=True),
        *_WITHIN,
    ),
    key=("facility_id", "service"),
    geometry=POINT + AREA,
)

ENTRANCES = Table(
    "entrances",
    Text("设施出入口", "the points where one enters a facility; every facility has at least one"),
    (
        column("entrance_id", "str", "出入口编号", "entrance id"),
        column("facility_id", "str", "设施编号", "facility that it opens"),
        column(
            "origin",
            "str",
            "来源",
            "a mapped gate; where a street meets the boundary; or the facility's own point",
            choices=("gate", "boundary", "point"),
        ),
    ),
    key=("entrance_id",),
    geometry=POINT,
)

LAND = Table(
    "land",
    Text("用地", "land by use, cut along communities"),
    (
        column("land_id", "str", "用地编号", "land id"),
        column(
            "use",
            "str",
            "用途",
            "what it is used for",
            choices=("residential", "commercial", "industrial", "public", "green", "transport", "other"),
        ),
        column(
            "origin",
            "str",
            "来源",
            "the user's, OSM's, or parcels that hold homes",
            choices=("user", "osm", "parcels"),
        ),
        column("area_m2", "float", "面积", "area"),
        *_WITHIN,
    ),
    key=("land_id",),
    geometry=AREA,
)

PARCELS = Table(
    "parcels",
    Text("街区地块", "pieces of land cut by streets, railways and water"),
    (
        column("parcel_id", "str", "地块编号", "parcel id"),
        column("area_m2", "float", "面积", "area"),
        column("people", "float", "人数", "people", unknown=True),
        column("floor_area_m2", "float", "建筑面积", "floor area of its buildings", unknown=True),
        column("built_share", "float", "建筑密度", "share of the land under buildings, 0 to 1", unknown=True),
        column("built_up", "bool", "近似建成区", "counted as built-up area (approximate)"),
        *_WITHIN,
    ),
    key=("parcel_id",),
    geometry=AREA,
)

BUILDINGS = Table(
    "buildings",
    Text("建筑", "buildings"),
    (
        column("building_id", "str", "建筑编号", "building id"),
        column("use", "str", "用途", "use", choices=("residential", "other", "unknown")),
        column("levels", "float", "层数", "storeys", unknown=True),
        column("levels_given", "bool", "层数为实测", "storeys stand in the source; else assumed"),
        column("footprint_m2", "float", "基底面积", "footprint"),
        column("floor_area_m2", "float", "建筑面积", "footprint times storeys"),
        column("year_built", "float", "建成年份", "year of completion", unknown=True),
    ),
    key=("building_id",),
    geometry=AREA,
)

WATER = Table(
    "water",
    Text("水体", "water"),
    (column("water_id", "str", "水体编号", "water id"), column("name", "str", "名称", "name", unknown=True)),
    key=("water_id",),
    geometry=AREA + LINE,
)

RAILWAYS = Table(
    "railways",
    Text("铁路线", "railway lines on the ground, which cut the land"),
    (
        column("railway_id", "str", "编号", "railway id"),
        column("on_ground", "bool", "地面线", "neither in a tunnel nor on a bridge"),
    ),
    key=("railway_id",),
    geometry=LINE,
)

STOPS = Table(
    "stops",
    Text("公交与轨道站点", "stops and stations"),
    (
        column("stop_id", "str", "站点编号", "stop id, with its feed"),
        column("name", "str", "名称", "name", unknown=True),
        column("mode", "str", "方式", "mode", choices=("bus", "rail", "ferry", "other")),
        column("source", "str", "来源", "where it comes from", choices=("osm", "gtfs")),
        column("station_id", "str", "所属车站", "station that it belongs to", unknown=True),
        *_WITHIN,
    ),
    key=("stop_id",),
    geometry=POINT,
)

HEADWAYS = Table(
    "headways",
    Text("发车间隔", "departures of a stop in a period of a working day"),
    (
        column("stop_id", "str", "站点编号", "stop id"),
        # weekday 07-09, 07-19 and 19-23: the daytime window is GHSCI's for frequent transit
        column("period", "str", "时段", "period", choices=("am_peak", "daytime", "evening")),
        column("departures", "int", "班次", "departures in the period, all routes"),
        column(
            "headway_min", "float", "平均间隔", "length of the period over departures, minutes", unknown=True
        ),
    ),
    key=("stop_id", "period"),
)

ROUTES = Table(
    "routes",
    Text("公交线路", "public transport routes"),
    (
        column("route_id", "str", "线路编号", "route id, with its feed"),
        column("feed", "str", "数据源", "feed"),
        column("name", "str", "名称", "short or long name", unknown=True),
        column("mode", "str", "方式", "mode", choices=("bus", "rail", "ferry", "other")),
    ),
    key=("route_id",),
)

TRIPS = Table(
    "trips",
    Text("班次", "trips of a working day"),
    (
        column("trip_id", "str", "班次编号", "trip id, with its feed"),
        column(
            "day", "int", "运行日：0为当日，-1为前一日", "0 the day itself; -1 the day before, past midnight"
        ),
        column("route_id", "str", "线路编号", "route id"),
        column("pattern_id", "str", "停靠模式编号", "the pattern of calls that it follows"),
        column("start_s", "int", "首站发车（秒）", "first departure, seconds after midnight"),
        column("until_s", "int", "按间隔发车至（秒）", "runs at a headway until then", unknown=True),
        column("headway_s", "int", "发车间隔（秒）", "that headway; its phase is not known", unknown=True),
        column("next_trip_id", "str", "同车续行班次", "the trip as which its vehicle goes on", unknown=True),
    ),
    key=("trip_id", "day"),
)

CALLS = Table(
    "calls",
    Text("停靠", "calls of a pattern at stops"),
    (
        column("pattern_id", "str", "停靠模式编号", "pattern id"),
        column("position", "int", "次序", "position in the pattern, from 0"),
        column("stop_id", "str", "站点编号", "stop id"),
        column("arrive_s", "int", "到达（首站发车后秒数）", "arrival, seconds after the first departure"),
        column("depart_s", "int", "发车（首站发车后秒数）", "departure, seconds after the first departure"),
        column("boards", "bool", "可上车", "one may board"),
        column("alights", "bool", "可下车", "one may alight"),
    ),
    key=("pattern_id", "position"),
)

TRANSFERS = Table(
    "transfers",
    Text("换乘规定", "transfers that the operator has rules for"),
    (
        column("from_stop_id", "str", "下车站点", "stop of the arrival"),
        column("to_stop_id", "str", "上车站点", "stop of the departure"),
        column(
            "least_s", "int", "最短换乘时间（秒）", "time that it takes; null: not possible", unknown=True
        ),
    ),
    key=("from_stop_id", "to_stop_id"),
)

FIGURES = Table(
    "figures",
    Text("官方数据", "official figures"),
    (
        column("indicator", "str", "指标", "indicator id"),
        column("place_id", "str", "地点", "place id"),
        column("period", "str", "时期", "year, or year-month"),
        column("numerator", "float", "分子", "numerator", unknown=True),
        column("denominator", "float", "分母", "denominator", unknown=True),
        column("value", "float", "数值", "value", unknown=True),
        column("source", "str", "出处", "where the city has it from"),
    ),
    key=("indicator", "place_id", "period"),
)

REQUESTS = Table(
    "requests",
    Text("诉求记录", "requests of residents; no text, no person"),
    (
        column("request_id", "str", "工单编号", "id in the city's own system"),
        column("category", "str", "类别", "category, as the source has it"),
        column("service", "str", "对应服务", "service of the catalogue that it concerns", unknown=True),
        column("channel", "str", "渠道", "channel", unknown=True),
        column("unit", "str", "承办单位", "unit that it was dispatched to", unknown=True),
        column("created_at", "time", "受理时间", "taken"),
        column("dispatched_at", "time", "派单时间", "dispatched", unknown=True),
        column("contact_due_at", "time", "应联系时间", "contact is due", unknown=True),
        column("contacted_at", "time", "联系时间", "resident contacted", unknown=True),
        column("due_at", "time", "应办结时间", "closing is due", unknown=True),
        column("closed_at", "time", "办结时间", "closed", unknown=True),
        column("called_back", "bool", "有效回访", "validly called back", unknown=True),
        column("resolved", "bool", "已解决", "the resident says resolved", unknown=True),
        column("satisfied", "bool", "满意", "the resident says satisfied", unknown=True),
        column("reopened", "int", "重办次数", "times reopened", unknown=True),
        column("repeat_of", "str", "重复于", "earlier request that it repeats", unknown=True),
        column("located", "bool", "有坐标", "the point is where it happened, not a stand-in"),
        *_WITHIN,
    ),
    key=("request_id",),
    # a request without a place keeps an empty point
    geometry=POINT,
)

RAIN = Table(
    "rain",
    Text("逐日降雨", "daily rain"),
    (
        column("date", "time", "日期", "day"),
        column("rain_mm", "float", "雨量", "rain of the day; null where not observed", unknown=True),
    ),
    key=("date",),
)

TERRAIN = Table(
    "terrain",
    Text("地形", "ground on a regular lattice, from the elevation model"),
    (
        column("cell_id", "str", "单元编号", "cell id"),
        column("elevation_m", "float", "高程", "elevation"),
        column("slope_deg", "float", "坡度", "slope, degrees"),
        column(
            "sink_depth_m", "float", "洼地深度", "depth below the spill point of the hollow that holds it"
        ),
        column("upstream_m2", "float", "汇水面积", "land that drains through it"),
    ),
    key=("cell_id",),
    geometry=POINT,
)

COMMUTES = Table(
    "commutes",
    Text("通勤联系", "commuting flows"),
    (
        column("home_place_id", "str", "居住地", "place of residence"),
        column("work_place_id", "str", "就业地", "place of work"),
        column("workers", "float", "人数", "workers"),
    ),
    key=("home_place_id", "work_place_id"),
)

CANDIDATES = Table(
    "candidates",
    Text("候选空间", "spaces that could take in a service: vacant, municipal, convertible, or land"),
    (
        column("candidate_id", "str", "候选编号", "candidate id"),
        column("name", "str", "名称", "name", unknown=True),
        column(
            "kind",
            "str",
            "类型",
            "vacant premises; spare floors of the city's own; a place that could host more; land to build on",
            choices=("vacant", "municipal", "convertible", "land"),
        ),
        column("floor_area_m2", "float", "可用建筑面积", "floor area that can be used", unknown=True),
        column(
            "cost_yuan",
            "float",
            "启用费用（元）",
            "cost of making it ready, without its services",
            unknown=True,
        ),
        column("services", "str", "可承载服务", "codes that it may take in, separated by ;", unknown=True),
        *_WITHIN,
    ),
    key=("candidate_id",),
    geometry=POINT,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PLACES, RESIDENTS, STREET_NODES, STREET_EDGES, FACILITIES, ENTRANCES, LAND, PARCELS, BUILDINGS, WATER,
        RAILWAYS, STOPS, HEADWAYS, ROUTES, TRIPS, CALLS, TRANSFERS, FIGURES, REQUESTS, RAIN, TERRAIN, COMMUTES,
        CANDIDATES,
    )
}  # fmt: skip
