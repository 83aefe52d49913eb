/** The mapping editor's picker: a click on a value of the sample fills the box chosen last. */
import { hear } from "./canvas/dom.js";
import { announce } from "./toast.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Box */

/** @type {Element | null} */
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

/** @param {HTMLElement} button */
function pick(button) {
  const form = button.closest("form");
  const named = button.hasAttribute("data-list") ? form?.querySelector("[name=list]") : chosen;
  const box = /** @type {Box | null | undefined} */ (named ?? form?.querySelector("[data-pick]"));
  if (!box) return;
  const { path = "" } = button.dataset;
  box.value = filled(box.value, path, box.dataset.pick === "line");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  announce(`${box.labels?.[0]?.textContent ?? "The box"}: ${path}`);
}

if (typeof document !== "undefined" && document.getElementById("mapping")) {
  hear(document, "focusin", "[data-pick]", (box) => {
    chosen = box;
  });
  hear(document, "click", "[data-path]", pick);
}
