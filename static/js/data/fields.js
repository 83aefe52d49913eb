/** Fields that can be taken from data: finding them, writing into them, giving them the focus. */
import { make } from "../canvas/dom.js";

/** @typedef {HTMLInputElement|HTMLTextAreaElement} Box */

/** @param {EventTarget|null} inside @returns {HTMLElement|null} */
export function fieldOf(inside) {
  return inside instanceof Element ? inside.closest("[data-takes]") : null;
}

/** The control that holds what a field takes, where that is text. @param {HTMLElement} field @returns {Box|null} */
export function boxOf(field) {
  const name = CSS.escape(field.dataset.field ?? "");
  const found = field.querySelector(
    `input[name="${name}"]:not([type=hidden]), textarea[name="${name}"]`,
  );
  const isText = found instanceof HTMLTextAreaElement || found instanceof HTMLInputElement;
  return isText && !/checkbox|radio/.test(found.type) ? found : null;
}

/** Make a field an expression, whatever it was; the server remembers that. @param {HTMLElement} field @param {string} text */
export function takeFrom(field, text) {
  const form = field.closest("form");
  for (const old of form?.querySelectorAll("[data-once]") ?? []) old.remove();
  const once = { "data-once": "", hidden: "" };
  const given = make("input", { ...once, name: "_fx", value: text });
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
  for (
    let around = field.closest("details");
    around;
    around = around.parentElement?.closest("details") ?? null
  )
    around.open = true;
  const ways = [
    "[contenteditable=plaintext-only]",
    ":is(input, select, textarea)",
    "button, summary",
  ];
  const isOne = field.matches("input, select");
  const inside = ways.flatMap((way) => [...field.querySelectorAll(way)]);
  const target = (isOne ? [field] : inside).find(
    (one) => !one.matches("[type=hidden]") && one.checkVisibility(),
  );
  if (target instanceof HTMLElement) target.focus();
  field.scrollIntoView({ block: "nearest" });
}
