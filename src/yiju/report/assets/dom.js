// @ts-check
// Making elements. Text goes in as text, so that no name of a street can become markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/** @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, unknown> | null} [attributes] @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]} */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "style") element.style.cssText = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** @param {Element} parent @param {(Child | Child[])[]} children */
function append(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}

/** An SVG element. @param {string} tag @param {Record<string, string | number>} attributes @param {...(Element | string)} children */
function s(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Put new children where old ones were. @param {Element} parent @param {...(Child | Child[])} children */
function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** @param {string} text @param {string} [kind] */
const chip = (text, kind = "") => h("span", { class: `chip ${kind}` }, text);

/** A select with its label. @param {string} label @param {[string, string][]} options @param {string} value @param {(value: string) => void} chosen */
function choice(label, options, value, chosen) {
  const select = h("select", { onchange: () => chosen(select.value) }, options.map(([code, name]) => h("option", { value: code, selected: code === value }, name)));
  return h("label", null, label, select);
}

/** Rows that are shown first, and how many more a click brings. */
const PAGE = { first: 20, more: 100, paper: 400 };

/** A button for more rows, where there are more. @param {number} shown @param {number} all @param {() => void} more */
function moreButton(shown, all, more) {
  if (all <= shown) return null;
  return h("p", { class: "more" }, h("button", { class: "quiet", type: "button", onclick: more }, say("more", { n: Math.min(PAGE.more, all - shown), all: figure(all) })));
}

/** Save a table as a file that spreadsheet programs open in the right encoding. @param {string} name @param {(string | number)[][]} rows */
function saveCsv(name, rows) {
  const quote = (/** @type {string | number} */ cell) => {
    const text = String(cell ?? "");
    // a cell that begins like a formula is kept as text
    const safe = typeof cell === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const blob = new Blob(["\ufeff" + rows.map((row) => row.map(quote).join(",")).join("\r\n")], { type: "text/csv" });
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Draw again in another language: every part says here how. @type {(() => void)[]} */
const PARTS = [];
