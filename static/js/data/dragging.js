/** Dragging data onto a field of `root`, as the browser does it: by mouse, or by a finger that rests first. */
import { fieldOf } from "./fields.js";

/**
 * @param {HTMLElement} panel
 * @param {HTMLElement} root
 * @param {(datum: HTMLElement, field: HTMLElement) => void} drop
 */
export function mountDragging(panel, root, drop) {
  /** @type {HTMLElement|null} */
  let datum = null;
  panel.addEventListener("dragstart", ({ target, dataTransfer }) => {
    datum = target instanceof HTMLElement ? target : null;
    dataTransfer?.setData("text/plain", datum?.dataset.trail ?? "");
  });
  panel.addEventListener("dragend", () => {
    datum = null;
  });
  for (const kind of /** @type {const} */ (["dragenter", "dragover", "dragleave", "drop"])) {
    root.addEventListener(kind, (event) => {
      const field = datum && fieldOf(event.target);
      if (!datum || !field) return;
      event.preventDefault();
      const isInside = kind !== "dragleave" || fieldOf(event.relatedTarget) === field;
      field.classList.toggle("field--over", isInside && kind !== "drop");
      if (kind === "drop") drop(datum, field);
    });
  }
}
