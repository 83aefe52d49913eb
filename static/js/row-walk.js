/**
 * Walking a list without a mouse: in [data-walk], a list itself or round a table, j and k move from
 * row to row, x ticks the row; Enter follows the row's link, as the browser does by itself.
 */
import { takesText } from "./shortcuts.js";

const STEPS = new Map([
  ["j", 1],
  ["k", -1],
]);

/**
 * The row to go to from row `at` (-1: none yet) in a list of `count` rows; stops at both ends.
 * @param {number} at
 * @param {number} step
 * @param {number} count
 */
export function nextRow(at, step, count) {
  if (at < 0) return step > 0 ? 0 : count - 1;
  return Math.max(0, Math.min(count - 1, at + step));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (takesText(/** @type {any} */ (event.target)) || document.querySelector("dialog[open]"))
    return;
  const rows = [...document.querySelectorAll("[data-walk] tbody tr, ol[data-walk] > li")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const step = STEPS.get(event.key);
  if (step && rows.length > 0) {
    event.preventDefault();
    rows[nextRow(at, step, rows.length)].querySelector("a")?.focus();
  } else if (event.key === "x" && at >= 0) {
    const box = rows[at].querySelector("input.row-check");
    if (box instanceof HTMLInputElement) box.click();
  }
}

if (typeof document !== "undefined") document.addEventListener("keydown", onKey);
