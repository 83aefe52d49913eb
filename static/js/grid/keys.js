/** The keys of the grid: moving, editing, emptying, and what changes rows. */
import { announce } from "../toast.js";
import * as cells from "./cells.js";
import { walkHistory } from "./form_history.js";
import { ARROWS, nextInOrder, stepped } from "./selection.js";

/**
 * Keys that press a button of the row: its operation, and how many rows on one is afterwards.
 * @type {Map<string, { operation: (row: number) => string, on: number }>}
 */
const ROW_KEYS = new Map([
  ["ctrl+Enter", { operation: (row) => `add:rows:${row + 1}`, on: 1 }],
  ["ctrl+Delete", { operation: (row) => `del:rows:${row}`, on: 0 }],
  ["alt+ArrowUp", { operation: (row) => `back:rows:${row}`, on: -1 }],
  ["alt+ArrowDown", { operation: (row) => `on:rows:${row}`, on: 1 }],
]);

/** @type {Record<string, (cell: HTMLInputElement, event: KeyboardEvent) => void>} */
const PLAIN_KEYS = {
  F2: (cell) => cells.edit(cell),
  Escape: (cell) => cells.giveUp(cell),
  Delete: (cell) => empty(cell),
  Enter: (cell, event) => walk(cell, ARROWS[event.shiftKey ? "ArrowUp" : "ArrowDown"], false),
  Tab: (cell, event) => goOn(cell, event),
  "ctrl+z": (cell) => back(cell, "undo"),
  "ctrl+y": (cell) => back(cell, "redo"),
  "ctrl+Z": (cell) => back(cell, "redo"),
  ArrowUp: (cell, event) => walk(cell, ARROWS.ArrowUp, event.shiftKey),
  ArrowDown: (cell, event) => walk(cell, ARROWS.ArrowDown, event.shiftKey),
  ArrowLeft: (cell, event) => walk(cell, ARROWS.ArrowLeft, event.shiftKey),
  ArrowRight: (cell, event) => walk(cell, ARROWS.ArrowRight, event.shiftKey),
};
/** While one edits, these are for the caret. */
const CARET_KEYS = ["ArrowLeft", "ArrowRight", "Delete"];

/**
 * Name a key with what is held: "ctrl+Enter", "alt+ArrowUp", "F2".
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} event
 */
export function keyName(event) {
  const held = `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}`;
  return held + event.key;
}

/**
 * What a key does in a cell; null where it is the browser's.
 * @param {string} name
 * @param {boolean} editing
 * @returns {((cell: HTMLInputElement, event: KeyboardEvent) => void) | null}
 */
export function deedOf(name, editing) {
  if (editing && CARET_KEYS.includes(name)) return null;
  if (ROW_KEYS.has(name)) return (cell) => press(cell, name);
  return PLAIN_KEYS[name] ?? null;
}

/** @param {KeyboardEvent} event */
export function onKey(event) {
  const cell = cells.asCell(event.target);
  if (!cell || event.isComposing) return;
  const name = keyName(event);
  const deed = deedOf(name, cells.isEditing(cell));
  if (!deed) return;
  if (name !== "Tab") event.preventDefault();
  deed(cell, event);
}

/** @param {HTMLInputElement} cell @param {string} name */
function press(cell, name) {
  const { operation, on } = /** @type {any} */ (ROW_KEYS.get(name));
  const at = cells.placeOf(cell);
  const button = cells.form()?.querySelector(`button[value="${operation(at.row)}"]:not(:disabled)`);
  if (!(button instanceof HTMLButtonElement)) return;
  cells.goAfterSwap({ ...at, row: at.row + on });
  cell.blur(); // a focused cell would keep its text while the rows move under it
  button.click();
}

/** @param {HTMLInputElement} cell @param {[number, number]} step @param {boolean} chooses */
function walk(cell, step, chooses) {
  const grid = cells.cells();
  const at = cells.placeOf(cell);
  const next = stepped(at, step, grid.length, grid[at.row].length);
  const from = chooses ? (cells.corner() ?? at) : null;
  if (next.row === at.row && next.column === at.column && cells.isTouched(cell))
    cells.changed(cell);
  cells.go(next);
  cells.choose(from, next);
}

/**
 * Tab goes on in reading order, and out of the grid at its ends.
 * @param {HTMLInputElement} cell
 * @param {KeyboardEvent} event
 */
function goOn(cell, event) {
  const grid = cells.cells();
  const at = cells.placeOf(cell);
  const next = nextInOrder(at, event.shiftKey ? -1 : 1, grid.length, grid[at.row].length);
  cells.choose(null, null);
  if (!next) return;
  event.preventDefault();
  cells.go(next);
}

/** @param {HTMLInputElement} cell @param {"undo" | "redo"} way */
function back(cell, way) {
  const at = cells.placeOf(cell);
  if (walkHistory(way)) cells.goAfterSwap(at);
  else cell.select();
}

/** @param {HTMLInputElement} cell */
export function empty(cell) {
  const some = cells.rectangle(cell).flat();
  for (const one of some) one.value = "";
  announce(some.length === 1 ? "Cell emptied" : `${some.length} cells emptied`);
  cells.changed(cell);
}
