// @ts-check
// The ledger in plain words, most pressing first, with filters that a street office needs.

const LEDGER = { search: "", service_class: "", step: "", lead: "", group: "", service: "", place: "", status: "open", shown: PAGE.first };

/** @returns {Need[]} */
function ledgerRows() {
  const words = LEDGER.search.trim().toLowerCase();
  return LEDGER_ROWS.filter((need) =>
    (!LEDGER.status || need.status === LEDGER.status) && (!LEDGER.service_class || need.service_class === LEDGER.service_class)
    && (!LEDGER.step || need.step === LEDGER.step) && (!LEDGER.lead || need.lead === LEDGER.lead || need.joint.includes(LEDGER.lead))
    && (!LEDGER.group || need.group === LEDGER.group) && (!LEDGER.service || need.service === LEDGER.service)
    && (!LEDGER.place || lies(need.place, LEDGER.place))
    && (!words || `${need.sentence[0]} ${need.sentence[1]} ${need.id} ${(PLACES.get(need.place) || { name: "" }).name}`.toLowerCase().includes(words)));
}

/** Options of a filter: only codes that the ledger has. @param {(need: Need) => string | string[]} pick @param {string} kind @returns {[string, string][]} */
function ledgerOptions(pick, kind) {
  const codes = [...new Set(LEDGER_ROWS.flatMap(pick))].filter(Boolean);
  const name = (/** @type {string} */ code) => (kind === "services" ? bi((DATA.services[code] || { name: null }).name) : nameOf(kind, code));
  return [["", say("filter.all")], ...codes.map((code) => /** @type {[string, string]} */ ([code, name(code)])).sort((a, b) => a[1].localeCompare(b[1], LANG === "zh" ? "zh" : "en"))];
}

/** @param {Partial<typeof LEDGER>} change */
function setLedger(change) {
  Object.assign(LEDGER, { shown: PAGE.first }, change);
  drawLedgerRows();
}

/** Go to the ledger with these filters and no others. @param {Partial<typeof LEDGER>} change */
function showLedger(change) {
  if (PANEL.open) PANEL.close();
  Object.assign(LEDGER, { search: "", service_class: "", step: "", lead: "", group: "", service: "", place: "", status: "open", shown: PAGE.first }, change);
  drawLedger();
  byId("ledger").scrollIntoView();
}

function drawLedger() {
  const search = h("input", { type: "search", value: LEDGER.search, oninput: () => setLedger({ search: search.value }) });
  const steps = Object.keys(DATA.counts.ladder);
  const inUse = [...new Set(LEDGER_ROWS.map((n) => n.place))];
  const holders = new Set(inUse.flatMap((id) => ancestry(id).map((p) => p.id)));
  /** @type {[string, string][]} */
  const places = [["", say("filter.all")], ...DATA.places.filter((p) => p.level !== "city" && holders.has(p.id)).map((p) => /** @type {[string, string]} */ ([p.id, "　".repeat(Math.max(0, ancestry(p.id).length - 2)) + p.name]))];
  fill(byId("ledger-filters"),
    h("label", { class: "grow" }, say("filter.search"), search),
    choice(say("filter.class"), ledgerOptions((n) => n.service_class, "service_classes"), LEDGER.service_class, (service_class) => setLedger({ service_class })),
    choice(say("filter.step"), [["", say("filter.all")], ...steps.map((step) => /** @type {[string, string]} */ ([step, nameOf("steps", step)]))], LEDGER.step, (step) => setLedger({ step })),
    choice(say("filter.service"), ledgerOptions((n) => n.service, "services"), LEDGER.service, (service) => setLedger({ service })),
    choice(say("filter.group"), ledgerOptions((n) => n.group, "groups"), LEDGER.group, (group) => setLedger({ group })),
    choice(say("filter.unit"), ledgerOptions((n) => [n.lead, ...n.joint], "units"), LEDGER.lead, (lead) => setLedger({ lead })),
    choice(say("filter.place"), places, LEDGER.place, (place) => setLedger({ place })),
    LEDGER_ROWS.some((n) => n.status !== "open") ? choice(say("filter.status"), ledgerOptions((n) => n.status, "need_statuses"), LEDGER.status, (status) => setLedger({ status })) : null);
  drawLedgerRows();
}

