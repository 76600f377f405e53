// @ts-check
// The first screen: how complete the data are, the sentence of the ledger as four counts, the six goals.

/** Fills of the parts of the stacked bar: lightness and pattern, never colour alone. @type {Record<string, string>} */
const PART_FILL = {
  measured: "#0c5a66",
  modelled: "#5f9aa3",
  screening: "repeating-linear-gradient(45deg,#5f9aa3 0 3px,#fff 3px 7px)",
  table: "#c9d6d8",
  store: "repeating-linear-gradient(90deg,#8b989c 0 1px,#fff 1px 6px)",
  pending: "#fff",
};

function drawTrust() {
  const { parts, total, notes, layers } = DATA.trust;
  const shown = parts.filter((part) => part.count > 0);
  fill(byId("trust-body"),
    h("p", { class: "small", style: "margin:20px 0 8px" }, h("b", null, say("trust.stack", { n: figure(total) }))),
    h("div", { class: "stack", role: "img", "aria-label": shown.map((p) => `${bi(p.name)} ${p.count}`).join(", ") },
      shown.map((part) => h("span", { style: `flex:${part.count};background:${PART_FILL[part.key]}` }))),
    h("ul", { class: "keys" }, shown.map((part) => h("li", null, h("i", { class: "swatch", style: `background:${PART_FILL[part.key]}` }), h("span", null, h("b", null, h("button", { class: "num", type: "button", "aria-label": `${bi(part.name)} ${part.count} ${say("explain.ask")}`, onclick: () => explainPart(part) }, figure(part.count))), bi(part.name), h("br"), bi(part.about))))),
    notes.length ? h("div", { class: "notice" }, h("h3", null, say("trust.read")), h("ul", null, notes.map((note) => h("li", null, bi(note))))) : null);
  fill(byId("layers-body"), layers.length ? layerTable(layers) : h("p", { class: "soft" }, say("trust.layers.none")));
}

/** @param {Layer[]} layers */
function layerTable(layers) {
  const head = ["layer", "status", "found", "expected", "share", "peers"];
  return h("div", { class: "scroll" }, h("table", { class: "stackable" },
    h("caption", null, say("trust.layers.caption")),
    h("thead", null, h("tr", null, head.map((key) => h("th", { scope: "col", class: ["found", "expected", "share", "peers"].includes(key) ? "r" : "" }, say(`trust.${key}`))))),
    h("tbody", null, layers.map((layer) => h("tr", null,
      h("th", { scope: "row", class: "wide" }, bi(DATA.services[layer.service].name)),
      h("td", { "data-label": say("trust.status") }, chip(bi(layer.verdict), layer.trusted ? "strong" : "dash")),
      h("td", { class: "r", "data-label": say("trust.found") }, figure(layer.found)),
      h("td", { class: "r", "data-label": say("trust.expected") }, figure(layer.due)),
      h("td", { class: "r", "data-label": say("trust.share") }, layer.share === null ? "—" : figure(layer.share * 100) + "%"),
      h("td", { class: "r", "data-label": say("trust.peers") }, layer.peers === null ? "—" : figure(layer.peers * 100) + "%"))))));
}

