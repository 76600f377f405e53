// @ts-check
// Plans: what each asks and how good its answer is proved to be, why its sites are where they are, money against people.

const PLANS = { shown: 0, service: 0 };
/** @returns {Plan} */
const shownPlan = () => DATA.plans[PLANS.shown];
/** @returns {PlanReach} */
const shownReach = () => shownPlan().reach[PLANS.service] || shownPlan().reach[0];
/** @param {string} code */
const serviceName = (code) => bi((DATA.services[code] || { name: null }).name) || code;

/** Money as each language reads it: ten thousands, or millions. @param {Value} yuan */
const inUnit = (yuan) => (yuan === null ? null : LANG === "zh" ? yuan / 1e4 : yuan / 1e6);
/** @param {Value} yuan */
const moneyDigits = (yuan) => (Number.isInteger(inUnit(yuan)) ? 0 : LANG === "zh" ? 1 : 2);
/** @param {Value} yuan */
const money = (yuan) => (yuan === null ? "—" : say("plans.yuan", { n: figure(inUnit(yuan), moneyDigits(yuan)) }));

/** People, or their share of those who go without where people are weights only. @param {Plan} plan @param {number} n */
function planPeople(plan, n) {
  return plan.weights_only ? `${figure((100 * n) / (plan.lacking || 1), 1)}%` : say("plans.tip.people", { n: figure(Math.round(n)) });
}

function drawPlans() {
  if (!DATA.plans.length) return;
  const plan = shownPlan();
  fill(byId("plan-tabs"), DATA.plans.map((one, i) => h("button", { class: "quiet", type: "button", role: "tab", id: `plan-tab-${i}`, "aria-controls": "plan-panel", "aria-selected": String(i === PLANS.shown), tabindex: i === PLANS.shown ? 0 : -1, onclick: () => choosePlan(i) }, one.name)));
  byId("plan-tabs").hidden = DATA.plans.length < 2;
  byId("plan-panel").setAttribute("aria-labelledby", DATA.plans.length < 2 ? "h-plans" : `plan-tab-${PLANS.shown}`);
  drawPlanHead(plan);
  refill(byId("plan-controls"), plan.services.length < 2 ? null : choice(say("plans.service"), plan.services.map((code, i) => /** @type {[string, string]} */ ([String(i), serviceName(code)])), String(PLANS.service), (i) => { PLANS.service = Number(i); drawPlans(); }));
  drawWhy(plan);
  drawPlanLegend();
  fill(byId("plan-sites"), plan.sites.length ? siteTable(plan) : null);
  fill(byId("plan-charts"), gainFigure(plan), plan.equity.map(sharingFigure), h("p", { class: "small soft whole" }, h("b", null, say("plans.sharing")), LANG === "zh" ? "。" : ". ", say("plans.sharing.about")));
  fill(byId("plan-grounds"), planNotes(plan));
  requestAnimationFrame(() => drawPlanMap(plan, shownReach()));
}

/** @param {number} i */
function choosePlan(i) {
  PLANS.shown = i;
  PLANS.service = 0;
  PLANVIEW.site = -1;
  drawPlans();
  setRoute(`plan/${DATA.plans[i].name}`);
  byId(`plan-tab-${i}`).focus();
}

/** One site in the middle of the map, or all of them (-1). @param {number} i */
function chooseSite(i) {
  PLANVIEW.site = i;
  drawPlanMap(shownPlan(), shownReach());
  drawWhy(shownPlan());
  const sheet = byId("plan-why");
  const chosen = /** @type {HTMLElement | null} */ (sheet.querySelector(".chosen"));
  if (chosen) sheet.scrollTop = chosen.offsetTop - sheet.offsetTop;
}

/** A site of a plan by its address, from anywhere on the page. @param {number} plan @param {number} site */
function showSite(plan, site) {
  if (PANEL.open) PANEL.close();
  PLANS.shown = plan;
  PLANS.service = 0;
  PLANVIEW.site = site;
  drawPlans();
  byId("plans").scrollIntoView();
}

