/** Dragging data onto a field, by any pointer; a finger drags by the grip and scrolls by all else. */
import { make } from "../canvas/dom.js";
import { fieldOf } from "./fields.js";

const SLOP_PX = 6;

/** @param {HTMLElement} panel @param {(datum: HTMLElement, field: HTMLElement) => void} drop */
export function mountDragging(panel, drop) {
  const ghost = make("div", { class: "data-ghost", popover: "manual" });
  document.body.append(ghost);
  /** @type {{datum: HTMLElement, x: number, y: number}|null} */
  let start = null;
  let dragged = false;
  /** @type {HTMLElement|null} */
  let over = null;
  panel.addEventListener("pointerdown", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const datum = target?.closest("[data-insert]");
    const mayDrag = event.pointerType === "mouse" || target?.closest(".datum__grip");
    dragged = false;
    if (!(datum instanceof HTMLElement) || event.button !== 0 || !mayDrag) return;
    start = { datum, x: event.clientX, y: event.clientY };
    datum.setPointerCapture(event.pointerId);
  });
  panel.addEventListener("pointermove", (event) => {
    if (!start) return;
    if (!dragged && Math.hypot(event.clientX - start.x, event.clientY - start.y) < SLOP_PX) return;
    if (!dragged) {
      ghost.textContent = start.datum.dataset.trail ?? "";
      ghost.showPopover();
    }
    dragged = true;
    ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px)`;
    over?.classList.remove("field--over");
    over = fieldOf(document.elementFromPoint(event.clientX, event.clientY));
    over?.classList.add("field--over");
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    panel.addEventListener(kind, () => {
      if (dragged) ghost.hidePopover();
      over?.classList.remove("field--over");
      if (kind === "pointerup" && dragged && start && over) drop(start.datum, over);
      start = over = null;
    });
  }
  panel.addEventListener("click", (event) => dragged && event.stopImmediatePropagation(), true);
}