function drawLedgerRows() {
  const rows = ledgerRows();
  const shown = rows.slice(0, LEDGER.shown);
  fill(byId("ledger-status"),
    h("span", null, say("ledger.shown", { n: figure(rows.length), all: figure(LEDGER_ROWS.filter((n) => n.status === "open").length) })),
    h("button", { class: "quiet", type: "button", onclick: () => saveLedger(rows) }, say("save.csv")));
  const columns = ["ledger.rank", "ledger.need", "ledger.people", "ledger.lead_unit", "ledger.deadline"];
  fill(byId("ledger-table"), h("table", { class: "ledger stackable" },
    h("caption", null, say("ledger.caption")),
    h("thead", null, h("tr", null, columns.map((key) => h("th", { scope: "col", class: key === "ledger.people" || key === "ledger.rank" ? "r" : "" }, say(key))))),
    h("tbody", null, shown.map(ledgerRow))));
  fill(byId("ledger-more"),
    !rows.length ? h("p", { class: "soft" }, say(LEDGER_ROWS.length ? "ledger.none" : "ledger.empty")) : null,
    moreButton(shown.length, rows.length, () => { LEDGER.shown += PAGE.more; drawLedgerRows(); }));
}

/** @param {Need} need */
function ledgerRow(need) {
  const people = need.people === null ? (need.share === null ? "—" : figure(need.share * 100, 0) + "%") : figure(Math.round(need.people));
  return h("tr", null,
    h("td", { class: "rank", "data-label": say("ledger.rank") }, figure(need.rank)),
    h("th", { scope: "row", class: "wide" },
      h("button", { class: "say", type: "button", onclick: () => explainNeed(need.id) }, bi(need.sentence)),
      h("div", { class: "tags" }, chip(nameOf("steps", need.step), need.step === "none" ? "alert" : "strong"), chip(nameOf("service_classes", need.service_class)), chip(nameOf("groups", need.group)), need.first_year < DATA.meta.year ? chip(say("ledger.since", { year: need.first_year })) : null, need.status === "closed" ? chip(nameOf("need_statuses", "closed")) : null)),
    h("td", { class: "r", "data-label": say("ledger.people") }, h("button", { class: "num", type: "button", "aria-label": `${people} ${say("explain.ask")}`, onclick: () => explainNeed(need.id) }, people)),
    h("td", { "data-label": say("ledger.lead_unit") }, nameOf("units", need.lead)),
    h("td", { "data-label": say("ledger.deadline") }, nameOf("deadlines", need.deadline)));
}

/** @param {Need[]} rows */
function saveLedger(rows) {
  const head = ["need.id", "ledger.rank", "ledger.need", "need.place", "need.group", "need.service", "need.step", "need.people", "need.share", "need.class", "need.lead", "need.joint", "need.deadline", "need.first", "need.status"].map((key) => say(key));
  saveCsv(`ledger-${DATA.meta.year}.csv`, [head, ...rows.map((n) => [n.id, n.rank, bi(n.sentence), placeWords(/** @type {Place} */ (PLACES.get(n.place))), nameOf("groups", n.group), bi(DATA.services[n.service].name), nameOf("steps", n.step), n.people ?? "", n.share ?? "", nameOf("service_classes", n.service_class), nameOf("units", n.lead), n.joint.map((u) => nameOf("units", u)).join(";"), nameOf("deadlines", n.deadline), n.first_year, nameOf("need_statuses", n.status)])]);
}

PARTS.push(drawLedger);
window.addEventListener("beforeprint", () => { LEDGER.shown = Infinity; drawLedgerRows(); });
window.addEventListener("afterprint", () => { LEDGER.shown = PAGE.first; drawLedgerRows(); });
