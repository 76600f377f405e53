// @ts-check
// The map: decoding, drawing, panning and zooming. A canvas, no workers, no tiles, nothing from outside.

const CANVAS = /** @type {HTMLCanvasElement} */ (byId("map-canvas"));
const PEN = /** @type {CanvasRenderingContext2D} */ (CANVAS.getContext("2d"));
/** What is shown. `scale` is pixels for each lattice step, `x`, `y` the lattice point in the middle. */
const VIEW = { scale: 1, x: DATA.map.width / 2, y: DATA.map.height / 2, least: 1, level: MAP_LEVELS[0], theme: "needs", service: "", place: "", moving: false };
// where there is no need to show, the map begins with the first indicator that it can
if (!DATA.counts.open) VIEW.theme = firstTheme(VIEW.level);
// a city without parts has one sheet
if (MAP_LEVELS[0] === "city") VIEW.place = (BY_LEVEL.get("city") || [])[0].id;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LETTER_VALUE = new Uint8Array(128);
for (let i = 0; i < 64; i++) LETTER_VALUE[LETTERS.charCodeAt(i)] = i;

/** The reader of report/geometry.py: five bits a letter, the sixth says "more follows", then zigzag. @param {string} letters @returns {number[]} */
function decode(letters) {
  const out = [];
  let value = 0;
  let shift = 1;
  for (let i = 0; i < letters.length; i++) {
    const group = LETTER_VALUE[letters.charCodeAt(i)];
    value += (group & 31) * shift;
    shift *= 32;
    if (group < 32) {
      out.push(value % 2 ? -(value + 1) / 2 : value / 2);
      value = 0;
      shift = 1;
    }
  }
  return out;
}

/** Absolute points of an encoded path: x, y, x, y ... @param {string} letters */
function points(letters) {
  const steps = decode(letters);
  for (let i = 2; i < steps.length; i++) steps[i] += steps[i - 2];
  return steps;
}

/** @param {string[]} paths @param {boolean} closed */
function pathOf(paths, closed) {
  const path = new Path2D();
  for (const letters of paths) {
    const xy = points(letters);
    path.moveTo(xy[0], xy[1]);
    for (let i = 2; i < xy.length; i += 2) path.lineTo(xy[i], xy[i + 1]);
    if (closed) path.closePath();
  }
  return path;
}

/** @typedef {{place: Place, path: Path2D, box: [number, number, number, number]}} Shape */
/** @type {Map<string, Shape[]>} */
const SHAPES = new Map();
/** @param {string} level @returns {Shape[]} */
function shapesOf(level) {
  const made = SHAPES.get(level);
  if (made) return made;
  const shapes = (BY_LEVEL.get(level) || []).map((place) => {
    /** @type {[number, number, number, number]} */
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const letters of place.shape) {
      const xy = points(letters);
      for (let i = 0; i < xy.length; i += 2) {
        box[0] = Math.min(box[0], xy[i]); box[1] = Math.min(box[1], xy[i + 1]);
        box[2] = Math.max(box[2], xy[i]); box[3] = Math.max(box[3], xy[i + 1]);
      }
    }
    return { place, path: pathOf(place.shape, true), box };
  });
  SHAPES.set(level, shapes);
  return shapes;
}

const BASE = {
  water: pathOf(DATA.map.water, true), rivers: pathOf(DATA.map.rivers, false), parks: pathOf(DATA.map.parks, true),
  main: pathOf(DATA.map.streets.main, false), minor: pathOf(DATA.map.streets.minor, false), railways: pathOf(DATA.map.railways, false),
};

/** Pixel size of the canvas as it is laid out. */
const sizeOf = () => ({ w: CANVAS.clientWidth, h: CANVAS.clientHeight });
/** @param {number} x @param {number} y @returns {[number, number]} */
const toScreen = (x, y) => [(x - VIEW.x) * VIEW.scale + sizeOf().w / 2, (VIEW.y - y) * VIEW.scale + sizeOf().h / 2];
/** @param {number} px @param {number} py @returns {[number, number]} */
const toMap = (px, py) => [(px - sizeOf().w / 2) / VIEW.scale + VIEW.x, VIEW.y - (py - sizeOf().h / 2) / VIEW.scale];

/** @type {Theme} */
let THEME = makeTheme(VIEW.theme, VIEW.level);
let asked = false;
function drawMapSoon() {
  if (!asked) requestAnimationFrame(() => { asked = false; drawMap(); });
  asked = true;
}

function fitMap() {
  const { w, h } = sizeOf();
  VIEW.least = Math.min(w / DATA.map.width, h / DATA.map.height) * 0.94;
  VIEW.scale = VIEW.least;
  VIEW.x = DATA.map.width / 2;
  VIEW.y = DATA.map.height / 2;
  drawMapSoon();
}

