/** The mapping editor's picker: a click on a value of the sample fills the box chosen last. */
import { announce } from "./toast.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Box */

/** @type {Box | null} */
let chosen = null;

/**
 * What a box holds after a path was picked: the path, or one line more where it takes lines.
 * @param {string} before
 * @param {string} path
 * @param {boolean} isLines
 */
export function filled(before, path, isLines) {
  if (!isLines) return path;
  const name = path.replace(/^.*\.|\[.*$/g, "").replace(/\W+/g, "_") || "field";
  const kept = before.trimEnd();
  return `${kept}${kept ? "\n" : ""}${name}: ${path}`;
}

/** @param {Element} element */
function isBox(element) {
  return element.matches("[data-pick]");
}

/** @param {FocusEvent} event */
function onFocus(event) {
  const box = event.target;
  if (box instanceof Element && isBox(box)) chosen = /** @type {Box} */ (box);
}

/** @param {MouseEvent} event */
function onClick(event) {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest("[data-path]");
  if (!(button instanceof HTMLElement)) return;
  const form = button.closest("form");
  const named = button.hasAttribute("data-list") ? form?.querySelector("[name=list]") : chosen;
  const box = named ?? form?.querySelector("[data-pick]");
  if (!(box instanceof HTMLInputElement || box instanceof HTMLTextAreaElement)) return;
  box.value = filled(box.value, button.dataset.path ?? "", box.dataset.pick === "line");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  announce(`${box.labels?.[0]?.textContent ?? "The box"}: ${button.dataset.path}`);
}

export function startPicking() {
  document.addEventListener("focusin", onFocus);
  document.addEventListener("click", onClick);
}

if (typeof document !== "undefined" && document.getElementById("mapping")) startPicking();
