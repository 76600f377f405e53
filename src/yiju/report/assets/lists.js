// @ts-check
// The official lists as they are filed, the Lorenz curves, and what changed since an earlier year.

const LISTS = { key: DATA.lists.length ? DATA.lists[0].key : "", shown: PAGE.first };
const CHANGES = { numbers: PAGE.first, needs: PAGE.first };

function drawLists() {
  const chosen = DATA.lists.find((list) => list.key === LISTS.key);
  fill(byId("list-tabs"), DATA.lists.map((list) => h("button", { class: "quiet", type: "button", role: "tab", id: `tab-${list.key}`, "aria-controls": "list-table", "aria-selected": String(list.key === LISTS.key), tabindex: list.key === LISTS.key ? 0 : -1, onclick: () => { LISTS.key = list.key; LISTS.shown = PAGE.first; drawLists(); byId(`tab-${list.key}`).focus(); } }, `${bi(list.title)} (${figure(list.needs.length)})`)));
  if (!chosen) return fill(byId("list-table"), h("p", { class: "soft" }, say("ledger.empty")));
  byId("list-table").setAttribute("aria-labelledby", `tab-${chosen.key}`);
  const numeric = chosen.columns.map((column) => column.kind === "number");
  // long columns may break, short ones stay on one line
  const wide = chosen.columns.map((column, i) => column.kind === "sentence" || chosen.needs.some((_, row) => String(cellWords(chosen, row, i)).length > (LANG === "zh" ? 14 : 22)));
  fill(byId("list-table"),
    h("div", { class: "status" }, h("span", null, say(`lists.about.${chosen.key}`)), h("button", { class: "quiet", type: "button", onclick: () => saveCsv(`${chosen.key}-${DATA.meta.year}.csv`, [chosen.columns.map((c) => bi(c.name)), ...chosen.needs.map((_, row) => chosen.columns.map((_, i) => cellWords(chosen, row, i)))]) }, say("save.csv"))),
    h("div", { class: "scroll" }, h("table", { class: "stackable small" },
      h("caption", null, bi(chosen.title)),
      h("thead", null, h("tr", null, chosen.columns.map((column, i) => h("th", { scope: "col", class: numeric[i] ? "r" : "" }, bi(column.name))))),
      h("tbody", null, chosen.needs.slice(0, LISTS.shown).map((_, row) => h("tr", null, chosen.columns.map((column, i) => h("td", { class: numeric[i] ? "r" : wide[i] ? "wide" : "nowrap", "data-label": bi(column.name) }, listCell(chosen, row, i)))))))),
    moreButton(LISTS.shown, chosen.needs.length, () => { LISTS.shown += PAGE.more; drawLists(); }));
}
byId("list-tabs").addEventListener("keydown", (event) => {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (!step) return;
  const i = DATA.lists.findIndex((list) => list.key === LISTS.key);
  byId(`tab-${DATA.lists[(i + step + DATA.lists.length) % DATA.lists.length].key}`).click();
});

/** What a cell says: a need's id or sentence, a shared text, or itself. @param {List} list @param {number} row @param {number} i @returns {string | number} */
function cellWords(list, row, i) {
  const { kind, cells } = list.columns[i];
  const need = LEDGER_ROWS[list.needs[row]];
  if (kind === "need") return need.id;
  if (kind === "sentence") return bi(need.sentence);
  const cell = cells ? coded(cells, row) : null;
  if (cell === null || cell === undefined) return "";
  return kind === "text" && typeof cell === "number" ? bi(DATA.texts[cell]) : cell;
}

/** @param {List} list @param {number} row @param {number} i @returns {Child} */
function listCell(list, row, i) {
  const words = cellWords(list, row, i);
  if (list.columns[i].kind === "need") return h("button", { class: "link nowrap", type: "button", onclick: () => explainNeed(String(words)) }, words);
  return list.columns[i].kind === "number" && typeof words === "number" ? figure(words, digitsFor(words)) : words;
}

