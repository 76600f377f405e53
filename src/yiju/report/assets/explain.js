// @ts-check
// The panel that answers "where does this number come from?": definition, clause, formula, inputs, function, status.

const PANEL = /** @type {HTMLDialogElement} */ (byId("panel"));
/** What the panel shows, so that it can be shown again in the other language. @type {(() => Child[]) | null} */
let SHOWN = null;

/** @param {() => Child[]} make @param {string} hash */
function openPanel(make, hash) {
  SHOWN = make;
  drawPanel();
  if (!PANEL.open) PANEL.showModal();
  byId("panel-inside").scrollTop = 0;
  setRoute(hash);
}

function drawPanel() {
  if (SHOWN) fill(byId("panel-body"), SHOWN());
}

PANEL.addEventListener("close", () => {
  SHOWN = null;
  setRoute("");
});
PANEL.addEventListener("click", (event) => {
  if (event.target === PANEL) PANEL.close();
});
byId("panel-close").addEventListener("click", () => PANEL.close());
PARTS.push(drawPanel);

/** A number that can be asked where it comes from. @param {Series | undefined} series @param {string} place @param {boolean} [bare] without unit */
function num(series, place, bare = false) {
  const row = series ? POSITION.get(place) : undefined;
  if (!series || row === undefined) return h("span", { class: "soft" }, "—");
  const indicator = /** @type {Indicator} */ (INDICATORS.get(series.indicator));
  const value = series.value[row];
  const words = value === null ? say("status.none") : bare ? figure(value, series.digits) : withUnit(series, value);
  const label = `${bi(indicator.name)} ${words} ${say("explain.ask")}`;
  return h("button", { class: value === null ? "num soft" : "num", type: "button", "aria-label": label, onclick: () => explainNumber(series, place) }, words);
}

/** @param {Series} series @param {string} place */
function explainNumber(series, place) {
  const hash = ["number", seriesKey(series.indicator, series.method, series.variant, series.group, series.level), place].join("/");
  openPanel(() => numberPage(series, place), hash);
}

/** @param {Series} series @param {string} place @returns {Child[]} */
function numberPage(series, place) {
  const indicator = /** @type {Indicator} */ (INDICATORS.get(series.indicator));
  const row = /** @type {number} */ (POSITION.get(place));
  const value = series.value[row];
  const range = interval(at(series.low, row), at(series.high, row), series.digits);
  const numerator = at(series.numerator, row);
  const denominator = at(series.denominator, row);
  const counted = at(series.n, row);
  const reason = bi(DATA.texts[at(series.reason, row)]);
  const clause = bi(DATA.texts[at(series.source, row)]);
  const grade = at(series.grade, row);
  const threshold = at(series.threshold, row);
  const status = at(series.status, row);
  return [
    h("p", { class: "soft small" }, ancestry(place).map((p) => p.name).join(" › ")),
    h("h2", { id: "panel-title" }, `${bi(indicator.name)} `, h("span", { class: "soft small nowrap" }, indicator.id)),
    h("p", { class: "huge" }, value === null ? "—" : figure(value, series.digits), h("small", null, bi(series.unit))),
    h("p", null, chip(nameOf("statuses", status), status === "measured" ? "strong" : "dash"), " ",
      at(series.provisional, row) ? chip(say("form.provisional"), "dash") : null, " ",
      grade ? chip(`${gradeWords(grade)}`, isBad(grade) ? "alert" : "strong") : null),
    reason ? h("p", { class: "notice small", style: "margin:16px 0 0" }, reason) : null,
    definitions([
      ["explain.status", say(`status.about.${status.replace(/ /g, "_")}`)],
      ["explain.method", `${nameOf("methods", series.method)}${variantWords(series)}`],
      ["explain.group", nameOf("groups", series.group)],
      ["explain.interval", range && `${range} ${bi(series.unit)}`],
      ["explain.fraction", numerator !== null && denominator !== null ? `${figure(numerator, digitsFor(numerator))} ÷ ${figure(denominator, digitsFor(denominator))}` : ""],
      ["explain.n", counted !== null ? figure(counted, digitsFor(counted)) : ""],
      ["explain.threshold", threshold !== null ? `${figure(threshold, digitsFor(threshold))} ${bi(series.unit)}` : ""],
      ["explain.clause", clause],
      ["explain.edition", series.edition],
    ]),
    ...definitionOf(indicator),
    ...alikes(series, place),
    ...needsFrom(series.indicator, place),
    h("h3", null, say("explain.again")),
    h("p", { class: "small soft" }, say("explain.again.about")),
    h("p", null, h("code", null, `yiju explain ${DATA.meta.folder} ${indicator.id} --place ${place}`)),
  ];
}

