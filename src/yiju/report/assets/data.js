// @ts-check
// The data of the page: one JSON text, read once, and the indexes that every part uses. Its twin is report/payload.py.

/** @typedef {[string, string]} Bi  the same words in Chinese and in English */
/** @typedef {number | null} Value */
/** A column: one value for all rows, or one for each.
 * @template T @typedef {T | T[]} Column */

/** @typedef {{city: string, year: number, version: string, people: Value, area_km2: number, step_m: number,
 *   crs: string, weights_only: boolean, folder: string}} Meta */

/** @typedef {{id: string, name: Bi, edition: string, dimension: string, level: string, how: string, kind: string, percent: boolean,
 *   direction: string, formula: Bi, standards: Bi, source: Bi, tag: string, provisional: boolean, body: Bi, inputs: Bi,
 *   function: string, caveat: Bi, headline: [string, string]}} Indicator */

/** @typedef {{id: string, level: string, name: string, parent: string, people: Value, area_km2: number,
 *   approximate: boolean, shape: string[], at: [number, number]}} Place */

/** One indicator by one method for one group at all places of one level; source and reason are rows of ``texts``.
 * @typedef {{indicator: string, edition: string, method: string, variant: string, group: string, level: string,
 *   variant_name: Bi, unit: Bi, digits: number, direction: string, value: Value[], status: Column<string>, low: Column<Value>,
 *   high: Column<Value>, n: Column<Value>, numerator: Column<Value>, denominator: Column<Value>, grade: Column<string>,
 *   threshold: Column<Value>, source: Column<number>, provisional: Column<boolean>, reason: Column<number>}} Series */

/** A long column: its distinct values, and which of them each row has; or the values themselves.
 * @typedef {{of: any[], at?: number | number[]}} Coded */
/** One ground of a need: its role, the series that holds it at the need's place (or -1), standard, row of its name, value.
 * @typedef {[string, number, Value, number, Value]} Ground */
/** @typedef {{id: string, group: string, place: string, service: string, step: string, people: Value, share: Value,
 *   shortfall: number, service_class: string, instrument: string, lead: string, joint: string[], deadline: string,
 *   reason: string, rank: number, status: string, first_year: number, indicator: string, sentence: Bi, advice: number,
 *   evidence: Ground[]}} Need */

/** @typedef {string | number | null} Cell */
/** @typedef {{key: string, title: Bi, needs: number[], columns: {name: Bi, kind: string, cells?: Coded}[]}} List */
/** @typedef {{title: Bi, about: Bi, variant: string, status: string, x: number[], y: number[]}} Curve */
/** @typedef {{service: string, trusted: boolean, verdict: Bi, found: number, due: Value, share: Value, peers: Value}} Layer */
/** @typedef {{service: string, names: string[], points: string, capacity: Value[], source: string[]}} Facilities */
/** @typedef {{width: number, height: number, streets: {main: string[], minor: string[]}, water: string[], rivers: string[],
 *   parks: string[], railways: string[], facilities: Facilities[]}} MapData */
/** @typedef {{indicator: string, method: string, variant: string, group: string, level: string, place: string,
 *   value: Value, grade: string, about: Bi}} Ranked */
/** @typedef {{code: string, total: number, measured: number, screening: number, best: Ranked | null, worst: Ranked | null,
 *   whom: Ranked | null, where: Ranked | null}} Dimension */
/** @typedef {{recognised: number, open: number, people: Value, matched: number, by_class: Record<string, number>,
 *   acting: Value, raised: Value, ladder: Record<string, Record<string, number>>}} Counts */
/** @typedef {{parts: {key: string, count: number, name: Bi, about: Bi}[], total: number, notes: Bi[], layers: Layer[],
 *   states: Record<string, string>}} Trust */
/** @typedef {{year: number, earlier: number, fates: Record<string, number>, kinds: Record<string, number>, rates: [string, Value, number, number][],
 *   numbers: {indicator: string, method: string, variant: string, name: Bi, about: Bi, kind: string, before: Value, after: Value, change: Value, digits: number, unit: Bi, better: boolean | null, why: Bi}[],
 *   needs: {fate: string, sentence: Bi}[], inputs: Bi[]}} Change */

/** @typedef {{service: string, option: string, places: Value, people: number}} PlanSupply */
/** @typedef {{id: string, name: string, at: [number, number], origin: string, kind: string, place: string, lead: string, year: number,
 *   area_m2: Value, cost_yuan: Value, people: number, without: Bi, next: string | null, instead: Bi, why: Bi, walk_m: [Value, Value],
 *   needs: string[], supplies: PlanSupply[]}} PlanSite */
/** Homes that newly reach a service, in rows, and those that still do not.
 * @typedef {{service: string, points: string, people: number[], before_m: Value[], after_m: Value[], site: number[],
 *   without: string, people_without: number}} PlanReach */
