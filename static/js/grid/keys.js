/** The keys of the grid: moving, editing, emptying; what changes rows is their buttons' (`data-grid-key`). */
import { announce } from "../toast.js";
import * as cells from "./cells.js";
import { walkHistory } from "./form_history.js";
import { ARROWS, stepped } from "./selection.js";

/** @type {Record<string, (cell: HTMLInputElement, event: KeyboardEvent) => void>} */
const PLAIN_KEYS = {
  F2: (cell) => cells.edit(cell),
  Escape: (cell) => cells.giveUp(cell),
  Delete: (cell) => empty(cell),
  Enter: (cell, event) => walk(cell, ARROWS[event.shiftKey ? "ArrowUp" : "ArrowDown"], false),
  "ctrl+z": (cell) => back(cell, "undo"),
  "ctrl+y": (cell) => back(cell, "redo"),
  "ctrl+Z": (cell) => back(cell, "redo"),
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
  const step = ARROWS[name];
  if (step) return (cell, event) => walk(cell, step, event.shiftKey);
  return PLAIN_KEYS[name] ?? null;
}

/** @param {KeyboardEvent} event */
export function onKey(event) {
  const cell = cells.asCell(event.target);
  if (!cell || event.isComposing) return;
  const name = keyName(event);
  const deed = deedOf(name, cells.isEditing(cell));
  const button = cell.closest("tr")?.querySelector(`[data-grid-key="${CSS.escape(name)}"]`);
  if (!deed && !(button instanceof HTMLButtonElement)) return;
  event.preventDefault();
  if (deed) deed(cell, event);
  else press(cell, /** @type {HTMLButtonElement} */ (button));
}

/** @param {HTMLInputElement} cell @param {HTMLButtonElement} button with how many rows on one is afterwards */
function press(cell, button) {
  if (button.disabled) return;
  const at = cells.placeOf(cell);
  cells.goAfterSwap({ ...at, row: at.row + Number(button.dataset.on) });
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
