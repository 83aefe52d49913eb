/**
 * Walking a list without a mouse: in [data-walk], a list itself or round a table, j and k move from
 * row to row, with Shift ticking both, x ticks the row; Enter follows the row's link, as the browser
 * does by itself. Escape goes a step back: nothing is ticked, then no row has the focus.
 */
import { isForPage } from "./shortcuts.js";
import { untick } from "./table.js";

/** @type {Record<string, number>} */
const STEPS = { j: 1, k: -1 };

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

/**
 * Where the focus goes when rows have changed: the row it was in, else the one that took its place.
 * @param {string[]} ids of the rows that are there now
 * @param {{ id: string, at: number }} was
 */
export function rowAfter(ids, { id, at }) {
  const same = ids.indexOf(id);
  return same >= 0 ? same : Math.min(at, ids.length - 1);
}

/** @param {Element | undefined} row @returns {HTMLInputElement | null | undefined} */
const boxOf = (row) => row?.querySelector("input.row-check");

/** @param {Element[]} rows @param {number} at @param {number} step @param {boolean} ticks */
function walk(rows, at, step, ticks) {
  const next = rows[nextRow(at, step, rows.length)];
  for (const row of ticks && at >= 0 ? [rows[at], next] : [])
    if (!boxOf(row)?.checked) boxOf(row)?.click();
  next.querySelector("a")?.focus();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (!isForPage(event)) return;
  const rows = [...document.querySelectorAll("[data-walk] tbody tr, ol[data-walk] > li")];
  const active = document.activeElement;
  const at = rows.findIndex((row) => row.contains(active));
  const step = STEPS[event.key.toLowerCase()];
  if (step && rows.length > 0) {
    event.preventDefault();
    walk(rows, at, step, event.shiftKey);
  } else if (event.key === "x") boxOf(rows[at])?.click();
  else if (event.key === "Escape" && !untick() && active instanceof HTMLElement) active.blur();
}

if (typeof document !== "undefined") document.addEventListener("keydown", onKey);