/** @param {Value} value */
const digitsFor = (value) => (value === null || Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** Which reading of its parameters a series is, with a dot before it. @param {Series} series */
const variantWords = (series) => (bi(series.variant_name) ? ` · ${bi(series.variant_name)}` : "");

/** @param {[string, Child][]} rows */
function definitions(rows) {
  return h("dl", { class: "def" }, rows.filter(([, words]) => words !== "" && words !== null && words !== undefined).flatMap(([key, words]) => [h("dt", null, say(key)), h("dd", null, words)]));
}

/** @param {Indicator} indicator @returns {Child[]} */
function definitionOf(indicator) {
  return [
    h("h3", null, say("explain.definition")),
    definitions([
      ["explain.formula", bi(indicator.formula)],
      ["explain.rule", bi(indicator.standards)],
      ["explain.direction", nameOf("directions", indicator.direction)],
      ["explain.dimension", nameOf("dimensions", indicator.dimension)],
      ["explain.level", nameOf("indicator_levels", indicator.level)],
      ["explain.source", bi(indicator.source)],
      ["explain.certainty", nameOf("tags", indicator.tag)],
      ["explain.class", `${indicator.kind}  ${nameOf("classes", indicator.kind)}`],
      ["explain.how", nameOf("how", indicator.how)],
      ["explain.inputs", bi(indicator.inputs)],
      ["explain.function", indicator.function ? h("code", null, indicator.function) : ""],
      ["explain.body", bi(indicator.body)],
      ["explain.caveat", bi(indicator.caveat)],
    ]),
  ];
}

/** The same indicator for other groups and by other methods at this place. @param {Series} series @param {string} place @returns {Child[]} */
function alikes(series, place) {
  const row = /** @type {number} */ (POSITION.get(place));
  const others = (SERIES_OF.get(series.indicator) || []).filter((other) => other.level === series.level && other.value[row] !== null && other.value[row] !== undefined);
  if (others.length < 2) return [];
  const indicator = /** @type {Indicator} */ (INDICATORS.get(series.indicator));
  const same = others.filter((other) => bi(other.unit) === bi(series.unit));
  const top = indicator.percent ? 100 : Math.max(...same.map((other) => Math.abs(/** @type {number} */ (other.value[row]))), 1e-9);
  return [
    h("h3", null, say("explain.alike")),
    h("div", { class: "bars" }, others.flatMap((other) => {
      const value = /** @type {number} */ (other.value[row]);
      const threshold = at(other.threshold, row);
      const track = bi(other.unit) === bi(series.unit) ? h("span", { class: "track", "aria-hidden": "true" },
        h("i", { style: `width:${Math.min(100, (Math.abs(value) / top) * 100).toFixed(1)}%` }),
        threshold !== null && threshold <= top ? h("u", { style: `left:${((threshold / top) * 100).toFixed(1)}%`, title: say("explain.threshold") }) : null) : h("span");
      return [h("span", null, `${nameOf("groups", other.group)} · ${nameOf("methods", other.method)}${variantWords(other)}`), track,
        h("span", { class: "r" }, other === series ? h("b", null, withUnit(other, value)) : num(other, place))];
    })),
  ];
}

/** @param {string} indicator @param {string} place @returns {Child[]} */
function needsFrom(indicator, place) {
  const raised = LEDGER_ROWS.filter((need) => (need.indicator === indicator || need.evidence.some((ground) => ground[1] >= 0 && DATA.series[ground[1]].indicator === indicator)) && lies(need.place, place));
  if (!raised.length) return [];
  return [
    h("h3", null, say("explain.needs", { n: figure(raised.length) })),
    h("ol", { class: "plain" }, raised.slice(0, 8).map((need) => h("li", { style: "padding:6px 0" }, h("button", { class: "link", type: "button", onclick: () => explainNeed(need.id) }, bi(need.sentence))))),
  ];
}

/** @param {string} id */
function explainIndicator(id) {
  const indicator = /** @type {Indicator} */ (INDICATORS.get(id));
  openPanel(() => [h("p", { class: "soft small" }, say("explain.indicator")), h("h2", { id: "panel-title" }, `${bi(indicator.name)} `, h("span", { class: "soft small nowrap" }, indicator.id)), ...definitionOf(indicator)], `indicator/${id}`);
}

/** @param {string} id */
function explainNeed(id) {
  const need = /** @type {Need} */ (NEEDS.get(id));
  openPanel(() => needPage(need), `need/${id}`);
}

/** @param {Need} need @returns {Child[]} */
function needPage(need) {
  const service = DATA.services[need.service];
  const answers = sitesThatAnswer(need.id);
  return [
    h("p", { class: "soft small" }, `${say("need.id")} ${need.id} · ${say("need.rank", { n: figure(need.rank) })}`),
    h("h2", { id: "panel-title" }, bi(need.sentence)),
    definitions([
      ["need.group", nameOf("groups", need.group)],
      ["need.place", h("button", { class: "link", type: "button", onclick: () => { PANEL.close(); choosePlace(need.place, true); } }, ancestry(need.place).map((p) => p.name).join(" › "))],
      ["need.service", bi(service && service.name)],
      ["need.step", `${nameOf("steps", need.step)} — ${say(`step.about.${need.step}`)}`],
      ["need.people", need.people === null ? say("need.people.unknown") : figure(Math.round(need.people))],
      ["need.share", need.share === null ? "" : figure(need.share * 100, 1) + "%"],
      ["need.shortfall", bi(DATA.texts[need.shortfall])],
      ["need.class", `${nameOf("service_classes", need.service_class)} — ${say(`class.about.${need.service_class}`)}`],
      ["need.instrument", nameOf("instruments", need.instrument)],
      ["need.lead", nameOf("units", need.lead)],
      ["need.joint", need.joint.map((unit) => nameOf("units", unit)).join(LANG === "zh" ? "、" : ", ")],
      ["need.deadline", nameOf("deadlines", need.deadline) + (need.reason ? ` (${nameOf("reasons", need.reason)})` : "")],
      ["need.advice", bi(DATA.texts[need.advice])],
      ["plans.measure", answers.length ? h("span", null, answers) : ""],
      ["need.first", String(need.first_year)],
      ["need.status", nameOf("need_statuses", need.status)],
      ["need.standard", service ? service.source + (service.provisional ? ` (${say("form.provisional")})` : "") : ""],
    ]),
    h("h3", null, say("need.evidence")),
    h("table", { class: "grounds" }, h("tbody", null, need.evidence.map((ground) => groundRow(need, ground)))),
    h("h3", null, say("explain.again")),
    h("p", null, h("code", null, `yiju explain ${DATA.meta.folder} ${need.id}`)),
  ];
}

/** One ground of a need as a row: its role, what was observed, the number and the standard. @param {Need} need @param {Ground} ground */
function groundRow(need, [role, number, standard, name, value]) {
  const series = number >= 0 ? DATA.series[number] : undefined;
  const about = series ? `${bi((INDICATORS.get(series.indicator) || { name: null }).name)} · ${nameOf("groups", series.group)} · ${nameOf("methods", series.method)}${variantWords(series)}` : bi(DATA.texts[name]) || bi(DATA.services[need.service].name);
  const held = standard === null || standard === undefined ? "" : say("need.held", { n: figure(standard, digitsFor(standard)) });
  return h("tr", null, h("td", null, chip(say(`evidence.${role}`), role === "raises" ? "alert" : "")), h("th", { scope: "row" }, about, held ? h("span", { class: "range" }, held) : null), h("td", { class: "r" }, series ? num(series, need.place) : h("b", null, value === null || value === undefined ? "" : figure(value, digitsFor(value)))));
}

/** Which indicators are in a state of the data. @param {Trust["parts"][number]} part */
function explainPart(part) {
  const members = DATA.indicators.filter((indicator) => DATA.trust.states[indicator.id] === part.key);
  openPanel(() => [
    h("p", { class: "soft small" }, say("trust.title")),
    h("h2", { id: "panel-title" }, `${bi(part.name)} (${figure(part.count)})`),
    h("p", { style: "margin:8px 0 16px" }, bi(part.about)),
    h("table", { class: "grounds" }, h("tbody", null, members.map((indicator) => h("tr", null, h("td", { class: "soft small" }, indicator.id), h("th", { scope: "row" }, h("button", { class: "link", type: "button", onclick: () => explainIndicator(indicator.id) }, bi(indicator.name))), h("td", { class: "soft small" }, nameOf("dimensions", indicator.dimension)))))),
  ], "");
}

/** How one of the four counts is counted. @param {string} key */
function explainCount(key) {
  openPanel(() => [
    h("p", { class: "soft small" }, say("counts.title")),
    h("h2", { id: "panel-title" }, say(`counts.${key}`)),
    definitions([["explain.formula", say(`counts.how.${key}`)], ["explain.function", h("code", null, "yiju.needs.ladder:ladder")], ["explain.inputs", h("code", null, `checkups/${DATA.meta.year}/needs.parquet`)]]),
    h("p", { style: "margin-top:20px" }, h("button", { class: "quiet", type: "button", onclick: () => showLedger({ status: key === "raised" ? "closed" : key === "recognised" ? "" : "open" }) }, say("sheet.needs.all"))),
  ], "");
}
