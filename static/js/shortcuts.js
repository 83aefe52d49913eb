/**
 * Single-key shortcuts that lead to a control: data-key="/" on what the key presses, or types in;
 * "g v" is one key after the other; round links it goes to the first. Never while one types, and never
 * with Ctrl, Alt or Meta held. A key of a [data-bulk] bar means the row with the focus where none is
 * ticked. Ctrl+Enter in a dialog's text does what the dialog's button does.
 */
import { meanRow } from "./table.js";
import { toast } from "./toast.js";

const CHORD_MS = 1_200;
let last = { key: "", at: 0 };

/**
 * Tell whether a key pressed on this element is text for it.
 * @param {{ tagName?: string, isContentEditable?: boolean, type?: string } | null} target
 */
export function takesText(target) {
  const { tagName = "", isContentEditable = false, type = "" } = target ?? {};
  if (isContentEditable || ["TEXTAREA", "SELECT"].includes(tagName)) return true;
  return tagName === "INPUT" && !["checkbox", "radio", "button"].includes(type);
}

/** Tell whether a key is meant for the page, not for a field or a dialog. @param {KeyboardEvent} event */
export function isForPage(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return false;
  return !takesText(/** @type {any} */ (event.target)) && !document.querySelector("dialog[open]");
}

/** What a key leads to; what the page itself has for it comes before the top bar's. @param {string} key */
function goalOf(key) {
  const marked = `[data-key="${CSS.escape(key)}"]`;
  const goal = document.querySelector(`#content ${marked}`) ?? document.querySelector(marked);
  return goal instanceof HTMLElement ? goal : null;
}

/** @param {HTMLElement} goal */
function press(goal) {
  const rows = goal.closest("[data-rows]");
  if (takesText(goal)) goal.focus();
  else if (!goal.matches("a, button, input")) goal.querySelector("a")?.focus();
  else if (goal.matches("[data-bulk] button") && rows && !meanRow(rows))
    toast("Choose a row first: j and k walk, x ticks.");
  else goal.click();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (!isForPage(event)) return sendByKey(event);
  const { key, timeStamp: at } = event;
  const goal = (at - last.at < CHORD_MS && goalOf(`${last.key} ${key}`)) || goalOf(key);
  last = { key, at };
  if (!goal) return;
  event.preventDefault();
  press(goal);
}

/** @param {KeyboardEvent} event */
function sendByKey({ key, ctrlKey, metaKey, target }) {
  if (key !== "Enter" || !(ctrlKey || metaKey) || !(target instanceof HTMLTextAreaElement)) return;
  const button = target.closest("dialog")?.querySelector('button[type="submit"]');
  if (button instanceof HTMLElement) button.click();
}

if (typeof document !== "undefined") document.addEventListener("keydown", onKey);