/** What was asked, and the four numbers of the answer. @param {Plan} plan */
function drawPlanHead(plan) {
  const { asked } = plan;
  const said = [
    plan.budget_yuan === null ? "" : say("plans.asked.budget", { n: money(plan.budget_yuan) }),
    asked.sites === null ? "" : say("plans.asked.sites", { n: asked.sites }),
    asked.complexes ? say("plans.asked.complexes") : "",
    asked.share === null ? "" : say("plans.asked.share", { n: figure(asked.share * 100) }),
    asked.years.length ? say("plans.asked.years", { years: asked.years.join(LANG === "zh" ? "、" : ", ") }) : "",
    say("plans.asked.candidates", { n: figure(asked.candidates) }),
  ].filter(Boolean);
  const places = plan.problem === "expand";
  const share = plan.lacking ? (100 * plan.people_gained) / plan.lacking : 0;
  const of = { of: figure(Math.round(plan.lacking)), share: figure(share, 1) };
  const cards = [
    [places ? "gained.places" : "gained", plan.weights_only ? `${figure(share, 1)}%` : figure(Math.round(plan.people_gained)), [say(places ? "plans.gained.places.about" : plan.weights_only ? "plans.gained.weights" : plan.services.length > 1 ? "plans.gained.about" : "plans.gained.alone", of), plan.lost >= 0.5 ? h("b", null, " ", say("plans.lost", { n: figure(Math.round(plan.lost)) })) : null]],
    ["spent", [figure(inUnit(plan.spent_yuan), moneyDigits(plan.spent_yuan)), h("small", null, ` ${say("plans.unit")}`)], [plan.budget_yuan === null ? say("plans.spent.open") : say("plans.spent.budget", { n: money(plan.budget_yuan), share: figure((100 * plan.spent_yuan) / plan.budget_yuan) })]],
    ["gap", plan.gap === null ? say("plans.gap.unknown") : plan.proof === "optimal" ? "0%" : `≤ ${figure(Math.ceil(plan.gap * 1000) / 10, 1)}%`, [bi(plan.verdict)]],
    ["seconds", say("plans.seconds.n", { n: figure(plan.seconds, 1) }), [say("plans.seconds.about")]],
  ];
  fill(byId("plan-head"),
    h("h3", null, plan.name),
    h("p", { class: "cap" }, say("plans.asks", { problem: nameOf("problems", plan.problem), services: plan.services.map((code) => `${serviceName(code)} (${say("plans.within", { n: figure(plan.limits_m[code]) })})`).join(LANG === "zh" ? "、" : ", ") })),
    h("p", { class: "said" }, said.map((words) => chip(words))),
    plan.stale ? h("p", { class: "notice" }, say("plans.stale")) : null,
    h("ul", { class: "counts" }, cards.map(([key, number, about]) => h("li", null, h("p", { class: "name" }, say(`plans.${key}`)), h("p", { class: "figure" }, /** @type {Child[]} */ ([number].flat())), h("p", { class: "note" }, /** @type {Child[]} */ (about))))));
}

/** The sentence of each site beside the map. @param {Plan} plan */
function drawWhy(plan) {
  refill(byId("plan-why"), h("h3", null, say("plans.why")), plan.sites.length ? null : h("p", { class: "notice" }, say("plans.none")), h("ol", { class: "plain" }, plan.sites.map((site, i) => h("li", { class: PLANVIEW.site === i ? "chosen" : "" },
    h("button", { class: "say", type: "button", "data-key": i, "aria-pressed": String(PLANVIEW.site === i), onclick: () => chooseSite(PLANVIEW.site === i ? -1 : i) }, h("span", { class: "rank", "aria-hidden": "true" }, String(i + 1)), h("b", null, site.name), h("span", { class: "vh" }, ` ${say("plans.why.ask")}`)),
    h("p", { class: "small" }, whyWords(site))))));
}

/** The sentence without the name that stands above it. @param {PlanSite} site */
function whyWords(site) {
  const words = bi(site.why);
  const start = words.startsWith(site.name) ? words.slice(site.name.length).replace(/^[^：:]*[：:]\s*/, "") : words;
  return start.charAt(0).toUpperCase() + start.slice(1);
}

function drawPlanLegend() {
  const reach = shownReach();
  const plan = shownPlan();
  const mark = (/** @type {Record<string, string | number>} */ circle) => s("svg", { width: 20, height: 16, "aria-hidden": "true" }, s("circle", { cx: 10, cy: 8, ...circle }));
  const n = (/** @type {number} */ people) => planPeople(plan, people);
  fill(byId("plan-legend"), h("b", { class: "cap" }, serviceName(reach.service)), h("ul", null,
    h("li", null, mark({ r: 7, fill: "#16242a" }), say("plans.key.site")),
    h("li", null, mark({ r: 5, fill: PLANINK.newly }), say("plans.key.newly", { n: n(reach.people.reduce((all, v) => all + v, 0)) })),
    h("li", null, mark({ r: 4, fill: "#fff", stroke: PLANINK.without, "stroke-width": 1.4 }), say("plans.key.without", { n: n(reach.people_without) })),
    h("li", null, s("svg", { width: 20, height: 16, "aria-hidden": "true" }, s("path", { d: "M10 2L16 8L10 14L4 8Z", fill: PLANINK.there })), say("plans.key.there"))));
  planCanvas().setAttribute("aria-label", say("plans.map.aria", { n: plan.sites.length, service: serviceName(reach.service), people: n(reach.people.reduce((all, v) => all + v, 0)) }));
}

