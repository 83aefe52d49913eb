/** The cells of the grid on the page: where they are, which is edited, which are chosen. */
import { between } from "./selection.js";

/** @typedef {import("./selection.js").Place} Place */

/** @type {Place | null} the other corner of the chosen rectangle */
let anchor = null;
/** @type {string | null} what the focused cell held before it was edited */
let before = null;
/** @type {Place | null} where to go when the form has come back from the server */
let goal = null;

export const form = () =>
  /** @type {HTMLFormElement | null} */ (document.querySelector("[data-table-form]"));

/** @returns {HTMLInputElement[][]} */
export function cells() {
  const rows = [...document.querySelectorAll("[data-grid] tbody tr")];
  return rows.map((row) => [.../** @type {any} */ (row.querySelectorAll("[data-cell]"))]);
}

/** @param {EventTarget | null} target @returns {HTMLInputElement | null} */
export function asCell(target) {
  return target instanceof HTMLInputElement && target.hasAttribute("data-cell") ? target : null;
}

/** @param {HTMLInputElement} cell @returns {Place} */
export function placeOf(cell) {
  const grid = cells();
  const row = grid.findIndex((one) => one.includes(cell));
  return { row, column: grid[row].indexOf(cell) };
}

/**
 * Focus a cell, held inside the grid, all of it selected so that typing replaces it.
 * @param {Place} place
 */
export function go(place) {
  const grid = cells();
  const row = grid[Math.max(0, Math.min(grid.length - 1, place.row))];
  const cell = row?.[Math.min(place.column, row.length - 1)];
  cell?.focus();
  cell?.select();
}

/** @param {Place | null} place */
export function goAfterSwap(place) {
  goal = place;
}

/** Go where a key that changed the rows wanted to. */
export function arrive() {
  if (goal) go(goal);
  goal = null;
}

/** While one edits, the caret has the arrows; while one types over a cell, they move on. */
/** @param {HTMLInputElement} cell */
export const isEditing = (cell) => cell.classList.contains("is-editing");

/** @param {HTMLInputElement} cell */
export const isTouched = (cell) => isEditing(cell) || cell.classList.contains("is-typing");

/** @param {HTMLInputElement} cell */
export function remember(cell) {
  before = cell.value;
}

/** @param {HTMLInputElement} cell */
export function edit(cell) {
  cell.classList.add("is-editing");
  cell.setSelectionRange(cell.value.length, cell.value.length);
}

/** @param {HTMLInputElement} cell */
export const leave = (cell) => cell.classList.remove("is-editing", "is-typing");

/** @param {HTMLInputElement} cell */
export function giveUp(cell) {
  if (before !== null) cell.value = before;
  leave(cell);
  choose(null, null);
  cell.select();
}

export const corner = () => anchor;

/**
 * Choose the rectangle between two corners; no corner chooses nothing.
 * @param {Place | null} from
 * @param {Place | null} to
 */
export function choose(from, to) {
  for (const one of document.querySelectorAll(".is-chosen")) one.classList.remove("is-chosen");
  anchor = from;
  if (!from || !to) return;
  for (const cell of within(from, to).flat()) cell.classList.add("is-chosen");
}

/** @param {Place} from @param {Place} to @returns {HTMLInputElement[][]} */
function within(from, to) {
  const grid = cells();
  return between(from, to).map((row) => row.map((one) => grid[one.row]?.[one.column]));
}

/**
 * What copying and emptying are about: the chosen rectangle, or the cell itself.
 * @param {HTMLInputElement} cell
 */
export function rectangle(cell) {
  const to = placeOf(cell);
  return within(anchor ?? to, to);
}

/** @param {Element} element */
export const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
