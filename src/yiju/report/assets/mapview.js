// @ts-check
// Moving about on the map by mouse, touch and keyboard; its controls and its legend.

/** @param {number} factor @param {number} [px] @param {number} [py] the pixel that stays where it is */
function zoom(factor, px = sizeOf().w / 2, py = sizeOf().h / 2) {
  const [x, y] = toMap(px, py);
  VIEW.scale = Math.min(Math.max(VIEW.scale * factor, VIEW.least * 0.8), VIEW.least * 60);
  VIEW.x = x - (px - sizeOf().w / 2) / VIEW.scale;
  VIEW.y = y + (py - sizeOf().h / 2) / VIEW.scale;
  drawMapSoon();
}

/** @param {number} dx @param {number} dy in pixels */
function pan(dx, dy) {
  VIEW.x = Math.min(Math.max(VIEW.x - dx / VIEW.scale, 0), DATA.map.width);
  VIEW.y = Math.min(Math.max(VIEW.y + dy / VIEW.scale, 0), DATA.map.height);
  drawMapSoon();
}

/** @type {Map<number, {x: number, y: number}>} */
const FINGERS = new Map();
let travelled = 0;
/** @param {PointerEvent} event */
const spot = (event) => ({ x: event.offsetX, y: event.offsetY });

CANVAS.addEventListener("pointerdown", (event) => {
  CANVAS.setPointerCapture(event.pointerId);
  FINGERS.set(event.pointerId, spot(event));
  travelled = 0;
  VIEW.moving = true;
  byId("map-hint").hidden = true;
  CANVAS.classList.add("moving");
});
CANVAS.addEventListener("pointermove", (event) => {
  const before = FINGERS.get(event.pointerId);
  if (!before) return hover(event);
  const now = spot(event);
  const others = [...FINGERS.entries()].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
  if (others.length) {
    const [other] = others;
    const apart = (/** @type {{x: number, y: number}} */ a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
    pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    travelled = 99;
  } else {
    travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    pan(now.x - before.x, now.y - before.y);
  }
  FINGERS.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) CANVAS.addEventListener(name, (raw) => {
  const event = /** @type {PointerEvent} */ (raw);
  if (!FINGERS.delete(event.pointerId)) return;
  VIEW.moving = FINGERS.size > 0;
  CANVAS.classList.toggle("moving", VIEW.moving);
  if (name === "pointerup" && travelled < 8) chooseAt(event.offsetX, event.offsetY);
  drawMapSoon();
});
CANVAS.addEventListener("pointerleave", () => { byId("map-tip").hidden = true; });

/** The wheel belongs to the page until the map has been clicked or Ctrl is held. */
CANVAS.addEventListener("wheel", (event) => {
  if (document.activeElement !== CANVAS && !event.ctrlKey && !event.metaKey) return hint();
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.offsetX, event.offsetY);
}, { passive: false });

let hinted = 0;
function hint() {
  byId("map-hint").hidden = false;
  clearTimeout(hinted);
  hinted = window.setTimeout(() => { byId("map-hint").hidden = true; }, 1400);
}

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
  "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: fitMap,
  Enter: () => chooseAt(sizeOf().w / 2, sizeOf().h / 2),
};
CANVAS.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  byId("map-cross").hidden = false;
  act();
});
CANVAS.addEventListener("blur", () => { byId("map-cross").hidden = true; });
byId("map-in").addEventListener("click", () => zoom(1.6));
byId("map-out").addEventListener("click", () => zoom(1 / 1.6));
byId("map-all").addEventListener("click", fitMap);
new ResizeObserver(() => {
  const whole = VIEW.scale <= VIEW.least * 1.001;
  if (whole) fitMap();
  drawMapSoon();
}).observe(CANVAS);

/** The place of the shown level under a pixel. @param {number} px @param {number} py @returns {Shape | undefined} */
function placeAt(px, py) {
  const [x, y] = toMap(px, py);
  PEN.setTransform(1, 0, 0, 1, 0, 0);
  return shapesOf(VIEW.level).find(({ path, box }) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3] && PEN.isPointInPath(path, x, y, "evenodd"));
}

