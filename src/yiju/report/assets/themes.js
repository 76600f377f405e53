// @ts-check
// What the map can colour: a need or an indicator at the places of a level, its classes and their legend.

/** @typedef {{key: string, kind: "needs" | "series", label: string, unit: string, digits: number, values: Value[],
 *   missed: boolean[], series: Series | null, breaks: number[], statuses: string[]}} Theme */

/** Series that have at least two known values at a level, for everybody first. @param {string} level @returns {Series[]} */
function mappable(level) {
  const places = BY_LEVEL.get(level) || [];
  return DATA.series.filter((series) => series.level === level && series.value.filter((v) => v !== null).length >= Math.min(2, places.length));
}

/** Levels that can be coloured, the smallest first; the whole city only where it has no parts. */
const MAP_LEVELS = ["community", "subdistrict", "district"].filter((level) => (BY_LEVEL.get(level) || []).length);
if (!MAP_LEVELS.length) MAP_LEVELS.push("city");

/** @param {string} level */
function firstTheme(level) {
  const [first] = mappable(level);
  return first ? seriesKey(first.indicator, first.method, first.variant, first.group, first.level) : "needs";
}

/** Services of which somebody is in need. @returns {string[]} */
function servicesInNeed() {
  return [...new Set(LEDGER_ROWS.filter((n) => n.status === "open").map((n) => n.service))];
}

/** @param {string} key @param {string} level @returns {Theme} */
function makeTheme(key, level) {
  const places = BY_LEVEL.get(level) || [];
  return key.startsWith("needs") ? needTheme(key, level, places) : seriesTheme(key, places);
}

/** Open needs at or inside each place: how many, or for one service how many people. @param {string} key @param {string} level @param {Place[]} places @returns {Theme} */
function needTheme(key, level, places) {
  const service = key.split("|")[1] || "";
  const counted = service !== "" && !DATA.meta.weights_only;
  /** @type {Map<string, Map<string, number>>} within each place: the community (or other place) of the need -> its people */
  const found = new Map(places.map((place) => [place.id, new Map()]));
  for (const need of LEDGER_ROWS) {
    if (need.status !== "open" || (service && need.service !== service)) continue;
    const holder = ancestry(need.place).find((place) => place.level === level);
    const inside = holder && found.get(holder.id);
    if (!inside) continue;
    // several groups of one place may be the same people: the largest stands for them
    if (counted) inside.set(need.place, Math.max(inside.get(need.place) || 0, need.people || 0));
    else inside.set(need.id, 1);
  }
  const values = places.map((place) => [...(found.get(place.id) || new Map()).values()].reduce((sum, n) => sum + n, 0));
  const name = service ? bi((DATA.services[service] || { name: null }).name) : "";
  return {
    key, kind: "needs", digits: 0, values, missed: values.map(() => false), series: null,
    label: service ? say(counted ? "map.theme.people" : "map.theme.count", { service: name }) : say("map.theme.needs"),
    unit: say(counted ? "unit.people" : "unit.needs"), statuses: [],
    breaks: breaksOf(values.filter((v) => v > 0), 0),
  };
}

/** @param {string} key @param {Place[]} places @returns {Theme} */
function seriesTheme(key, places) {
  const series = SERIES.get(key);
  if (!series) return needTheme("needs", places.length ? places[0].level : "community", places);
  const indicator = /** @type {Indicator} */ (INDICATORS.get(series.indicator));
  const values = places.map((_, row) => series.value[row] ?? null);
  return {
    key, kind: "series", digits: series.digits, values, series,
    missed: places.map((_, row) => missesAt(series, row)),
    label: `${bi(indicator.name)} · ${nameOf("methods", series.method)}${variantWords(series)}${series.group === "all" ? "" : " · " + nameOf("groups", series.group)}`,
    unit: bi(series.unit),
    statuses: [...new Set(places.map((_, row) => at(series.status, row)))].filter((status) => status && status !== "not measurable"),
    breaks: breaksOf(/** @type {number[]} */ (values.filter((v) => v !== null)), series.digits),
  };
}

/** Whether the value misses its threshold. @param {Series} series @param {number} row */
function missesAt(series, row) {
  const grade = at(series.grade, row);
  if (grade) return grade === "missed" || grade === "poor";
  const value = series.value[row];
  const threshold = at(series.threshold, row);
  if (value === null || threshold === null) return false;
  return series.direction === "higher" ? value < threshold : series.direction === "lower" ? value > threshold : false;
}

/** Upper ends of the first four classes: rounded quantiles, fewer where the values are alike. @param {number[]} values @param {number} digits */
function breaksOf(values, digits) {
  const sorted = [...values].sort((a, b) => a - b);
  if (!sorted.length) return [];
  const unit = 10 ** -digits;
  const spread = sorted[sorted.length - 1] - sorted[0];
  const coarse = spread > 40 * unit ? 10 ** Math.max(-digits, Math.floor(Math.log10(spread)) - 1) : unit;
  const ends = [0.2, 0.4, 0.6, 0.8].map((q) => Math.round(sorted[Math.floor(q * (sorted.length - 1))] / coarse) * coarse);
  return [...new Set(ends)].filter((end) => end >= sorted[0] && end < sorted[sorted.length - 1]);
}

/** @param {Theme} theme @param {number} value */
function classOf(theme, value) {
  const below = theme.breaks.findIndex((end) => value <= end);
  return below < 0 ? theme.breaks.length : below;
}

/** The colour of a class: the ramp is spread over as many classes as there are. @param {Theme} theme @param {number} number */
function rampColour(theme, number) {
  const ramp = DATA.ramps[theme.kind];
  const last = theme.breaks.length;
  return last ? ramp[Math.round((number / last) * (ramp.length - 1))] : ramp[2];
}

/** @param {Theme} theme */
function legendRows(theme) {
  const known = /** @type {number[]} */ (theme.values.filter((v) => v !== null && (theme.kind === "series" || v > 0)));
  const low = Math.min(...known);
  const high = Math.max(...known);
  const ends = [...theme.breaks, high];
  const rows = known.length ? ends.map((end, number) => {
    const from = number ? ends[number - 1] : low;
    const n = theme.values.filter((v) => v !== null && (theme.kind === "series" || v > 0) && classOf(theme, v) === number).length;
    const words = number || from === end ? (from === end ? figure(end, theme.digits) : `> ${figure(from, theme.digits)} – ${figure(end, theme.digits)}`) : `${figure(from, theme.digits)} – ${figure(end, theme.digits)}`;
    return { colour: rampColour(theme, number), words, n };
  }) : [];
  return { rows, empty: theme.values.filter((v) => v === null).length, zero: theme.kind === "needs" ? theme.values.filter((v) => v === 0).length : 0 };
}
