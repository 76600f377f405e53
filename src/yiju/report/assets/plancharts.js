// @ts-check
// Charts of a plan: people gained against money with the proved bound, and how equally places are shared before and after.

/** Round steps for an axis from 0 to at least `most`. @param {number} most */
function axisSteps(most) {
  const power = 10 ** Math.floor(Math.log10(most || 1));
  const step = [0.2, 0.25, 0.5, 1, 2].map((n) => n * power).find((n) => most / n <= 5) || power;
  const ticks = [];
  for (let v = 0; v < most + step * 0.999; v += step) ticks.push(v);
  return ticks;
}

/** @param {number} v */
const tickWords = (v) => figure(v, Number.isInteger(v) ? 0 : Number.isInteger(v * 10) ? 1 : 2);

/** @param {Plan} plan @returns {Child} */
function gainFigure(plan) {
  const { budget_yuan: budgets, people, bound } = plan.curve;
  if (budgets.length < 2) return null;
  const words = budgets.map((yuan, i) => say("plans.curve.point", { budget: money(yuan), people: planPeople(plan, people[i]) }));
  const band = bound.some((b, i) => b !== null && b > people[i] * 1.0005);
  return h("figure", { class: "gain" },
    h("figcaption", null, h("b", null, say("plans.curve")), say("plans.curve.about")),
    gainChart(plan, say("plans.curve.aria", { points: words.join("; ") })),
    band ? h("p", { class: "small soft" }, say("plans.curve.bound")) : null,
    h("details", { class: "small" }, h("summary", null, say("plans.curve.table")), h("table", null,
      h("thead", null, h("tr", null, ["budget", "sites", "people", "most"].map((key) => h("th", { scope: "col", class: "r" }, say(`plans.curve.${key}`))))),
      h("tbody", null, budgets.map((yuan, i) => h("tr", null, h("th", { scope: "row", class: "r" }, money(yuan)), h("td", { class: "r" }, figure(plan.curve.sites[i])), h("td", { class: "r" }, planPeople(plan, people[i])), h("td", { class: "r" }, bound[i] === null ? "—" : planPeople(plan, /** @type {number} */ (bound[i])))))))));
}

/** @param {Plan} plan @param {string} aria */
function gainChart(plan, aria) {
  const { people, bound, sites } = plan.curve;
  const scale = plan.weights_only ? 100 / (plan.lacking || 1) : 1;
  const money_ = plan.curve.budget_yuan.map((yuan) => /** @type {number} */ (inUnit(yuan)));
  const gained = people.map((v) => v * scale);
  const most = bound.map((b, i) => (b === null ? gained[i] : b * scale));
  const xs = axisSteps(Math.max(...money_));
  const ys = axisSteps(Math.max(...most));
  // drawn in the width that there is, so that its words keep their size on a telephone
  const wide = Math.min(500, Math.max(240, byId("plan-charts").clientWidth - 90));
  const [high, left, top] = [250, 62, 26];
  const x = (/** @type {number} */ v) => left + (v / xs[xs.length - 1]) * wide;
  const y = (/** @type {number} */ v) => top + (1 - v / ys[ys.length - 1]) * high;
  const path = (/** @type {number[]} */ values) => values.map((v, i) => `${i ? "L" : "M"}${x(money_[i]).toFixed(1)} ${y(v).toFixed(1)}`).join("");
  const back = [...money_.keys()].reverse().map((i) => `L${x(money_[i]).toFixed(1)} ${y(gained[i]).toFixed(1)}`).join("");
  const here = /** @type {number} */ (inUnit(plan.budget_yuan ?? plan.spent_yuan));
  const text = (/** @type {Record<string, string | number>} */ at, /** @type {string} */ words) => s("text", { "font-size": 11, fill: "#4d5d64", ...at }, words);
  return s("svg", { viewBox: `0 0 ${left + wide + 24} ${top + high + 44}`, role: "img", "aria-label": aria },
    ...xs.flatMap((v) => [s("path", { d: `M${x(v)} ${y(0)}v5`, stroke: "#4d5d64" }), text({ x: x(v), y: y(0) + 18, "text-anchor": "middle" }, tickWords(v))]),
    ...ys.flatMap((v) => [s("path", { d: `M${x(0)} ${y(v)}H${x(xs[xs.length - 1])}`, stroke: v ? "#e8edee" : "#4d5d64" }), text({ x: x(0) - 8, y: y(v) + 4, "text-anchor": "end" }, tickWords(v) + (plan.weights_only ? "%" : ""))]),
    s("path", { d: `${path(most)}${back}Z`, fill: "#c9dfe2" }),
    s("path", { d: path(most), stroke: "#0c5a66", "stroke-width": 1, "stroke-dasharray": "2 3", fill: "none" }),
    s("path", { d: `M${x(here)} ${y(0)}V${y(ys[ys.length - 1])}`, stroke: "#16242a", "stroke-dasharray": "4 4" }),
    text({ x: x(here) + 7, y: y(0) - 9, "font-size": 12, fill: "#16242a" }, say("plans.curve.here")),
    s("path", { d: path(gained), stroke: "#0c5a66", "stroke-width": 2.4, fill: "none" }),
    ...money_.map((v, i) => s("circle", { cx: x(v), cy: y(gained[i]), r: Math.abs(v - here) < 1e-9 ? 6 : 4, fill: Math.abs(v - here) < 1e-9 ? "#16242a" : "#fff", stroke: "#0c5a66", "stroke-width": 2 }, s("title", {}, `${say("plans.curve.point", { budget: money(plan.curve.budget_yuan[i]), people: planPeople(plan, people[i]) })} (${say("plans.curve.sites")} ${sites[i]})`))),
    text({ x: 0, y: 11, "font-size": 12 }, say("plans.curve.y")),
    text({ x: x(xs[xs.length - 1]), y: y(0) + 36, "text-anchor": "end", "font-size": 12 }, say("plans.curve.x", { unit: say("plans.unit") })));
}

