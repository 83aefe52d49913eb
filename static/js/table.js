/**
 * Choosing rows: [data-rows] holds the table, a .check-all box in its head and .row-check boxes in
 * its rows; the [data-bulk] bar inside it shows (by its style) while at least one is ticked. [data-count] in the bar and
 * [data-chosen] in dialogs count them, or say the `data-every` of the ticked box that means all there are.
 * Shift+click ticks the range between.
 */
import { hear } from "./canvas/dom.js";

/**
 * The indexes from one row to another, both included, in ascending order.
 * @param {number} from
 * @param {number} to
 */
export const between = (from, to) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => Math.min(from, to) + step);

/** @param {ParentNode} box @returns {HTMLInputElement[]} */
export const checks = (box) => [.../** @type {any} */ (box.querySelectorAll("input.row-check"))];

/** @param {Element} box */
function refresh(box) {
  const all = checks(box);
  const count = all.filter((one) => one.checked).length;
  const head = box.querySelector("input.check-all");
  if (head instanceof HTMLInputElement) {
    head.checked = count > 0 && count === all.length;
    head.indeterminate = count > 0 && count < all.length;
  }
  const every = box.querySelector("[data-every]:checked")?.getAttribute("data-every");
  for (const place of document.querySelectorAll("[data-count], dialog [data-chosen]"))
    place.textContent = every ?? `${count} selected`;
}

/** @type {HTMLInputElement | null} */
let lastTicked = null;

/** @param {Element} box @param {HTMLInputElement} clicked @param {boolean} asRange */
function tick(box, clicked, asRange) {
  const all = checks(box);
  const last = all.findIndex((one) => one === lastTicked);
  for (const at of asRange && last >= 0 ? between(last, all.indexOf(clicked)) : [])
    all[at].checked = clicked.checked;
  lastTicked = clicked;
}

/**
 * Where no row is ticked, tick the one that is meant: it has the focus, else it is open beside the list.
 * @param {Element} box
 * @returns {boolean} whether any is ticked now
 */
export function meanRow(box) {
  const isTicked = () => checks(box).some((one) => one.checked);
  const row = box.querySelector("tr:focus-within") ?? box.querySelector("tr.is-open");
  if (row && !isTicked()) checks(row)[0]?.click();
  return isTicked();
}

/** Nothing is chosen any more. @returns {boolean} whether anything was */
export function untick() {
  const ticked = document.querySelectorAll("[data-rows] input:checked");
  for (const box of ticked) /** @type {HTMLInputElement} */ (box).checked = false;
  refreshAll();
  return ticked.length > 0;
}

/** @param {HTMLElement} clicked @param {MouseEvent} event */
function onClick(clicked, event) {
  const input = /** @type {HTMLInputElement} */ (clicked);
  const box = /** @type {Element} */ (input.closest("[data-rows]"));
  const isNone = !checks(box).some((one) => one.checked);
  if (input.matches(".row-check")) tick(box, input, event.shiftKey);
  else if (input.matches(".check-all") || (input.matches("[data-every]") && isNone))
    for (const one of checks(box)) one.checked = input.checked;
  refresh(box);
}

const refreshAll = () => document.querySelectorAll("[data-rows]").forEach(refresh);

if (typeof document !== "undefined") {
  hear(document, "click", "[data-rows] input", onClick);
  document.addEventListener("htmx:after:swap", refreshAll);
  refreshAll();
}