function drawCounts() {
  const counts = DATA.counts;
  const classes = Object.entries(counts.by_class).filter(([, n]) => n > 0).map(([code, n]) => `${nameOf("service_classes", code)} ${figure(n)}`).join(" · ");
  const cards = [
    ["recognised", counts.recognised, !counts.recognised ? say("counts.recognised.nothing") : counts.people === null ? say("counts.recognised.weights", { open: figure(counts.open) }) : say("counts.recognised.about", { open: figure(counts.open), people: figure(Math.round(counts.people)) })],
    ["matched", counts.matched, classes || say("counts.matched.none")],
    ["acting", counts.acting, counts.acting === null ? say("counts.acting.none") : say("counts.acting.about")],
    ["raised", counts.raised, counts.raised === null ? say("counts.raised.none") : say("counts.raised.about")],
  ];
  fill(byId("counts"), cards.map(([key, value, about]) => h("li", null,
    h("p", { class: "name" }, say(`counts.${key}`)),
    h("p", { class: value === null ? "figure none" : "figure" }, h("button", { class: "num", type: "button", "aria-label": `${say(`counts.${key}`)} ${figure(/** @type {Value} */ (value))} ${say("explain.ask")}`, onclick: () => explainCount(String(key)) }, figure(/** @type {Value} */ (value)))),
    h("p", { class: "note" }, about))));
  const steps = Object.keys(counts.ladder);
  const columns = Object.keys(counts.by_class);
  const most = Math.max(1, ...steps.map((step) => sumOf(counts.ladder[step])));
  fill(byId("ladder"), steps.map((step, i) => h("li", null,
    h("p", { class: "name" }, h("span", { class: "soft" }, `${i + 1}　`), h("b", null, nameOf("steps", step))),
    h("p", { class: "figure" }, figure(sumOf(counts.ladder[step]))),
    h("span", { class: "level", "aria-hidden": "true" }, h("i", { style: `width:${((sumOf(counts.ladder[step]) / most) * 100).toFixed(1)}%` })),
    h("p", { class: "note" }, say(`step.about.${step}`)),
    h("ul", null, columns.map((code) => h("li", null, h("span", null, nameOf("service_classes", code)), ladderCell(step, code, counts.ladder[step][code] || 0)))))));
  fill(byId("pressing"), h("h3", null, say("pressing.title")), h("ol", { class: "plain" }, LEDGER_ROWS.filter((n) => n.status === "open").slice(0, 5).map((need) => h("li", null, h("button", { class: "link", type: "button", onclick: () => explainNeed(need.id) }, bi(need.sentence))))));
  byId("pressing").hidden = !counts.open;
  byId("ladder-part").hidden = !counts.open;
}

/** @param {Record<string, number>} counted */
const sumOf = (counted) => Object.values(counted).reduce((all, n) => all + n, 0);

/** @param {string} step @param {string} service_class @param {number} n */
function ladderCell(step, service_class, n) {
  if (!n) return h("span", { class: "soft" }, "0");
  return h("button", { class: "num", type: "button", "aria-label": `${nameOf("steps", step)} ${nameOf("service_classes", service_class)} ${n}`, onclick: () => showLedger({ step, service_class }) }, figure(n));
}

/** The overall grade by each profile, with its reason where it cannot be given. */
function overallLine() {
  const city = (BY_LEVEL.get("city") || [])[0];
  return DATA.overall.map((item) => {
    const series = SERIES.get(seriesKey(item.indicator, item.method, item.variant, item.group, item.level));
    return h("li", null, h("b", null, series ? bi(series.variant_name) : ""), "　", item.grade ? h("span", { class: "verdict" }, nameOf("grades", item.grade)) : null, " ", num(series, city.id), " ", h("span", { class: "soft small" }, bi(item.about)));
  });
}

function drawDimensions() {
  fill(byId("overall"), h("h3", null, say("dims.overall")), h("ul", null, overallLine()), h("p", { class: "small soft" }, say("dims.overall.about")));
  byId("overall").hidden = !DATA.overall.length;
  fill(byId("dims"), DATA.dimensions.map((dimension) => h("li", null,
    h("h3", null, nameOf("dimensions", dimension.code), h("small", null, say("dims.measured", { n: dimension.measured, all: dimension.total }))),
    dimension.worst || dimension.best || dimension.whom ? h("dl", null,
      ranked("dims.best", dimension.best), ranked("dims.worst", dimension.worst), ranked("dims.whom", dimension.whom), ranked("dims.where", dimension.where)) : null,
    !dimension.worst && !dimension.best ? h("p", { class: "quietly" }, say(dimension.measured ? "dims.unranked" : "dims.none")) : null,
    dimension.screening ? h("p", { class: "quietly" }, say("dims.screening", { n: dimension.screening })) : null)));
}

/** @param {string} key @param {Ranked | null} item @returns {Child[]} */
function ranked(key, item) {
  if (!item) return [];
  const series = SERIES.get(seriesKey(item.indicator, item.method, item.variant, item.group, item.level));
  const indicator = /** @type {Indicator} */ (INDICATORS.get(item.indicator));
  const lead = key === "dims.where" ? `${(PLACES.get(item.place) || { name: "" }).name}　` : key === "dims.whom" ? `${nameOf("groups", item.group)}　` : "";
  return [h("dt", null, say(key)), h("dd", null, lead ? h("b", null, lead) : null, `${bi(indicator.name)} `, num(series, item.place), item.grade ? [" ", chip(gradeWords(item.grade), isBad(item.grade) ? "alert" : "")] : null, bi(item.about) ? h("span", { class: "range" }, bi(item.about)) : null)];
}

PARTS.push(drawTrust, drawCounts, drawDimensions);