/** @param {Plan} plan */
function siteTable(plan) {
  const answered = plan.sites.some((site) => site.needs.length);
  const columns = ["site", "hosts", "area", "cost", "serves", "walk", "without", "next", "year", ...(answered ? ["answers"] : [])];
  const right = ["area", "cost", "serves", "walk"];
  const label = (/** @type {string} */ key) => ({ class: right.includes(key) ? "r" : "", "data-label": say(`plans.${key}`) });
  return h("div", { class: "scroll" }, h("table", { class: "stackable plan-table" },
    h("caption", null, say("plans.sites")),
    h("thead", null, h("tr", null, columns.map((key) => h("th", { scope: "col", class: right.includes(key) ? "r" : "" }, say(`plans.${key}`))))),
    h("tbody", null, plan.sites.map((site, i) => h("tr", null,
      h("th", { scope: "row", class: "wide" }, h("span", { class: "where" }, h("span", { class: "rank" }, String(i + 1)), h("span", null, h("button", { class: "link", type: "button", onclick: () => { chooseSite(i); byId("plan-canvas").scrollIntoView({ block: "center" }); } }, site.name), h("span", { class: "range wraps" }, [(PLACES.get(site.place) || { name: "" }).name, nameOf("candidate_kinds", site.kind)].filter(Boolean).join(" · "))))),
      h("td", label("hosts"), h("span", null, site.supplies.map((supply) => h("span", { class: "line cap" }, serviceName(supply.service), h("span", { class: "range wraps" }, [planPeople(plan, supply.people), supply.places === null ? "" : say("plans.places", { n: figure(supply.places) }), nameOf("options", supply.option)].filter(Boolean).join(" · ")))))),
      h("td", label("area"), figure(site.area_m2)),
      h("td", label("cost"), money(site.cost_yuan)),
      h("td", label("serves"), h("span", null, planPeople(plan, site.people))),
      h("td", label("walk"), site.walk_m[1] === null ? "—" : `${walkWords(site.walk_m[0])} → ${walkWords(site.walk_m[1])}`),
      h("td", label("without"), h("span", { class: "cap" }, bi(site.without) || "—")),
      h("td", label("next"), site.next === null ? say("plans.next.none") : h("span", null, site.next, h("span", { class: "range wraps" }, bi(site.instead)))),
      h("td", label("year"), String(site.year)),
      answered ? h("td", label("answers"), site.needs.length ? h("button", { class: "num", type: "button", "aria-label": `${say("plans.answers")} ${site.name}`, onclick: () => explainSite(site) }, say("plans.answers.n", { n: site.needs.length })) : "—") : null)))));
}

/** The needs that a site answers. @param {PlanSite} site */
function explainSite(site) {
  const needs = /** @type {Need[]} */ (site.needs.map((id) => NEEDS.get(id)).filter(Boolean));
  openPanel(() => [h("p", { class: "soft small" }, say("plans.answers.about")), h("h2", { id: "panel-title" }, site.name), h("p", { style: "margin-top:12px" }, whyWords(site)),
    h("ol", { class: "plain" }, needs.map((need) => h("li", { style: "padding:8px 0" }, h("button", { class: "link", type: "button", onclick: () => explainNeed(need.id) }, bi(need.sentence)))))], "plans");
}

/** The sites that answer a need, as links. @param {string} id @returns {Child[]} */
function sitesThatAnswer(id) {
  const found = DATA.plans.flatMap((plan, p) => plan.sites.flatMap((site, i) => (site.needs.includes(id) ? [{ plan, p, site, i }] : [])));
  return found.map(({ plan, p, site, i }) => h("button", { class: "link", type: "button", style: "display:block", onclick: () => showSite(p, i) }, `${plan.name} · ${i + 1} ${site.name} (${site.year})`));
}

/** What the plan takes for granted, and what its reader has to know. @param {Plan} plan @returns {Child[]} */
function planNotes(plan) {
  return [
    plan.notes.length ? h("div", { class: "notice" }, h("h3", null, say("trust.read")), h("ul", null, plan.notes.map((note) => h("li", null, bi(note))))) : null,
    h("details", { class: "layers" }, h("summary", null, h("h3", null, say("plans.assumptions"))), h("p", { class: "small soft" }, say("plans.assumptions.lead")),
      h("div", { class: "scroll" }, h("table", { class: "small" }, h("thead", null, h("tr", null, h("th", { scope: "col" }, say("plans.assumptions")), h("th", { scope: "col" }, say("plans.source")))),
        h("tbody", null, plan.assumptions.map(([zh, en, source]) => h("tr", null, h("th", { scope: "row" }, bi([zh, en])), h("td", { class: "soft" }, source))))))),
  ];
}

if (DATA.plans.length) {
  byId("plan-tabs").addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step) choosePlan((PLANS.shown + step + DATA.plans.length) % DATA.plans.length);
  });
  planCanvas().addEventListener("pointermove", (event) => hoverHome(shownPlan(), shownReach(), event));
  planCanvas().addEventListener("pointerleave", () => { byId("plan-tip").hidden = true; });
  byId("plan-all").addEventListener("click", () => chooseSite(-1));
  new ResizeObserver(() => drawPlanMap(shownPlan(), shownReach())).observe(planCanvas());
}
PARTS.push(drawPlans);
