// @ts-check
// The indicator form: every indicator of the catalogue, the official and the network reading side by side.

const FORM = { by: "dimension", dimension: "", known: "known", place: "", search: "" };
/** Official levels in the order of the handbook; goals in the order of the text. @type {Record<string, string[]>} */
const BANDS = { level: ["housing", "community", "block", "city"], dimension: [...DATA.dimensions.map((d) => d.code), "all"] };

/** Variants of an indicator at a place, each with its official and network reading for everybody. @param {Indicator} indicator @param {string} place */
function formRows(indicator, place) {
  const level = (PLACES.get(place) || { level: "" }).level;
  const row = POSITION.get(place) ?? 0;
  const here = (SERIES_OF.get(indicator.id) || []).filter((s) => s.level === level && s.value[row] !== undefined);
  const everybody = here.filter((s) => s.group === "all");
  const kept = everybody.length ? everybody : here;
  /** @type {Map<string, {official?: Series, network?: Series, table?: Series}>} */
  const rows = new Map();
  for (const series of kept) {
    const key = [series.edition, series.variant, everybody.length ? "" : series.group].join("|");
    rows.set(key, { ...(rows.get(key) || {}), [series.method]: series });
  }
  return [...rows.values()];
}

function drawForm() {
  const city = (BY_LEVEL.get("city") || [])[0];
  if (!PLACES.has(FORM.place)) FORM.place = city ? city.id : "";
  const search = h("input", { type: "search", value: FORM.search, oninput: () => { FORM.search = search.value; drawFormRows(); } });
  const places = DATA.places.filter((p) => ["city", "district", "subdistrict"].includes(p.level));
  fill(byId("form-filters"),
    h("label", { class: "grow" }, say("filter.search"), search),
    choice(say("filter.by"), [["dimension", say("filter.by.dimension")], ["level", say("filter.by.level")]], FORM.by, (by) => { FORM.by = by; drawFormRows(); }),
    choice(say("filter.dimension"), [["", say("filter.all")], ...BANDS.dimension.map((d) => /** @type {[string, string]} */ ([d, nameOf("dimensions", d)]))], FORM.dimension, (dimension) => { FORM.dimension = dimension; drawFormRows(); }),
    choice(say("filter.known"), [["known", say("filter.known.known")], ["", say("filter.known.all")], ["unknown", say("filter.known.unknown")]], FORM.known, (known) => { FORM.known = known; drawFormRows(); }),
    choice(say("filter.where"), places.map((p) => /** @type {[string, string]} */ ([p.id, "　".repeat(Math.max(0, ancestry(p.id).length - 1)) + p.name])), FORM.place, (place) => { FORM.place = place; drawFormRows(); }));
  drawFormRows();
}

function drawFormRows() {
  const words = FORM.search.trim().toLowerCase();
  const row = POSITION.get(FORM.place) ?? 0;
  /** @param {{official?: Series, network?: Series, table?: Series}} pair */
  const known = (pair) => [pair.official, pair.network, pair.table].some((s) => s && s.value[row] !== null);
  const lines = DATA.indicators
    .filter((i) => (!FORM.dimension || i.dimension === FORM.dimension) && (!words || `${i.id} ${i.name[0]} ${i.name[1]}`.toLowerCase().includes(words)))
    .map((indicator) => ({ indicator, pairs: formRows(indicator, FORM.place) }))
    .filter(({ pairs }) => !FORM.known || pairs.some(known) === (FORM.known === "known"))
    .sort((a, b) => BANDS[FORM.by].indexOf(bandOf(a.indicator)) - BANDS[FORM.by].indexOf(bandOf(b.indicator)));
  fill(byId("form-status"), h("span", null, say("form.shown", { n: figure(lines.length), all: figure(DATA.indicators.length) })),
    h("button", { class: "quiet", type: "button", onclick: () => saveForm(lines) }, say("save.csv")));
  const head = ["form.id", "form.indicator", "form.official", "form.network", "form.gap", "form.threshold", "form.grade", "form.status"];
  let last = "";
  fill(byId("form-table"), h("table", { class: "stackable" },
    h("caption", null, say("form.caption", { place: (PLACES.get(FORM.place) || { name: "" }).name })),
    h("thead", null, h("tr", null, head.map((key) => h("th", { scope: "col", class: ["form.official", "form.network", "form.gap", "form.threshold"].includes(key) ? "r" : "" }, say(key))))),
    h("tbody", null, lines.flatMap(({ indicator, pairs }) => {
      const code = bandOf(indicator);
      const band = code === last ? [] : [h("tr", { class: "band" }, h("th", { scope: "rowgroup", colspan: head.length }, nameOf(FORM.by === "level" ? "indicator_levels" : "dimensions", code)))];
      last = code;
      return [...band, ...(pairs.length ? pairs.map((pair, i) => formLine(indicator, pair, i)) : [emptyLine(indicator)])];
    }))));
}

/** @param {Indicator} indicator */
const bandOf = (indicator) => (FORM.by === "level" ? indicator.level : indicator.dimension);

/** @param {Indicator} indicator */
function emptyLine(indicator) {
  return h("tr", null, h("td", { class: "soft small", "data-label": say("form.id") }, indicator.id), nameCell(indicator, "", 0), h("td", { class: "soft small wide", colspan: 6 }, nameOf("how", indicator.how), " — ", nameOf("classes", indicator.kind)));
}