/** @typedef {{x: number[], y: number[], gini: Value}} PlanCurve */
/** @typedef {{service: string, before: PlanCurve, after: PlanCurve}} PlanSharing */
/** @typedef {{sites: Value, complexes: boolean, share: Value, years: number[], candidates: number}} PlanAsked */
/** @typedef {{name: string, problem: string, services: string[], budget_yuan: Value, spent_yuan: number, people_gained: number,
 *   weights_only: boolean, asked: PlanAsked, lacking: number, lost: number, limits_m: Record<string, number>, seconds: number,
 *   proof: string, verdict: Bi, gap: Value, stale: boolean, sites: PlanSite[], reach: PlanReach[],
 *   curve: {budget_yuan: number[], sites: number[], people: number[], bound: Value[]}, equity: PlanSharing[],
 *   assumptions: [string, string, string][], notes: Bi[]}} Plan */

/** @typedef {{meta: Meta, words: Record<string, Bi>, texts: Bi[], names: Record<string, Record<string, Bi>>,
 *   indicators: Indicator[], places: Place[], series: Series[], needs: {count: number, columns: Record<string, any>},
 *   grounds: [string, number, Value, number][][], lists: List[], curves: Curve[],
 *   ramps: Record<string, string[]>, counts: Counts, dimensions: Dimension[], overall: Ranked[], trust: Trust, plans: Plan[], change: Change | null, map: MapData,
 *   services: Record<string, {name: Bi, service_class: string, source: string, provisional: boolean}>}} Data */

/** @type {Data} */
const DATA = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("data")).textContent || "{}");

/** @type {Map<string, Indicator>} */
const INDICATORS = new Map(DATA.indicators.map((i) => [i.id, i]));
/** @type {Map<string, Place>} */
const PLACES = new Map(DATA.places.map((p) => [p.id, p]));
/** Position of a place among those of its level, as the columns of a series have them. @type {Map<string, number>} */
const POSITION = new Map();
/** @type {Map<string, Place[]>} */
const BY_LEVEL = new Map();
for (const place of DATA.places) {
  const mates = BY_LEVEL.get(place.level) || [];
  POSITION.set(place.id, mates.length);
  mates.push(place);
  BY_LEVEL.set(place.level, mates);
}
/** One row of a long column. @param {Coded} column @param {number} row */
function coded(column, row) {
  if (column.at === undefined) return column.of[row];
  return column.of[typeof column.at === "number" ? column.at : column.at[row]];
}

/** A sentence from its pattern: the name and the numbers go back to where they were taken out. @param {any[]} packed @param {string} name @returns {Bi} */
function sentenceOf([row, ...numbers], name) {
  const lists = Array.isArray(numbers[0]) ? numbers : [numbers, numbers];
  return /** @type {Bi} */ (DATA.texts[row].map((pattern, lang) => {
    let next = 0;
    return pattern.replace(/[\ue000\ue001]/g, (mark) => (mark === "\ue000" ? name : lists[lang][next++]));
  }));
}

/** The grounds of a need, with the values that no series holds. @param {any[]} packed @returns {Ground[]} */
function groundsOf([row, ...values]) {
  let next = 0;
  return DATA.grounds[row].map((kind) => [...kind, kind[1] < 0 ? values[next++] : null]);
}

/** All needs, the open ones first, the most pressing first. @type {Need[]} */
const LEDGER_ROWS = Array.from({ length: DATA.needs.count }, (_, row) => {
  const { sentence, evidence, joint, ...others } = DATA.needs.columns;
  const need = Object.fromEntries(Object.entries(others).map(([name, column]) => [name, coded(column, row)]));
  const name = (PLACES.get(need.place) || { name: "" }).name;
  return /** @type {Need} */ ({ ...need, joint: coded(joint, row).split(";").filter(Boolean), sentence: sentenceOf(sentence[row], name), evidence: groundsOf(evidence[row]) });
});
/** @type {Map<string, Need>} */
const NEEDS = new Map(LEDGER_ROWS.map((n) => [n.id, n]));

/** @param {string} indicator @param {string} method @param {string} variant @param {string} group @param {string} level */
const seriesKey = (indicator, method, variant, group, level) => [indicator, method, variant, group, level].join("|");
/** @type {Map<string, Series>} */
const SERIES = new Map(DATA.series.map((s) => [seriesKey(s.indicator, s.method, s.variant, s.group, s.level), s]));
/** @type {Map<string, Series[]>} */
const SERIES_OF = new Map();
for (const series of DATA.series) SERIES_OF.set(series.indicator, [...(SERIES_OF.get(series.indicator) || []), series]);

/** One row of a column.
 * @template {string | number | boolean | null} T @param {Column<T>} column @param {number} row @returns {T} */
function at(column, row) {
  return Array.isArray(column) ? column[row] : column;
}

/** The place and everything above it, from the city down. @param {string} id @returns {Place[]} */
function ancestry(id) {
  const out = [];
  for (let place = PLACES.get(id); place; place = PLACES.get(place.parent)) out.unshift(place);
  return out;
}

/** Whether a place is another one or lies inside it. @param {string} id @param {string} outer */
function lies(id, outer) {
  return ancestry(id).some((place) => place.id === outer);
}
