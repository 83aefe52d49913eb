/** Undo and redo of the table's form: cells are put back in place, other shapes by the server. */
import { announce } from "../toast.js";
import { changed, form } from "./cells.js";
import { Past, sameFields } from "./past.js";

/** @typedef {import("./past.js").Values} Values */

/** @type {Past | null} */
let past = null;
/** Whether a form that was sent from here is still to come back. */
let awaited = false;

/**
 * Tell whether a swap brought the form itself; one sent from here is not announced on the form.
 * @param {EventTarget | null} target
 */
export function bringsForm(target) {
  if (target === form()) return true;
  const other = target instanceof Element && target.id === "table-check";
  if (other || !awaited) return false;
  awaited = false;
  return true;
}

/** @returns {Values} what the form holds, by name */
export function valuesOf() {
  const found = form();
  if (!found) return {};
  const entries = [...new FormData(found)].filter(([name]) => name.startsWith("/"));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** Enter what the form holds now as a step. */
export function enterStep() {
  if (past) past.enter(valuesOf());
  else past = new Past(valuesOf());
  show();
}

/**
 * Post the form with other values, and show what comes back in its place.
 * @param {Values} values
 */
export function send(values) {
  const found = form();
  if (!found) return;
  const sent = { ...values };
  for (const name of ["csrf_token", "revision"]) {
    const field = found.elements.namedItem(name);
    if (field instanceof HTMLInputElement) sent[name] = field.value;
  }
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  awaited = true;
  htmx.ajax("POST", found.action, { values: sent, target: "#table-form", swap: "outerMorph" });
}

/**
 * Go a step back or on.
 * @param {"undo" | "redo"} way
 * @returns {boolean} whether the form is fetched anew, since rows or columns were others
 */
export function walkHistory(way) {
  const values = past?.[way]();
  const found = form();
  if (!values || !found) return false;
  announce(way === "undo" ? "Undone" : "Done again");
  const reshapes = !sameFields(values, valuesOf());
  if (reshapes) send({ ...values, _op: "show" });
  else {
    putBack(found, values);
    changed(found);
  }
  show();
  return reshapes;
}

/** @param {HTMLFormElement} found @param {Values} values */
function putBack(found, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = found.elements.namedItem(name);
    const ticks = field instanceof HTMLInputElement && field.type === "checkbox";
    if (field && "value" in field && !ticks) field.value = value;
  }
}

/** Show which way one can go. */
function show() {
  const box = document.querySelector("[data-history]");
  if (!(box instanceof HTMLElement)) return;
  box.hidden = false;
  setDisabled(box.querySelector("[data-undo]"), !past?.canUndo);
  setDisabled(box.querySelector("[data-redo]"), !past?.canRedo);
}

/** @param {Element | null} button @param {boolean} off */
function setDisabled(button, off) {
  if (button instanceof HTMLButtonElement) button.disabled = off;
}
