/** Menus are <details>: this closes them on Escape and on a click elsewhere, and lets arrows walk the items. */
import { hear } from "./canvas/dom.js";

/**
 * What a key leads to in a menu, round at both ends; nothing where it is no key of a menu.
 * @template T
 * @param {string} key
 * @param {T[]} items
 * @param {number} at the focused item, -1 for none
 * @returns {T | undefined}
 */
export function stepTo(key, items, at) {
  /** @type {Record<string, T | undefined>} */
  const goals = {
    Home: items[0],
    End: items.at(-1),
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items.at(Math.max(at, 0) - 1),
  };
  return goals[key];
}

if (typeof document !== "undefined") {
  document.addEventListener("click", ({ target }) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(/** @type {Node} */ (target))) menu.removeAttribute("open");
  });
  hear(document, "keydown", "details.menu[open]", (menu, event) => {
    const all = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".menu__item")]);
    const items = all.filter((item) => item.checkVisibility());
    const isLeft = event.key === "Escape";
    if (isLeft) menu.removeAttribute("open");
    const walked = stepTo(event.key, items, items.indexOf(event.target));
    const next = isLeft ? menu.querySelector("summary") : walked;
    if (!next) return;
    event.preventDefault(); // Escape leaves no more than the menu
    next.focus();
  });
}
