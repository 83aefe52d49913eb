/**
 * A look around the designer: one spot after the other, each marked while it is spoken of. It covers
 * no spot, takes no key from the page but Escape, and gives the focus back where it was.
 * @import {DesignerPage} from "./page.js"
 */
import { announce } from "../toast.js";
import { need } from "./dom.js";

/** @param {DesignerPage} page */
export function mountTour({ deeds }) {
  const box = /** @type {HTMLDialogElement} */ (need("#tour"));
  /** @type {NodeListOf<HTMLElement>} */
  const spots = box.querySelectorAll("[data-spot]");
  /** @type {any} */
  let before = null;

  const mark = (/** @type {number} */ at) => {
    document.querySelector(".tour-spot")?.classList.remove("tour-spot");
    spots.forEach((spot, number) => {
      spot.hidden = number !== at;
    });
    const where = spots[at]?.dataset.spot;
    if (where) document.querySelector(where)?.classList.add("tour-spot");
  };
  box.addEventListener("keydown", (event) => event.key === "Escape" && box.close());
  box.addEventListener("close", () => {
    mark(-1);
    before?.focus();
  });
  deeds.tour = (_event, button) => {
    if (!box.open) before = document.activeElement;
    box.show();
    const at = Number(button.value);
    mark(at);
    announce(need("p", spots[at]).textContent ?? "");
    need(".button--primary", spots[at]).focus();
  };
}
