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
    notes.length ? h("div", { class: "notice" }, h("h3", null, say("trust.read")), h("ul", null, notes.map((note) => h("li", null, bi(note))))) : null,
    h("h3", { style: "margin-bottom:12px" }, say("trust.stack", { n: figure(total) })),
    h("div", { class: "stack", role: "img", "aria-label": shown.map((p) => `${bi(p.name)} ${p.count}`).join(", ") },
      shown.map((part) => h("span", { style: `flex:${part.count};background:${PART_FILL[part.key]}` }))),
    h("ul", { class: "keys" }, shown.map((part) => h("li", null, h("i", { class: "swatch", style: `background:${PART_FILL[part.key]}` }), h("span", null, h("b", null, figure(part.count)), bi(part.name), " — ", bi(part.about))))),
    layers.length ? h("details", { open: layers.length <= 8 }, h("summary", null, say("trust.layers")), layerTable(layers)) : null);
}

/** @param {Layer[]} layers */
function layerTable(layers) {
  const head = ["layer", "status", "found", "expected", "share"];
  return h("div", { class: "scroll", style: "margin-top:12px" }, h("table", { class: "stackable" },
    h("caption", null, say("trust.layers.caption")),
    h("thead", null, h("tr", null, head.map((key) => h("th", { scope: "col", class: ["found", "expected", "share"].includes(key) ? "r" : "" }, say(`trust.${key}`))))),
    h("tbody", null, layers.map((layer) => h("tr", null,
      h("th", { scope: "row", class: "wide" }, bi(DATA.services[layer.service].name)),
      h("td", { "data-label": say("trust.status") }, chip(nameOf("layers", layer.status), layer.status === "screening" || layer.status === "empty" ? "dash" : "strong")),
      h("td", { class: "r", "data-label": say("trust.found") }, figure(layer.found)),
      h("td", { class: "r", "data-label": say("trust.expected") }, figure(layer.due)),
      h("td", { class: "r", "data-label": say("trust.share") }, layer.share === null ? "—" : figure(layer.share * 100) + "%"))))));
}

function drawCounts() {
  const counts = DATA.counts;
  const classes = Object.entries(counts.by_class).filter(([, n]) => n > 0).map(([code, n]) => `${nameOf("service_classes", code)} ${figure(n)}`).join(" · ");
  const cards = [
    ["recognised", counts.recognised, counts.people === null ? say("counts.recognised.weights", { open: figure(counts.open) }) : say("counts.recognised.about", { open: figure(counts.open), people: figure(Math.round(counts.people)) })],
    ["matched", counts.matched, classes || say("counts.matched.none")],
    ["acting", counts.acting, counts.acting === null ? say("counts.acting.none") : say("counts.acting.about")],
    ["raised", counts.raised, counts.raised === null ? say("counts.raised.none") : say("counts.raised.about")],
  ];
  fill(byId("counts"), cards.map(([key, value, about]) => h("li", null,
    h("p", { class: "name" }, say(`counts.${key}`)),
    h("p", { class: value === null ? "figure none" : "figure" }, figure(/** @type {Value} */ (value))),
    h("p", null, about))));
  const steps = Object.keys(counts.ladder);
  const columns = Object.keys(counts.by_class);
  fill(byId("ladder"),
    h("div", { class: "scroll" }, h("table", null,
      h("caption", null, say("ladder.caption")),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, say("ladder.step")), columns.map((code) => h("th", { scope: "col", class: "r" }, nameOf("service_classes", code))), h("th", { scope: "col", class: "r" }, say("ladder.sum")))),
      h("tbody", null, steps.map((step) => {
        const sum = columns.reduce((all, code) => all + (counts.ladder[step][code] || 0), 0);
        return h("tr", null, h("th", { scope: "row" }, nameOf("steps", step)), columns.map((code) => h("td", { class: "r" }, ladderCell(step, code, counts.ladder[step][code] || 0))), h("td", { class: "r" }, h("b", null, figure(sum))));
      })))),
    h("div", { class: "small soft" }, steps.map((step) => h("p", { style: "margin-bottom:8px" }, h("b", { style: "color:var(--ink)" }, nameOf("steps", step)), "　", say(`step.about.${step}`)))));
}

/** @param {string} step @param {string} service_class @param {number} n */
function ladderCell(step, service_class, n) {
  if (!n) return h("span", { class: "soft" }, "0");
  return h("button", { class: "num", type: "button", "aria-label": `${nameOf("steps", step)} ${nameOf("service_classes", service_class)} ${n}`, onclick: () => showLedger({ step, service_class }) }, figure(n));
}

function drawDimensions() {
  fill(byId("dims"), DATA.dimensions.map((dimension) => h("li", null,
    h("h4", null, nameOf("dimensions", dimension.code), h("small", null, say("dims.measured", { n: dimension.measured, all: dimension.total }))),
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
  return [h("dt", null, say(key)), h("dd", null, lead ? h("b", null, lead) : null, `${bi(indicator.name)} `, num(series, item.place), item.grade ? [" ", chip(`${GRADE_DOTS[item.grade]} ${nameOf("grades", item.grade)}`)] : null, bi(item.about) ? h("span", { class: "range" }, bi(item.about)) : null)];
}

PARTS.push(drawTrust, drawCounts, drawDimensions);