function drawMap() {
  const { w, h } = sizeOf();
  if (!w || !h) return;
  const ratio = window.devicePixelRatio || 1;
  if (CANVAS.width !== Math.round(w * ratio) || CANVAS.height !== Math.round(h * ratio)) {
    CANVAS.width = Math.round(w * ratio);
    CANVAS.height = Math.round(h * ratio);
  }
  const onMap = () => PEN.setTransform(VIEW.scale * ratio, 0, 0, -VIEW.scale * ratio, (w / 2 - VIEW.x * VIEW.scale) * ratio, (h / 2 + VIEW.y * VIEW.scale) * ratio);
  const onScreen = () => PEN.setTransform(ratio, 0, 0, ratio, 0, 0);
  const px = 1 / VIEW.scale;
  onScreen();
  PEN.clearRect(0, 0, w, h);
  onMap();
  PEN.lineJoin = "round";
  drawPlaces(px, onMap, onScreen);
  drawBase(PEN, px, VIEW.moving);
  drawOutlines(px);
  onScreen();
  drawLabels();
  drawFacilities();
  drawScale(PEN, w, h, VIEW.scale);
}

/** @param {number} px @param {() => void} onMap @param {() => void} onScreen */
function drawPlaces(px, onMap, onScreen) {
  const unknown = new Path2D();
  shapesOf(VIEW.level).forEach(({ path }, row) => {
    const value = THEME.values[row];
    if (value === null || value === undefined) return unknown.addPath(path);
    PEN.fillStyle = THEME.kind === "needs" && value === 0 ? "#ffffff" : rampColour(THEME, classOf(THEME, value));
    PEN.fill(path, "evenodd");
  });
  PEN.save();
  PEN.fillStyle = "#ffffff";
  PEN.fill(unknown, "evenodd");
  PEN.clip(unknown, "evenodd");
  onScreen();
  hatch();
  PEN.restore();
  onMap();
}

/** Thin slanted lines over the clip: no data. */
function hatch() {
  const { w, h } = sizeOf();
  PEN.strokeStyle = "#aab4b7";
  PEN.lineWidth = 1;
  PEN.beginPath();
  for (let x = -h; x < w; x += 7) {
    PEN.moveTo(x, h);
    PEN.lineTo(x + h, 0);
  }
  PEN.stroke();
}

/** Parks, water, streets and railways. @param {CanvasRenderingContext2D} pen @param {number} px lattice steps of a pixel @param {boolean} hurried without the small streets of a large city */
function drawBase(pen, px, hurried) {
  const metres = px * DATA.meta.step_m;
  pen.fillStyle = "rgb(120 158 104 / .5)";
  pen.fill(BASE.parks, "evenodd");
  pen.strokeStyle = "rgb(70 110 60 / .55)";
  pen.lineWidth = 0.6 * px;
  pen.stroke(BASE.parks);
  pen.fillStyle = "#bcd4e6";
  pen.fill(BASE.water, "evenodd");
  pen.strokeStyle = "#bcd4e6";
  pen.lineWidth = 2 * px;
  pen.stroke(BASE.rivers);
  pen.strokeStyle = "rgb(60 72 78 / .34)";
  if (metres < 14 && !(hurried && DATA.map.streets.minor.length > 20000)) {
    pen.lineWidth = (metres < 4 ? 1 : 0.5) * px;
    pen.stroke(BASE.minor);
  }
  pen.strokeStyle = "rgb(60 72 78 / .5)";
  pen.lineWidth = (metres < 6 ? 2.2 : 1) * px;
  pen.stroke(BASE.main);
  pen.strokeStyle = "#3c484e";
  pen.lineWidth = 1.6 * px;
  pen.stroke(BASE.railways);
  pen.setLineDash([6 * px, 6 * px]);
  pen.strokeStyle = "#fff";
  pen.lineWidth = 0.9 * px;
  pen.stroke(BASE.railways);
  pen.setLineDash([]);
}

/** Borders: of the level shown, of the subdistricts above it, and of the chosen place. @param {number} px */
function drawOutlines(px) {
  PEN.strokeStyle = "rgb(22 36 42 / .55)";
  PEN.lineWidth = 0.7 * px;
  for (const { path } of shapesOf(VIEW.level)) PEN.stroke(path);
  if (VIEW.level === "community") {
    PEN.lineWidth = 1.6 * px;
    PEN.strokeStyle = "rgb(22 36 42 / .75)";
    for (const { path } of shapesOf("subdistrict")) PEN.stroke(path);
  }
  const chosen = PLACES.get(VIEW.place);
  const shape = chosen && shapesOf(chosen.level).find(({ place }) => place.id === VIEW.place);
  if (!shape) return;
  PEN.strokeStyle = "#ffffff";
  PEN.lineWidth = 6 * px;
  PEN.stroke(shape.path);
  PEN.strokeStyle = "#16242a";
  PEN.lineWidth = 3 * px;
  PEN.stroke(shape.path);
}

