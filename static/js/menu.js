/** Menus are <details>: this closes them on Escape and on a click elsewhere, and lets arrows walk the items. */

/**
 * The index an arrow key leads to among `count` items; -1 where the key is no arrow.
 * @param {string} key
 * @param {number} at the focused item, -1 for none
 * @param {number} count
 */
export function stepTo(key, at, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return at <= 0 ? count - 1 : at - 1;
  return -1;
}

/** @param {Element | null} except the menu that may stay open */
function closeOthers(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.removeAttribute("open");
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (!(event.target instanceof Element)) return;
  const menu = event.target.closest("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
    return;
  }
  const all = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".menu__item")]);
  const items = all.filter((item) => item.checkVisibility());
  const next = stepTo(
    event.key,
    items.indexOf(/** @type {HTMLElement} */ (event.target)),
    items.length,
  );
  if (next < 0 || items.length === 0) return;
  event.preventDefault();
  items[next].focus();
}

/** Make every menu of the page, now and later, behave. */
export function startMenus() {
  document.addEventListener("click", (event) => {
    closeOthers(event.target instanceof Element ? event.target.closest("details.menu") : null);
  });
  document.addEventListener("keydown", onKey);
}
