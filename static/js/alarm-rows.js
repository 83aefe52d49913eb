/** What of the alarm list is where: its rows, which are ticked, which has the focus, which is open. */

export const byId = (/** @type {string} */ id) => document.getElementById(id);
export const rows = () => [...document.querySelectorAll("#alarm-rows tbody tr")];
export const ticked = () => document.querySelectorAll("#alarm-rows .row-check:checked").length;
export const focusedRow = () => rows().findIndex((row) => row.contains(document.activeElement));
export const openId = () =>
  byId("alarm-panel")?.querySelector("[data-open]")?.getAttribute("data-open");
export const openRow = () => rows().find((row) => row.getAttribute("data-alarm") === openId());

let seen = 0;
/** How often the list was read anew after a deed. */
export const deedsSeen = () => seen;
export const noteDeed = () => {
  seen += 1;
};

/** The row that is meant where none is ticked: it has the focus, else it is open beside the list. */
export const meantRow = () => rows()[focusedRow()] ?? openRow();

/** Tick the row, where it is not. @param {Element | undefined} row */
export function tick(row) {
  const box = row?.querySelector("input.row-check");
  if (box instanceof HTMLInputElement && !box.checked) box.click();
}

/** Nothing is chosen any more. */
export function untickAll() {
  const boxes = document.querySelectorAll("#alarm-rows .row-check, #pick-every, #pick-all");
  for (const box of boxes) if (box instanceof HTMLInputElement) box.checked = false;
}

/**
 * Where the focus goes when rows have changed: the row it was in, else the one that took its place.
 * @param {string[]} ids of the rows that are there now
 * @param {{ id: string, at: number }} was
 */
export function rowAfter(ids, { id, at }) {
  const same = ids.indexOf(id);
  return same >= 0 ? same : Math.min(at, ids.length - 1);
}

/** @type {{ id: string, at: number } | null} the row somebody is at, though it may be gone by now */
let place = null;

/** Whoever goes into a dialog comes back to the same row. @param {FocusEvent | PointerEvent} event */
function notePlace(event) {
  if (!(event.target instanceof Element) || event.target.closest("dialog")) return;
  const at = rows().findIndex((row) => row.contains(/** @type {Element} */ (event.target)));
  place = at < 0 ? null : { id: rows()[at].id, at };
}

/** Nobody is at a row any more. */
export function leaveRows() {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  place = null;
}

/** Where a swap took the row that had the focus, the row in its place has it. */
export function keepFocus() {
  if (place === null || document.activeElement !== document.body) return;
  const all = rows();
  const next = rowAfter(
    all.map((row) => row.id),
    place,
  );
  all[next]?.querySelector("a")?.focus();
}

/** Remember from now on which row somebody is at. */
export function startPlace() {
  document.addEventListener("focusin", notePlace);
  document.addEventListener("pointerdown", notePlace);
}
