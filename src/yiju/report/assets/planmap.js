// @ts-check
// The map of a plan: its sites as numbered buttons over a canvas, who newly reaches them, who still goes without.

/** Lattice points of the homes of a service, decoded once. @type {WeakMap<PlanReach, {newly: number[], without: number[]}>} */
const HOMES = new WeakMap();
/** @param {PlanReach} reach */
function homesOf(reach) {
  const made = HOMES.get(reach) || { newly: points(reach.points), without: points(reach.without) };
  HOMES.set(reach, made);
  return made;
}

/** Put new children where old ones were, and leave the keyboard where it was. @param {Element} parent @param {...(Child | Child[])} children */
function refill(parent, ...children) {
  const held = document.activeElement && parent.contains(document.activeElement) ? document.activeElement : null;
  const key = held && held.getAttribute("data-key");
  fill(parent, ...children);
  const same = held && parent.querySelector(key ? `[data-key="${key}"]` : held.tagName);
  if (same instanceof HTMLElement) same.focus({ preventScroll: true });
}

/** What the map shows: the lattice point in its middle, pixels of a lattice step, and the site that was chosen (or -1). */
const PLANVIEW = { x: 0, y: 0, scale: 1, site: -1 };

/** Colours and sizes: filled and open marks, so that the map never speaks by colour alone. */
const PLANINK = { newly: "rgb(12 90 102 / .8)", line: "rgb(12 90 102 / .28)", without: "rgb(154 52 18 / .75)", there: "#5b686d" };

const planCanvas = () => /** @type {HTMLCanvasElement} */ (byId("plan-canvas"));
/** @returns {[number, number]} */
const planSize = () => [planCanvas().clientWidth, planCanvas().clientHeight];
/** @param {number} x @param {number} y @returns {[number, number]} */
function planSpot(x, y) {
  const [w, h] = planSize();
  return [(x - PLANVIEW.x) * PLANVIEW.scale + w / 2, (PLANVIEW.y - y) * PLANVIEW.scale + h / 2];
}

/** Bring the sites and whom they serve into the picture; of one site only, where one was chosen. @param {Plan} plan @param {PlanReach} reach */
function fitPlan(plan, reach) {
  const [w, h] = planSize();
  const mine = (/** @type {number} */ site) => PLANVIEW.site < 0 || site === PLANVIEW.site;
  const { newly } = homesOf(reach);
  const xs = plan.sites.filter((_, i) => mine(i)).map((site) => site.at[0]);
  const ys = plan.sites.filter((_, i) => mine(i)).map((site) => site.at[1]);
  reach.site.forEach((site, i) => { if (mine(site)) { xs.push(newly[2 * i]); ys.push(newly[2 * i + 1]); } });
  if (!xs.length) { xs.push(0, DATA.map.width); ys.push(0, DATA.map.height); }
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  // never so near that streets lose their sense: the walk of the standard is in the picture
  const least = (2 * plan.limits_m[reach.service]) / DATA.meta.step_m;
  PLANVIEW.x = (west + east) / 2;
  PLANVIEW.y = (south + north) / 2;
  PLANVIEW.scale = 0.86 * Math.min(w / Math.max(east - west, least), h / Math.max(north - south, least));
}

/** @param {Plan} plan @param {PlanReach} reach */
function drawPlanMap(plan, reach) {
  const canvas = planCanvas();
  const [w, h] = planSize();
  if (!w || !h) return;
  fitPlan(plan, reach);
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(w * ratio);
  canvas.height = Math.round(h * ratio);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const scale = PLANVIEW.scale * ratio;
  pen.setTransform(scale, 0, 0, -scale, (w / 2) * ratio - PLANVIEW.x * scale, (h / 2) * ratio + PLANVIEW.y * scale);
  pen.lineJoin = "round";
  drawPlanBase(pen);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawHomes(pen, plan, reach);
  drawThere(pen, reach.service);
  pen.textAlign = "center";
  drawScale(pen, w, h, PLANVIEW.scale);
  placeMarkers(plan, reach);
}

/** The base of the report's map, paler, with the borders of communities. @param {CanvasRenderingContext2D} pen */
function drawPlanBase(pen) {
  const px = 1 / PLANVIEW.scale;
  pen.fillStyle = "#ffffff";
  for (const { path } of shapesOf("city")) pen.fill(path, "evenodd");
  pen.globalAlpha = 0.55;
  drawBase(pen, px, false);
  pen.globalAlpha = 1;
  pen.strokeStyle = "rgb(22 36 42 / .3)";
  pen.lineWidth = 0.8 * px;
  for (const { path } of shapesOf(MAP_LEVELS[0])) pen.stroke(path);
}

