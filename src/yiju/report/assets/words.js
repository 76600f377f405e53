// @ts-check
// Words and figures in the language that is shown.

/** @type {"zh" | "en"} */
let LANG = "zh";

/** @param {Bi | undefined | null} words */
const bi = (words) => (words ? words[LANG === "zh" ? 0 : 1] ?? words[0] : "");

/** The words of a key, with {names} filled in. @param {string} key @param {Record<string, string | number>} [fill] */
function say(key, fill) {
  const words = bi(DATA.words[key]) || key;
  return fill ? words.replace(/\{(\w+)\}/g, (_, name) => String(fill[name] ?? "")) : words;
}

/** The name of a code: a group, service, unit, step ... @param {string} kind @param {string} code */
const nameOf = (kind, code) => bi((DATA.names[kind] || {})[code]) || code;

/** @param {Value} value @param {number} [digits] */
function figure(value, digits = 0) {
  if (value === null || value === undefined) return "—";
  return new Intl.NumberFormat(LANG === "zh" ? "zh-CN" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A value of a series with its unit. @param {Series} series @param {Value} value */
function withUnit(series, value) {
  if (value === null || value === undefined) return "—";
  const words = bi(series.unit);
  return figure(value, series.digits) + (words === "%" || words === "" ? words : " " + words);
}

/** @param {Value} low @param {Value} high @param {number} digits */
function interval(low, high, digits) {
  return low === null || high === null || low === undefined || high === undefined ? "" : `${figure(low, digits)} – ${figure(high, digits)}`;
}

/** Four steps as dots, so that a grade is never colour alone. @type {Record<string, string>} */
const GRADE_DOTS = { very_good: "●●●●", good: "●●●○", fair: "●●○○", poor: "●○○○", met: "✓", missed: "▽" };

/** @param {string} grade */
const gradeWords = (grade) => `${GRADE_DOTS[grade] || ""} ${nameOf("grades", grade)}`.trim();
/** @param {string} grade */
const isBad = (grade) => ["poor", "missed", "overall_bad"].includes(grade);