function drawEquity() {
  fill(byId("curves"), DATA.curves.length ? DATA.curves.map((curve) => h("figure", null,
    h("figcaption", null, h("b", null, bi(curve.title)), bi(curve.about), h("span", { style: "display:block;color:var(--ink)" }, say("equity.gini"), " ", num(giniOf(curve), ((BY_LEVEL.get("city") || [])[0] || { id: "" }).id), " ", chip(nameOf("statuses", curve.status), curve.status === "measured" ? "strong" : "dash"))),
    lorenz(curve))) : h("p", { class: "soft" }, say("equity.none")));
  const rows = DATA.series.filter((series) => series.level === "city" && /^Q\d/.test(series.indicator) && series.value[0] !== null);
  const city = (BY_LEVEL.get("city") || [])[0];
  fill(byId("equity-table"), rows.length ? h("div", { class: "scroll" }, h("table", { class: "stackable" },
    h("caption", null, say("equity.caption")),
    h("thead", null, h("tr", null, ["form.id", "form.indicator", "equity.of", "explain.group", "form.value", "form.status"].map((key) => h("th", { scope: "col", class: key === "form.value" ? "r" : "" }, say(key))))),
    h("tbody", null, rows.map((series) => h("tr", null,
      h("td", { class: "soft small", "data-label": say("form.id") }, series.indicator),
      h("th", { scope: "row", class: "wide" }, bi((INDICATORS.get(series.indicator) || { name: null }).name)),
      h("td", { "data-label": say("equity.of") }, bi(series.variant_name) || "—"),
      h("td", { "data-label": say("explain.group") }, nameOf("groups", series.group)),
      h("td", { class: "r", "data-label": say("form.value") }, num(series, city.id)),
      h("td", { "data-label": say("form.status") }, chip(nameOf("statuses", at(series.status, 0)), at(series.status, 0) === "measured" ? "strong" : "dash"))))))) : null);
}

/** The Gini coefficient that the check-up gives for a curve. @param {Curve} curve */
const giniOf = (curve) => SERIES.get(seriesKey("Q01", "network", curve.variant, "all", "city"));

