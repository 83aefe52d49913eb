/**
 * Choosing rows: [data-rows] holds the table, a .check-all box in its head and .row-check boxes in
 * its rows; the [data-bulk] bar inside it shows while at least one is ticked and counts them in [data-count].
 * Shift+click ticks the range between.
 */

/**
 * The indexes from one row to another, both included, in ascending order.
 * @param {number} from
 * @param {number} to
 */
export function between(from, to) {
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => first + step);
}

/** @param {Element} box @returns {HTMLInputElement[]} */
const checks = (box) =>
  [...box.querySelectorAll("input.row-check")].map((one) => /** @type {HTMLInputElement} */ (one));

/** @param {Element} box */
function refresh(box) {
  const all = checks(box);
  const count = all.filter((one) => one.checked).length;
  const head = box.querySelector("input.check-all");
  if (head instanceof HTMLInputElement) {
    head.checked = count > 0 && count === all.length;
    head.indeterminate = count > 0 && count < all.length;
  }
  const bar = box.querySelector("[data-bulk]");
  if (bar instanceof HTMLElement) bar.hidden = count === 0;
  const words = box.querySelector("[data-count]");
  if (words) words.textContent = `${count} selected`;
}

/** @type {WeakMap<Element, HTMLInputElement>} */
const lastTicked = new WeakMap();

/** @param {Element} box @param {HTMLInputElement} clicked @param {boolean} asRange */
function tick(box, clicked, asRange) {
  const all = checks(box);
  const last = lastTicked.get(box);
  if (asRange && last && all.includes(last)) {
    for (const at of between(all.indexOf(last), all.indexOf(clicked)))
      all[at].checked = clicked.checked;
  }
  lastTicked.set(box, clicked);
}

/** @param {MouseEvent} event */
function onClick(event) {
  const input = event.target;
  if (!(input instanceof HTMLInputElement)) return;
  const box = input.closest("[data-rows]");
  if (!box) return;
  if (input.matches(".check-all")) for (const one of checks(box)) one.checked = input.checked;
  else if (input.matches(".row-check")) tick(box, input, event.shiftKey);
  else return;
  refresh(box);
}

/** Watch every table of the page, now and later. */
export function startTables() {
  document.addEventListener("click", onClick);
  const refreshAll = () => document.querySelectorAll("[data-rows]").forEach(refresh);
  document.addEventListener("htmx:after:swap", refreshAll);
  refreshAll();
}