/** The facility under a pixel: its row, or -1. @param {number} px @param {number} py */
function facilityAt(px, py) {
  const facilities = DATA.map.facilities.find((f) => f.service === VIEW.service);
  if (!facilities) return -1;
  const spots = spotsOf(facilities);
  let nearest = -1;
  let least = 14;
  for (let i = 0; i < spots.length; i += 2) {
    const [x, y] = toScreen(spots[i], spots[i + 1]);
    const apart = Math.hypot(x - px, y - py);
    if (apart < least) [least, nearest] = [apart, i / 2];
  }
  return nearest;
}

/** @param {number} row */
function facilityWords(row) {
  const facilities = /** @type {Facilities} */ (DATA.map.facilities.find((f) => f.service === VIEW.service));
  const capacity = facilities.capacity[row];
  const parts = [facilities.names[row] || bi(DATA.services[VIEW.service].name), capacity === null ? "" : say("map.capacity", { n: figure(capacity) }), nameOf("facility_sources", facilities.source[row])];
  return parts.filter(Boolean).join(" · ");
}

/** @param {PointerEvent} event */
function hover(event) {
  if (event.pointerType === "touch") return;
  showTip(event.offsetX, event.offsetY);
}

/** @param {number} px @param {number} py */
function showTip(px, py) {
  const tip = byId("map-tip");
  const facility = facilityAt(px, py);
  const shape = facility < 0 ? placeAt(px, py) : undefined;
  tip.hidden = facility < 0 && !shape;
  if (tip.hidden) return;
  if (shape) {
    const value = THEME.values[/** @type {number} */ (POSITION.get(shape.place.id))];
    const words = value === null || value === undefined ? say("map.nodata") : `${figure(value, THEME.digits)} ${THEME.unit}`;
    fill(tip, h("b", null, shape.place.name), h("br"), words);
  } else fill(tip, facilityWords(facility));
  tip.style.left = `${Math.min(px + 14, Math.max(0, sizeOf().w - tip.offsetWidth - 6))}px`;
  tip.style.top = `${Math.max(4, py - 12 - tip.offsetHeight)}px`;
}

/** @param {number} px @param {number} py */
function chooseAt(px, py) {
  showTip(px, py);
  if (facilityAt(px, py) >= 0) return;
  const shape = placeAt(px, py);
  if (shape) choosePlace(shape.place.id, false);
}

/** Show the sheet of a place, and bring it into the picture. @param {string} id @param {boolean} go */
function choosePlace(id, go) {
  const place = PLACES.get(id);
  if (!place) return;
  VIEW.place = id;
  if (place.level !== "city" && place.level !== VIEW.level && shapesOf(place.level).length && go) setMap({ level: place.level });
  if (go) {
    const shape = shapesOf(place.level).find((s) => s.place.id === id);
    if (shape && place.level !== "city") {
      const [x0, y0, x1, y1] = shape.box;
      VIEW.x = (x0 + x1) / 2;
      VIEW.y = (y0 + y1) / 2;
      VIEW.scale = Math.min(Math.max(Math.min(sizeOf().w / (x1 - x0), sizeOf().h / (y1 - y0)) * 0.35, VIEW.least), VIEW.least * 40);
    }
    byId("map").scrollIntoView();
  }
  drawSheet();
  drawMapSoon();
  setRoute(`place/${id}`);
}

/** @param {{level?: string, theme?: string, service?: string}} change */
function setMap(change) {
  Object.assign(VIEW, change);
  if (change.level && VIEW.theme.includes("|") && !VIEW.theme.startsWith("needs")) {
    const [indicator, method, variant, group] = VIEW.theme.split("|");
    const same = seriesKey(indicator, method, variant, group, VIEW.level);
    VIEW.theme = SERIES.has(same) ? same : DATA.counts.open ? "needs" : firstTheme(VIEW.level);
  }
  THEME = makeTheme(VIEW.theme, VIEW.level);
  drawControls();
  drawLegend();
  drawMapSoon();
}