/** Values where there is room, and the mark ▽ where a threshold is missed: the map never speaks by colour alone. */
function drawLabels() {
  PEN.textAlign = "center";
  PEN.textBaseline = "middle";
  /** Boxes that are taken: left, top, right, bottom. @type {[number, number, number, number][]} */
  const taken = [];
  const rows = shapesOf(VIEW.level).map((shape, row) => ({ ...shape, row })).sort((a, b) => sizeOfBox(b.box) - sizeOfBox(a.box));
  for (const { place, box, row } of rows) {
    const wide = (box[2] - box[0]) * VIEW.scale;
    const high = (box[3] - box[1]) * VIEW.scale;
    if (wide < 16 || high < 14) continue;
    const [x, y] = toScreen(place.at[0], place.at[1]);
    const value = THEME.values[row];
    const mark = THEME.missed[row] ? "▽" : "";
    const words = value === null || value === undefined || (THEME.kind === "needs" && value === 0) ? "" : `${figure(value, THEME.digits)} ${mark}`.trim();
    const named = fits(place.name, wide, 600) && high > 46 && placeLabel(taken, place.name, x, words ? y - 8 : y, 600);
    if (words && fits(words, wide, 400) && high > 18) placeLabel(taken, words, x, named ? y + 8 : y, 400);
    else if (mark && !named) placeLabel(taken, mark, x, y, 600);
  }
}

/** @param {[number, number, number, number]} box */
const sizeOfBox = (box) => (box[2] - box[0]) * (box[3] - box[1]);

/** @param {string} words @param {number} wide @param {number} weight */
function fits(words, wide, weight) {
  PEN.font = labelFont(weight, 12);
  return PEN.measureText(words).width < wide * 0.94;
}

/** Write a label unless another one is in the way. @param {[number, number, number, number][]} taken @param {string} words @param {number} x @param {number} y @param {number} weight */
function placeLabel(taken, words, x, y, weight) {
  PEN.font = labelFont(weight, 12);
  const half = PEN.measureText(words).width / 2 + 2;
  if (taken.some(([l, t, r, b]) => x - half < r && x + half > l && y - 7 < b && y + 7 > t)) return false;
  taken.push([x - half, y - 7, x + half, y + 7]);
  label(words, x, y, weight, 12);
  return true;
}

let family = "";
/** @param {number} weight @param {number} size */
function labelFont(weight, size) {
  family = family || getComputedStyle(document.body).fontFamily;
  return `${weight} ${size}px ${family}`;
}
PARTS.push(() => { family = ""; });

/** @param {string} words @param {number} x @param {number} y @param {number} weight @param {number} size @param {CanvasRenderingContext2D} [pen] */
function label(words, x, y, weight, size, pen = PEN) {
  pen.font = labelFont(weight, size);
  pen.strokeStyle = "rgb(255 255 255 / .92)";
  pen.lineWidth = 3.5;
  pen.strokeText(words, x, y);
  pen.fillStyle = "#16242a";
  pen.fillText(words, x, y);
}

/** @type {Map<string, number[]>} */
const SPOTS = new Map();
/** Lattice points of the facilities of a service. @param {Facilities} facilities */
function spotsOf(facilities) {
  const made = SPOTS.get(facilities.service) || points(facilities.points);
  SPOTS.set(facilities.service, made);
  return made;
}

function drawFacilities() {
  const facilities = DATA.map.facilities.find((f) => f.service === VIEW.service);
  if (!facilities) return;
  const { w, h } = sizeOf();
  const spots = spotsOf(facilities);
  const shown = [];
  for (let i = 0; i < spots.length; i += 2) {
    const [x, y] = toScreen(spots[i], spots[i + 1]);
    if (x > -9 && y > -9 && x < w + 9 && y < h + 9) shown.push([x, y]);
  }
  // many marks are small ones, so that the map below stays readable
  const r = Math.min(7, Math.max(3.2, 7 * Math.sqrt(60 / (shown.length || 1))));
  PEN.fillStyle = "#16242a";
  PEN.strokeStyle = "#ffffff";
  PEN.lineWidth = r > 5 ? 2 : 1.2;
  for (const [x, y] of shown) {
    PEN.beginPath();
    PEN.moveTo(x, y - r); PEN.lineTo(x + r, y); PEN.lineTo(x, y + r); PEN.lineTo(x - r, y);
    PEN.closePath();
    PEN.fill();
    PEN.stroke();
  }
}

/** A bar of a round length, drawn into the picture so that it stays true when the picture is printed smaller. @param {CanvasRenderingContext2D} pen @param {number} w @param {number} h @param {number} scale pixels of a lattice step */
function drawScale(pen, w, h, scale) {
  const metresPerPixel = DATA.meta.step_m / scale;
  const most = metresPerPixel * 120;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((n) => n * power).find((n) => n <= most) || power;
  const long = metres / metresPerPixel;
  pen.beginPath();
  pen.moveTo(w - 14 - long, h - 20); pen.lineTo(w - 14 - long, h - 13); pen.lineTo(w - 14, h - 13); pen.lineTo(w - 14, h - 20);
  pen.strokeStyle = "rgb(255 255 255 / .9)";
  pen.lineWidth = 5;
  pen.stroke();
  pen.strokeStyle = "#16242a";
  pen.lineWidth = 2;
  pen.stroke();
  label(metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, w - 14 - long / 2, h - 23, 400, 12, pen);
}
