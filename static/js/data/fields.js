/** Fields that can be taken from data: finding them, writing into them, giving them the focus. */
import { make } from "../canvas/dom.js";

/** @typedef {{text?: string, path?: string, kind?: string}} Piece  text, or data with its kind in words */

/** What in a field takes the focus, the likeliest first. */
const TARGETS = [
  "[contenteditable=plaintext-only]",
  "input:not([type=hidden]), select, textarea",
  "button, summary",
];

/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Box */

/** @param {EventTarget|null} inside @returns {HTMLElement|null} */
export function fieldOf(inside) {
  return inside instanceof Element ? inside.closest("[data-takes]") : null;
}

/** The control that holds what a field takes, where that is text or a choice. @param {HTMLElement} field @returns {Box|null} */
export function boxOf(field) {
  const name = CSS.escape(field.dataset.field ?? "");
  return field.querySelector(`[name="${name}"]:not([type=hidden], [type=checkbox], [type=radio])`);
}

/** Choose data, or write it where the caret is. @param {Box} box @param {string} text @param {number} caret */
export function writeIn(box, text, caret) {
  if (box instanceof HTMLSelectElement) {
    box.add(new Option(text));
    box.value = text;
  } else box.setRangeText(text, caret, caret, "end");
  box.focus();
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Make a field an expression, whatever it was; the server writes it and remembers that. @param {HTMLElement} field @param {Piece[]} pieces */
export function takeFrom(field, pieces) {
  const form = field.closest("form");
  for (const old of form?.querySelectorAll("[data-once]") ?? []) old.remove();
  const once = { "data-once": "", hidden: "" };
  const given = make("input", { ...once, name: "_fx", value: JSON.stringify(pieces) });
  const way = `fx:${field.dataset.field}`;
  const button = make("button", { ...once, name: "_op", value: way, formnovalidate: "" });
  form?.append(given, button);
  form?.requestSubmit(button);
}

/**
 * The field at a place of the form, or the nearest around it.
 * @param {ParentNode} root
 * @param {string} name  such as /config/cases/0/when
 * @returns {HTMLElement|null}
 */
export function fieldAt(root, name) {
  for (let at = name; at; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = root.querySelector(`[data-field="${CSS.escape(at)}"]`);
    if (found instanceof HTMLElement) return found;
  }
  return null;
}

/** Open what hides a field and give it the focus. @param {HTMLElement} field */
export function focusIn(field) {
  for (let at = field.closest("details"); at; at = at.parentElement?.closest("details") ?? null)
    at.open = true;
  const inside = TARGETS.flatMap((way) => [...field.querySelectorAll(way)]);
  const targets = field.matches("input, select") ? [field] : inside;
  const target = targets.find((one) => one.checkVisibility());
  if (target instanceof HTMLElement) target.focus();
  field.scrollIntoView({ block: "nearest" });
}