/** @param {Curve} curve */
function lorenz(curve) {
  const side = 260;
  const x = (/** @type {number} */ v) => 34 + v * side;
  const y = (/** @type {number} */ v) => 12 + (1 - v) * side;
  const line = curve.x.map((v, i) => `${i ? "L" : "M"}${x(v).toFixed(1)} ${y(curve.y[i]).toFixed(1)}`).join("");
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const half = curve.y[curve.x.findIndex((v) => v >= 0.5)];
  return s("svg", { viewBox: "0 0 310 316", role: "img", "aria-label": `${bi(curve.title)}. ${say("equity.half", { share: figure(half * 100, 0) })}` },
    ...ticks.flatMap((v) => [s("path", { d: `M${x(v)} ${y(0)}V${y(1)}M${x(0)} ${y(v)}H${x(1)}`, stroke: "#e8edee" }), s("text", { x: x(v), y: y(0) + 16, "font-size": 11, fill: "#4d5d64", "text-anchor": "middle" }, `${v * 100}`), s("text", { x: x(0) - 6, y: y(v) + 4, "font-size": 11, fill: "#4d5d64", "text-anchor": "end" }, `${v * 100}`)]),
    s("path", { d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}`, stroke: "#4d5d64", "stroke-dasharray": "4 4", fill: "none" }),
    s("path", { d: `${line}L${x(1)} ${y(1)}Z`, fill: "#e1eef0" }),
    s("path", { d: line, stroke: "#0c5a66", "stroke-width": 2.4, fill: "none" }),
    s("text", { x: x(0.5), y: 312, "font-size": 12, fill: "#4d5d64", "text-anchor": "middle" }, say("equity.x")),
    s("text", { x: x(0.04), y: y(0.93), "font-size": 12, fill: "#4d5d64" }, say("equity.y")));
}

function drawChange() {
  const change = DATA.change;
  if (!change) return;
  fill(byId("change-body"),
    h("ul", { class: "counts", style: "margin-bottom:32px" }, Object.entries(change.fates).map(([fate, n]) => h("li", null, h("p", { class: "name" }, nameOf("fates", fate)), h("p", { class: "figure" }, figure(n)), h("p", { class: "note" }, say("change.fates"))))),
    change.inputs.length ? h("div", { class: "notice" }, h("h3", null, say("change.inputs")), h("ul", null, change.inputs.map((words) => h("li", null, bi(words))))) : null,
    rateTable(change), numberTable(change), fateTable(change));
}

/** @param {Change} change */
function rateTable(change) {
  if (!change.rates.some(([, percent]) => percent !== null)) return null;
  return h("p", { style: "margin-bottom:24px" }, say("change.rates"), " ", change.rates.filter(([, percent]) => percent !== null).map(([key, percent, closed, of]) => `${key === "all" ? say("filter.all") : nameOf("deadlines", key)} ${figure(percent, 1)}% (${closed}/${of})`).join(" · "));
}

/** @param {Change} change */
function numberTable(change) {
  if (!change.numbers.length) return null;
  const sign = (/** @type {number} */ v) => (v > 0 ? "+" : v < 0 ? "−" : "");
  return h("div", { class: "scroll" }, h("table", { class: "stackable" },
    h("caption", null, say("change.caption", { a: change.earlier, b: change.year })),
    h("thead", null, h("tr", null, [say("form.indicator"), String(change.earlier), String(change.year), say("change.change"), say("change.why")].map((words, i) => h("th", { scope: "col", class: i > 0 && i < 4 ? "r" : "" }, words)))),
    h("tbody", null, change.numbers.slice(0, CHANGES.numbers).map((row) => h("tr", null,
      h("th", { scope: "row", class: "wide" }, bi(row.name), h("span", { class: "range", style: "white-space:normal" }, bi(row.about))),
      h("td", { class: "r", "data-label": change.earlier }, figure(row.before, row.digits)),
      h("td", { class: "r", "data-label": change.year }, changedTo(row), " ", h("span", { class: "unit" }, bi(row.unit))),
      h("td", { class: "r", "data-label": say("change.change") }, row.change === null ? "—" : sign(row.change) + figure(Math.abs(row.change), row.digits), row.better === null || row.kind !== "changed" ? "" : row.better ? " ▲" : " ▽"),
      h("td", { "data-label": say("change.why") }, chip(nameOf("kinds", row.kind), row.kind === "changed" ? "strong" : "dash"), " ", h("span", { class: "small soft" }, bi(row.why))))))),
    moreButton(CHANGES.numbers, change.numbers.length, () => { CHANGES.numbers += PAGE.more; drawChange(); }));
}

/** The later value, which can be asked where it comes from. @param {Change["numbers"][number]} row */
function changedTo(row) {
  const series = SERIES.get(seriesKey(row.indicator, row.method, row.variant, "all", "city"));
  const city = (BY_LEVEL.get("city") || [])[0];
  return series && city && row.after !== null ? num(series, city.id, true) : figure(row.after, row.digits);
}

/** @param {Change} change */
function fateTable(change) {
  if (!change.needs.length) return null;
  return h("div", { class: "scroll", style: "margin-top:32px" }, h("table", { class: "stackable" },
    h("caption", null, say("change.needs")),
    h("tbody", null, change.needs.slice(0, CHANGES.needs).map((row) => h("tr", null, h("td", { class: "nowrap" }, chip(nameOf("fates", row.fate), ["new", "worse", "reopened"].includes(row.fate) ? "alert" : "strong")), h("th", { scope: "row", class: "wide" }, bi(row.sentence)))))),
    moreButton(CHANGES.needs, change.needs.length, () => { CHANGES.needs += PAGE.more; drawChange(); }));
}

PARTS.push(drawLists, drawEquity, drawChange);
window.addEventListener("beforeprint", () => { Object.assign(CHANGES, { numbers: PAGE.paper, needs: PAGE.paper }); LISTS.shown = PAGE.paper; drawLists(); drawChange(); });
window.addEventListener("afterprint", () => { Object.assign(CHANGES, { numbers: PAGE.first, needs: PAGE.first }); LISTS.shown = PAGE.first; drawLists(); drawChange(); });