function drawControls() {
  const theme = h("select", { id: "map-theme", onchange: () => setMap({ theme: theme.value }) },
    h("optgroup", { label: say("map.needs") }, h("option", { value: "needs", selected: VIEW.theme === "needs" }, say("map.theme.needs")),
      servicesInNeed().map((code) => h("option", { value: `needs|${code}`, selected: VIEW.theme === `needs|${code}` }, say(DATA.meta.weights_only ? "map.theme.count" : "map.theme.people", { service: bi(DATA.services[code].name) })))),
    DATA.indicators.map((indicator) => {
      const options = mappable(VIEW.level).filter((series) => series.indicator === indicator.id);
      return options.length ? h("optgroup", { label: bi(indicator.name) }, options.map((series) => {
        const key = seriesKey(series.indicator, series.method, series.variant, series.group, series.level);
        return h("option", { value: key, selected: VIEW.theme === key }, `${bi(indicator.name)} · ${nameOf("methods", series.method)}${variantWords(series)}${series.group === "all" ? "" : " · " + nameOf("groups", series.group)}`);
      })) : null;
    }));
  const find = h("input", { type: "search", list: "map-places", placeholder: say("map.find.hint"), onchange: () => {
    const found = DATA.places.find((place) => placeWords(place) === find.value || place.name === find.value);
    if (found) choosePlace(found.id, true);
  } });
  fill(byId("map-controls"),
    h("label", { class: "grow" }, say("map.show"), theme),
    choice(say("map.level"), [...MAP_LEVELS].reverse().map((level) => /** @type {[string, string]} */ ([level, nameOf("levels", level)])), VIEW.level, (level) => setMap({ level })),
    choice(say("map.facilities"), [["", say("map.facilities.none")], ...DATA.map.facilities.map((f) => /** @type {[string, string]} */ ([f.service, `${bi(DATA.services[f.service].name)} (${f.names.length})`]))], VIEW.service, (service) => setMap({ service })),
    h("label", { class: "grow" }, say("map.find"), find, h("datalist", { id: "map-places" }, DATA.places.filter((p) => p.level !== "city").map((place) => h("option", { value: placeWords(place) })))));
  CANVAS.setAttribute("aria-label", say("map.aria", { theme: THEME.label, level: nameOf("levels", VIEW.level) }));
}

/** A name that tells namesakes apart. @param {Place} place */
const placeWords = (place) => ancestry(place.id).slice(1).reverse().map((p) => p.name).join(" · ") || place.name;

function drawLegend() {
  const { rows, empty, zero } = legendRows(THEME);
  const pattern = s("svg", { width: 26, height: 14, "aria-hidden": "true" }, s("rect", { width: 26, height: 14, fill: "#fff", stroke: "#6d7b80" }), ...[-6, 1, 8, 15, 22].map((x) => s("path", { d: `M${x} 14L${x + 14} 0`, stroke: "#8b989c" })));
  const diamond = s("svg", { width: 26, height: 16, "aria-hidden": "true" }, s("path", { d: "M13 1L20 8L13 15L6 8Z", fill: "#16242a" }));
  fill(byId("map-legend"), h("b", null, THEME.label, THEME.statuses.map((status) => h("span", null, " ", chip(nameOf("statuses", status), status === "measured" ? "strong" : "dash")))), h("ul", null,
    rows.map((row) => h("li", null, h("i", { style: `background:${row.colour}` }), h("span", null, THEME.key === "needs" ? say(row.words === "1" ? "unit.one" : "unit.some", { n: row.words }) : `${row.words} ${THEME.unit}`, h("span", { class: "soft" }, ` (${row.n})`)))),
    zero ? h("li", null, h("i", { style: "background:#fff" }), `${say("map.zero")} (${zero})`) : null,
    empty ? h("li", null, pattern, `${say("map.nodata")} (${empty})`) : null,
    THEME.missed.some(Boolean) ? h("li", null, h("span", { style: "text-align:center", "aria-hidden": "true" }, "▽"), say("map.missed")) : null,
    VIEW.service ? h("li", null, diamond, bi(DATA.services[VIEW.service].name)) : null));
}

PARTS.push(() => setMap({}));
