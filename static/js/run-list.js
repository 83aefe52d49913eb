/**
 * The list of runs while it is in use: as long as rows are ticked, one has the focus, or the page is
 * scrolled, a live refresh brings news of the rows that are there and only says that there are newer
 * ones; nothing moves under the pointer. Times asked for are the reader's own.
 */

/**
 * Whether new rows would disturb.
 * @param {{ticked: number, focused: boolean, scrolled: number, dialog: boolean}} now
 */
export function isBusy({ ticked, focused, scrolled, dialog }) {
  return ticked > 0 || focused || dialog || scrolled > 80;
}

/** @param {string} address @param {string} top @param {boolean} busy */
export function refreshAddress(address, top, busy) {
  const url = new URL(address, "http://here");
  if (busy && top && !url.searchParams.has("cursor")) url.searchParams.set("as_of", top);
  else url.searchParams.delete("as_of");
  return url.pathname + url.search;
}

/** @param {Element} rows */
function state(rows) {
  const active = document.activeElement;
  return {
    ticked: rows.querySelectorAll(".row-check:checked").length,
    focused: active !== null && rows.querySelector("tbody")?.contains(active) === true,
    scrolled: document.getElementById("content")?.scrollTop || window.scrollY,
    dialog: document.querySelector("dialog[open]") !== null,
  };
}

/** @param {Event} event */
function onRequest(event) {
  const ctx = /** @type {CustomEvent} */ (event).detail?.ctx;
  const rows = document.getElementById("run-rows");
  if (!rows || ctx?.sourceElement !== rows) return;
  const top = rows.dataset.top ?? "";
  ctx.request.action = refreshAddress(ctx.request.action, top, isBusy(state(rows)));
}

function useOwnZone() {
  const field = document.querySelector("[data-own-zone]");
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!(field instanceof HTMLInputElement) || !name) return;
  const given = new URLSearchParams(location.search).get("zone");
  field.value = given || name;
  const words = document.querySelector("[data-zone-name]");
  if (words) words.textContent = field.value.replaceAll("_", " ");
}

/** Say in the dialogs how many runs are meant. @param {Event} event */
function onChoice(event) {
  if (!(event.target instanceof HTMLInputElement) || event.target.type !== "checkbox") return;
  const count = document.querySelectorAll(".row-check:checked").length;
  const all = document.getElementById("pick-every");
  const every = all instanceof HTMLInputElement && all.checked;
  const text = every ? "All that fit the filter, the newest 1,000 at most." : `${count} selected.`;
  for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = text;
}

if (typeof document !== "undefined") {
  document.addEventListener("htmx:config:request", onRequest);
  document.addEventListener("click", onChoice);
  useOwnZone();
}
