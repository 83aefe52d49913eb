/** Undo and redo of the table's form: cells are put back in place, other shapes by the server. */
import { need } from "../canvas/dom.js";
import { History } from "../canvas/history.js";
import { announce } from "../toast.js";
import { changed, form } from "./cells.js";

/** @typedef {Record<string, string>} Values what a form holds, by the names of its fields */

/** @type {History<Values> | null} */
let past = null;

/** @returns {Values} what the form holds, by name */
export function valuesOf() {
  const found = form();
  if (!found) return {};
  const entries = [...new FormData(found)].filter(([name]) => name.startsWith("/"));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/**
 * Tell whether two forms have the same fields, whatever is in them.
 * @param {Values} one
 * @param {Values} other
 */
export const sameFields = (one, other) => `${Object.keys(one)}` === `${Object.keys(other)}`;

/** Enter what the form holds now as a step; none where it holds the same. */
export function enterStep() {
  const values = valuesOf();
  past ??= new History(values);
  if (JSON.stringify(values) !== JSON.stringify(past.state)) past.push("", values);
  show();
}

/**
 * Post the form with other values, and show what comes back in its place.
 * @param {Values} values
 */
export function send(values) {
  const found = form();
  if (!found) return;
  const { csrf_token, revision } = Object.fromEntries(new FormData(found));
  const sent = { ...values, csrf_token, revision };
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  htmx.ajax("POST", found.action, { values: sent, target: "#table-form", swap: "outerMorph" });
}

/**
 * Go a step back or on.
 * @param {"undo" | "redo"} way
 * @returns {boolean} whether the form is fetched anew, since rows or columns were others
 */
export function walkHistory(way) {
  const found = form();
  if (!past || !found || past[way]() === null) return false;
  const values = past.state;
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
  need("[data-undo]").toggleAttribute("disabled", !past?.can.undo);
  need("[data-redo]").toggleAttribute("disabled", !past?.can.redo);
}