/** @param {Indicator} indicator @param {string} about @param {number} i */
function nameCell(indicator, about, i) {
  return h("th", { scope: "row", class: "wide" },
    h("button", { class: i ? "num soft" : "num", type: "button", "aria-label": `${bi(indicator.name)} ${say("explain.ask")}`, onclick: () => explainIndicator(indicator.id) }, bi(indicator.name)),
    about ? h("span", { class: "range", style: "white-space:normal" }, about) : null);
}

/** @param {Indicator} indicator @param {{official?: Series, network?: Series, table?: Series}} pair @param {number} i */
function formLine(indicator, pair, i) {
  const row = POSITION.get(FORM.place) ?? 0;
  const main = /** @type {Series} */ (pair.network || pair.official || pair.table);
  const graded = [pair.official, pair.network, pair.table].find((s) => s && at(s.grade, row)) || main;
  const held = [pair.official, pair.network, pair.table].find((s) => s && at(s.threshold, row) !== null);
  const threshold = held ? at(held.threshold, row) : null;
  const grade = at(graded.grade, row);
  const both = pair.official && pair.network && pair.official.value[row] !== null && pair.network.value[row] !== null && indicator.percent;
  const reason = bi(DATA.texts[at(main.reason, row)]);
  const about = [bi(main.variant_name), main.group === "all" ? "" : nameOf("groups", main.group)].filter(Boolean).join(" · ");
  return h("tr", null,
    h("td", { class: "soft small", "data-label": say("form.id") }, indicator.id),
    nameCell(indicator, about, i),
    h("td", { class: "r", "data-label": say("form.official") }, reading(pair.official || pair.table, row)),
    h("td", { class: "r", "data-label": say("form.network") }, reading(pair.network, row)),
    h("td", { class: "r", "data-label": say("form.gap") }, both ? gapCell(/** @type {Series} */ (pair.official), /** @type {Series} */ (pair.network), row, threshold) : null),
    h("td", { class: "r", "data-label": say("form.threshold") }, threshold === null ? null : `${main.direction === "lower" ? "≤" : "≥"} ${figure(threshold, digitsFor(threshold))}`),
    h("td", { class: "nowrap", "data-label": say("form.grade") }, grade ? h("span", null, h("span", { class: "dots", "aria-hidden": "true" }, GRADE_DOTS[grade] || ""), nameOf("grades", grade)) : null),
    h("td", { "data-label": say("form.status") }, h("span", { title: reason }, chip(nameOf("statuses", at(main.status, row)), at(main.status, row) === "measured" ? "strong" : "dash")), " ", at(main.provisional, row) || indicator.provisional ? chip(say("form.provisional"), "dash") : null, main.value[row] === null && reason ? h("span", { class: "range", style: "white-space:normal" }, reason) : null));
}

/** @param {Series | undefined} series @param {number} row @returns {Child[]} */
function reading(series, row) {
  if (!series) return [];
  if (series.value[row] === null) return [h("span", { class: "soft" }, "—")];
  const range = interval(at(series.low, row), at(series.high, row), series.digits);
  return [num(series, FORM.place), range ? h("span", { class: "range" }, range) : null];
}

/** Official ○ and network ● on one line from 0 to 100, the threshold as a stroke. @param {Series} official @param {Series} network @param {number} row @param {Value} threshold */
function gapCell(official, network, row, threshold) {
  const [a, b] = [/** @type {number} */ (official.value[row]), /** @type {number} */ (network.value[row])];
  const x = (/** @type {number} */ v) => 6 + Math.min(100, Math.max(0, v)) * 0.88;
  const drawing = s("svg", { width: 100, height: 16, "aria-hidden": "true" },
    s("path", { d: "M6 8H94", stroke: "#c9d3d6", "stroke-width": 1 }),
    s("path", { d: `M${x(a)} 8H${x(b)}`, stroke: "#0c5a66", "stroke-width": 2 }),
    ...(threshold === null ? [] : [s("path", { d: `M${x(threshold)} 2V14`, stroke: "#16242a", "stroke-width": 1.5 })]),
    s("circle", { cx: x(a), cy: 8, r: 4.2, fill: "#fff", stroke: "#0c5a66", "stroke-width": 1.8 }),
    s("circle", { cx: x(b), cy: 8, r: 4.6, fill: "#0c5a66" }));
  return h("span", { style: "display:inline-grid;justify-items:end" }, drawing, h("span", { class: a - b > 20 ? "nowrap" : "soft nowrap" }, `${figure(a - b, 1)}${a - b > 20 ? " ▲" : ""}`));
}

/** @param {{indicator: Indicator, pairs: {official?: Series, network?: Series, table?: Series}[]}[]} lines */
function saveForm(lines) {
  const row = POSITION.get(FORM.place) ?? 0;
  const head = ["form.id", "form.indicator", "explain.method", "form.variant", "explain.group", "form.value", "form.unit", "form.low", "form.high", "form.threshold", "form.grade", "form.status"].map((key) => say(key));
  const rows = lines.flatMap(({ indicator, pairs }) => pairs.flatMap((pair) => [pair.official, pair.network, pair.table].flatMap((x) => (x ? [[indicator.id, bi(indicator.name), nameOf("methods", x.method), bi(x.variant_name), nameOf("groups", x.group), x.value[row] ?? "", bi(x.unit), at(x.low, row) ?? "", at(x.high, row) ?? "", at(x.threshold, row) ?? "", nameOf("grades", at(x.grade, row)), nameOf("statuses", at(x.status, row))]] : []))));
  saveCsv(`indicators-${DATA.meta.year}.csv`, [head, ...rows]);
}

PARTS.push(drawForm);
window.addEventListener("beforeprint", () => { FORM.known = ""; drawFormRows(); });
window.addEventListener("afterprint", () => { FORM.known = "known"; drawFormRows(); });
