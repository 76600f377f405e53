// @ts-check
// The sheet of a place: who lives there, what is missing, and every indicator beside the city's.

/** Methods and variants stand in this order, as the form has them. @param {Series} a @param {Series} b */
const bySeries = (a, b) => a.indicator.localeCompare(b.indicator) || b.method.localeCompare(a.method) || a.variant.localeCompare(b.variant);

function drawSheet() {
  const place = PLACES.get(VIEW.place);
  if (!place) return fill(byId("sheet"), h("h3", null, say("sheet.title")), h("p", { class: "soft" }, say("sheet.choose")), topPlaces());
  const above = ancestry(place.id).slice(0, -1).map((p) => p.name).join(" › ");
  const needs = LEDGER_ROWS.filter((need) => need.status === "open" && lies(need.place, place.id));
  fill(byId("sheet"),
    h("p", { class: "soft small" }, above),
    h("h3", null, place.name),
    h("p", { class: "small soft" }, [nameOf("levels", place.level), place.people === null ? "" : say("sheet.people", { n: figure(Math.round(place.people)) }), say("sheet.area", { n: figure(place.area_km2, 2) })].filter(Boolean).join(" · ")),
    place.approximate ? h("p", { class: "small" }, chip(say("sheet.approximate"), "dash")) : null,
    h("h4", null, say("sheet.needs", { n: figure(needs.length) })),
    needs.length ? h("ol", { class: "plain" }, needs.slice(0, 6).map((need) => h("li", null, h("button", { class: "link", type: "button", onclick: () => explainNeed(need.id) }, bi(need.sentence))))) : h("p", { class: "small soft" }, say("sheet.needs.none")),
    needs.length > 6 ? h("p", { style: "margin-top:8px" }, h("button", { class: "quiet", type: "button", onclick: () => showLedger({ place: place.id }) }, say("sheet.needs.all"))) : null,
    h("h4", null, say("sheet.numbers")),
    sheetTable(place));
}

/** @param {Place} place */
function sheetTable(place) {
  const row = /** @type {number} */ (POSITION.get(place.id));
  const here = DATA.series.filter((series) => series.level === place.level && series.group === "all" && series.value[row] !== null && series.value[row] !== undefined).sort(bySeries);
  if (!here.length) return h("p", { class: "small soft" }, say("sheet.numbers.none"));
  const city = (BY_LEVEL.get("city") || [])[0];
  return h("table", null,
    h("caption", { class: "vh" }, say("sheet.numbers")),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, say("form.indicator")), h("th", { scope: "col", class: "r" }, say("sheet.here")), place.level === "city" ? null : h("th", { scope: "col", class: "r" }, say("sheet.city")))),
    h("tbody", null, here.map((series) => {
      const indicator = /** @type {Indicator} */ (INDICATORS.get(series.indicator));
      const whole = SERIES.get(seriesKey(series.indicator, series.method, series.variant, series.group, "city"));
      return h("tr", null,
        h("th", { scope: "row" }, bi(indicator.name), h("span", { class: "range", style: "white-space:normal" }, nameOf("methods", series.method) + variantWords(series) + (bi(series.unit) ? ` · ${bi(series.unit)}` : "") + (missesAt(series, row) ? " ▽" : ""), at(series.status, row) === "measured" ? null : [" ", chip(nameOf("statuses", at(series.status, row)), "dash")])),
        h("td", { class: "r" }, num(series, place.id, true)),
        place.level === "city" ? null : h("td", { class: "r soft" }, whole && city ? num(whole, city.id, true) : ""));
    })));
}

/** The places with most needs, so that the sheet is of use before a click. */
function topPlaces() {
  const theme = makeTheme("needs", VIEW.level);
  const places = BY_LEVEL.get(VIEW.level) || [];
  const order = places.map((place, row) => ({ place, n: theme.values[row] || 0 })).filter(({ n }) => n > 0).sort((a, b) => b.n - a.n).slice(0, 10);
  if (!order.length) return null;
  return h("div", null, h("h4", null, say("sheet.top", { level: nameOf("levels", VIEW.level) })), h("table", null, h("tbody", null, order.map(({ place, n }) => h("tr", null, h("th", { scope: "row" }, h("button", { class: "link", type: "button", onclick: () => choosePlace(place.id, true) }, place.name)), h("td", { class: "r" }, say(n === 1 ? "unit.one" : "unit.some", { n: figure(n) })))))));
}

PARTS.push(drawSheet);