/** @param {CanvasRenderingContext2D} pen @param {Plan} plan @param {PlanReach} reach */
function drawHomes(pen, plan, reach) {
  const { newly, without } = homesOf(reach);
  // where homes are many their marks are small, until the map comes near
  const crowd = Math.sqrt(800 / Math.max(800, (newly.length + without.length) / 2));
  const r = Math.min(6, Math.max(2.6 * Math.max(crowd, 0.45), (14 / DATA.meta.step_m) * PLANVIEW.scale));
  pen.strokeStyle = PLANINK.line;
  pen.lineWidth = 1;
  pen.beginPath();
  reach.site.forEach((site, i) => {
    pen.moveTo(...planSpot(newly[2 * i], newly[2 * i + 1]));
    pen.lineTo(...planSpot(plan.sites[site].at[0], plan.sites[site].at[1]));
  });
  pen.stroke();
  pen.strokeStyle = PLANINK.without;
  pen.fillStyle = "#ffffff";
  pen.lineWidth = r > 2 ? 1.2 : 0.6;
  dots(pen, without, r * 0.8);
  pen.fillStyle = PLANINK.newly;
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = r > 2 ? 0.8 : 0.3;
  dots(pen, newly, r);
}

/** @param {CanvasRenderingContext2D} pen @param {number[]} xy @param {number} r */
function dots(pen, xy, r) {
  const [w, h] = planSize();
  for (let i = 0; i < xy.length; i += 2) {
    const [x, y] = planSpot(xy[i], xy[i + 1]);
    if (x < -r || y < -r || x > w + r || y > h + r) continue;
    pen.beginPath();
    pen.arc(x, y, r, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }
}

/** What is there now, muted. @param {CanvasRenderingContext2D} pen @param {string} service */
function drawThere(pen, service) {
  const facilities = DATA.map.facilities.find((f) => f.service === service);
  if (!facilities) return;
  const spots = spotsOf(facilities);
  pen.fillStyle = PLANINK.there;
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 1.4;
  for (let i = 0; i < spots.length; i += 2) {
    const [x, y] = planSpot(spots[i], spots[i + 1]);
    pen.beginPath();
    pen.moveTo(x, y - 6); pen.lineTo(x + 6, y); pen.lineTo(x, y + 6); pen.lineTo(x - 6, y);
    pen.closePath();
    pen.fill();
    pen.stroke();
  }
}

/** The sites as buttons, so that a keyboard finds them; placed in parts of the picture, so that they stay where they are when it is printed smaller.
 * @param {Plan} plan @param {PlanReach} reach */
function placeMarkers(plan, reach) {
  const [w, h] = planSize();
  refill(byId("plan-markers"), plan.sites.map((site, i) => {
    const [x, y] = planSpot(site.at[0], site.at[1]);
    if (x < 0 || y < 0 || x > w || y > h) return null;
    const hosted = site.supplies.some((supply) => supply.service === reach.service);
    return marker(plan, i, hosted, `left:${((100 * x) / w).toFixed(2)}%;top:${((100 * y) / h).toFixed(2)}%`);
  }));
}

/** @param {Plan} plan @param {number} i @param {boolean} hosted @param {string} style */
function marker(plan, i, hosted, style) {
  const name = `${i + 1} ${plan.sites[i].name} ${say("plans.why.ask")}`;
  return h("button", { class: hosted ? "marker" : "marker other", type: "button", style, "data-key": i, "aria-label": name, "aria-pressed": String(PLANVIEW.site === i), onclick: () => chooseSite(PLANVIEW.site === i ? -1 : i) }, String(i + 1));
}

/** The home under a pixel: its row, or -1. @param {PlanReach} reach @param {number} px @param {number} py */
function homeAt(reach, px, py) {
  const { newly } = homesOf(reach);
  let nearest = -1;
  let least = 12;
  for (let i = 0; i < newly.length; i += 2) {
    const [x, y] = planSpot(newly[i], newly[i + 1]);
    const apart = Math.hypot(x - px, y - py);
    if (apart < least) [least, nearest] = [apart, i / 2];
  }
  return nearest;
}

/** @param {Value} metres */
const walkWords = (metres) => (metres === null ? say("plans.farther") : say("plans.metres", { n: figure(metres) }));

/** @param {Plan} plan @param {PlanReach} reach @param {PointerEvent} event */
function hoverHome(plan, reach, event) {
  const tip = byId("plan-tip");
  const row = homeAt(reach, event.offsetX, event.offsetY);
  tip.hidden = row < 0;
  if (row < 0) return;
  fill(tip, h("b", null, planPeople(plan, reach.people[row])), ` · ${say("plans.tip.site", { n: reach.site[row] + 1 })}`, h("br"),
    say("plans.tip.walk", { before: walkWords(reach.before_m[row]), after: walkWords(reach.after_m[row]) }));
  tip.style.left = `${Math.min(event.offsetX + 14, Math.max(0, planSize()[0] - tip.offsetWidth - 6))}px`;
  tip.style.top = `${Math.max(4, event.offsetY - 12 - tip.offsetHeight)}px`;
}
