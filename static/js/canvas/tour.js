/**
 * A look around the designer: one spot after the other, each marked while it is spoken of. It covers
 * no spot, takes no key from the page but Escape, and gives the focus back where it was.
 * @import {DesignerPage} from "./page.js"
 */
import { announce } from "../toast.js";
import { need } from "./dom.js";

/** @param {DesignerPage} page */
export function mountTour(page) {
  const box = /** @type {HTMLDialogElement} */ (need("#tour"));
  const spots = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-spot]")]);
  /** @type {Element | null} */
  let before = null;
  let at = 0;

  const mark = (/** @type {number} */ now) => {
    for (const one of document.querySelectorAll(".tour-spot")) one.classList.remove("tour-spot");
    for (const [number, spot] of spots.entries()) spot.hidden = number !== now;
    const where = spots[now]?.dataset.spot;
    if (where) document.querySelector(where)?.classList.add("tour-spot");
  };
  const go = (/** @type {number} */ to) => {
    if (to >= spots.length) return box.close();
    at = Math.max(0, to);
    mark(at);
    need("#tour-place", box).textContent = `${at + 1} of ${spots.length}`;
    need("[data-tour='1']", box).textContent = at + 1 < spots.length ? "Next" : "Done";
    announce(spots[at]?.textContent ?? "");
  };
  box.addEventListener("click", (event) => {
    const by = event.target instanceof HTMLElement ? event.target.dataset.tour : undefined;
    if (by) by === "0" ? box.close() : go(at + Number(by));
  });
  box.addEventListener("keydown", (event) => event.key === "Escape" && box.close());
  box.addEventListener("close", () => {
    mark(-1);
    if (before instanceof HTMLElement) before.focus();
  });
  page.deeds["show-step"] = () => page.show(document.activeElement?.getAttribute("value") ?? "");
  page.deeds.tour = () => {
    before = document.activeElement;
    if (!box.open) box.show();
    go(0);
    need("[data-tour='1']", box).focus();
  };
}