/** How equally the places of a service are shared, before and after. @param {PlanSharing} sharing */
function sharingFigure(sharing) {
  const gini = (/** @type {PlanCurve} */ curve) => (curve.gini === null ? say("plans.sharing.nobody") : figure(curve.gini, 2));
  return h("figure", null,
    h("figcaption", null, h("b", { class: "cap" }, serviceName(sharing.service)), say("plans.sharing.gini", { before: gini(sharing.before), after: gini(sharing.after) })),
    twoCurves(sharing, `${serviceName(sharing.service)}. ${say("plans.sharing.gini", { before: gini(sharing.before), after: gini(sharing.after) })}`));
}

/** The Lorenz curves of one service; where nobody has any there is no curve. @param {PlanSharing} sharing @param {string} aria */
function twoCurves(sharing, aria) {
  const side = 260;
  const x = (/** @type {number} */ v) => 34 + v * side;
  const y = (/** @type {number} */ v) => 12 + (1 - v) * side;
  const line = (/** @type {PlanCurve} */ curve) => curve.x.map((v, i) => `${i ? "L" : "M"}${x(v).toFixed(1)} ${y(curve.y[i]).toFixed(1)}`).join("");
  const key = (/** @type {number} */ at, /** @type {string} */ words, /** @type {Record<string, string | number>} */ style) => [s("path", { d: `M${x(0.05)} ${y(at)}h22`, fill: "none", ...style }), s("text", { x: x(0.05) + 28, y: y(at) + 4, "font-size": 12, fill: "#4d5d64" }, words)];
  const before = { stroke: "#6d7b80", "stroke-width": 2, "stroke-dasharray": "6 4" };
  const after = { stroke: "#0c5a66", "stroke-width": 2.6 };
  return s("svg", { viewBox: "0 0 310 316", role: "img", "aria-label": aria },
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((v) => [s("path", { d: `M${x(v)} ${y(0)}V${y(1)}M${x(0)} ${y(v)}H${x(1)}`, stroke: "#e8edee" }), s("text", { x: x(v), y: y(0) + 16, "font-size": 11, fill: "#4d5d64", "text-anchor": "middle" }, `${v * 100}`), s("text", { x: x(0) - 6, y: y(v) + 4, "font-size": 11, fill: "#4d5d64", "text-anchor": "end" }, `${v * 100}`)]),
    s("path", { d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}`, stroke: "#4d5d64", "stroke-dasharray": "2 4", fill: "none" }),
    ...(sharing.before.gini === null ? [] : [s("path", { d: line(sharing.before), fill: "none", ...before })]),
    ...(sharing.after.gini === null ? [] : [s("path", { d: line(sharing.after), fill: "none", ...after })]),
    ...key(0.93, say("plans.sharing.before"), before), ...key(0.85, say("plans.sharing.after"), after),
    s("text", { x: x(0.5), y: 312, "font-size": 12, fill: "#4d5d64", "text-anchor": "middle" }, say("equity.x")));
}
