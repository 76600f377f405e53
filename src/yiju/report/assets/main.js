// @ts-check
// Language and address: #en/place/ID opens the page in English at that place's sheet.

/** What the address shows besides the language. */
let ROUTE = "";
let restoring = true;

/** @param {string} route */
function setRoute(route) {
  ROUTE = route;
  if (restoring) return;
  history.replaceState(null, "", "#" + (LANG === "zh" ? "" : "en") + (route ? "/" + route.split("/").map(encodeURIComponent).join("/") : "") || "#");
}

/** @param {"zh" | "en"} lang */
function setLang(lang) {
  LANG = lang;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = say("title", { city: DATA.meta.city, year: DATA.meta.year });
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-lang") === lang));
  for (const element of document.querySelectorAll("[data-label-key]")) element.setAttribute("aria-label", say(element.getAttribute("data-label-key") || ""));
  for (const draw of PARTS) draw();
  setRoute(ROUTE);
}

function restore() {
  restoring = true;
  document.documentElement.style.scrollBehavior = "auto";
  setTimeout(() => { document.documentElement.style.scrollBehavior = ""; }, 300);
  const [lang, kind, ...rest] = decodeURI(location.hash.slice(1)).split("/").map(decodeURIComponent);
  setLang(lang === "en" ? "en" : "zh");
  const id = rest.join("/");
  if (kind === "place" && PLACES.has(id)) requestAnimationFrame(() => choosePlace(id, true));
  else if (kind === "need" && NEEDS.has(id)) explainNeed(id);
  else if (kind === "indicator" && INDICATORS.has(id)) explainIndicator(id);
  else if (kind === "plan" && DATA.plans.some((plan) => plan.name === id)) requestAnimationFrame(() => showSite(DATA.plans.findIndex((plan) => plan.name === id), -1));
  else if (kind === "number") {
    const series = SERIES.get(rest[0]);
    if (series && POSITION.has(rest[1])) explainNumber(series, rest[1]);
  } else {
    const section = document.getElementById(kind || lang);
    if (section && section.tagName === "SECTION") requestAnimationFrame(() => section.scrollIntoView());
  }
  restoring = false;
}

for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => setLang(button.getAttribute("data-lang") === "en" ? "en" : "zh"));
for (const link of document.querySelectorAll("nav a")) link.addEventListener("click", (event) => {
  event.preventDefault();
  const section = (link.getAttribute("href") || "").slice(1);
  byId(section).scrollIntoView();
  byId(section).focus({ preventScroll: true });
  setRoute(section);
});
/** Folded parts that paper has to show. @type {HTMLDetailsElement[]} */
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details")].filter((part) => !part.open);
  for (const part of unfolded) part.open = true;
});
window.addEventListener("afterprint", () => { for (const part of unfolded) part.open = false; });
byId("print").addEventListener("click", () => window.print());
window.addEventListener("hashchange", restore);

/** Which section is being read. */
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const link = document.querySelector(`nav a[href="#${entry.target.id}"]`);
    if (link) link.setAttribute("aria-current", String(entry.isIntersecting));
  }
}, { rootMargin: "-30% 0px -65% 0px" });
for (const section of document.querySelectorAll("main section")) watcher.observe(section);

fitMap();
restore();
