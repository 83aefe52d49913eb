/**
 * The alarm list while somebody works in it. As long as rows are ticked, one has the focus, the page
 * is scrolled, an alarm is open beside it, or it is a later page, a live refresh brings news of the
 * rows that are there and only says how many are newer: nothing moves. Keys are in the help (?).
 */
import { takesText } from "./shortcuts.js";
import { announce } from "./toast.js";

const WIDE = "(min-width: 1200px)";
const CHORD_MS = 1_200;

/**
 * Whether new rows would disturb.
 * @param {{ticked: number, focused: boolean, scrolled: number, dialog: boolean, open: boolean, later: boolean}} now
 */
export function isBusy({ ticked, focused, scrolled, dialog, open, later }) {
  return ticked > 0 || focused || dialog || open || later || scrolled > 80;
}

/**
 * The address of a refresh that leaves the rows where they are.
 * @param {string} address
 * @param {{shown: string[], asOf: string, more: string}} held
 */
export function heldAddress(address, { shown, asOf, more }) {
  const url = new URL(address, "http://here");
  url.searchParams.set("shown", shown.join(","));
  url.searchParams.set("as_of", asOf);
  if (more) url.searchParams.set("more", more);
  return url.pathname + url.search;
}

const byId = (/** @type {string} */ id) => document.getElementById(id);
const rows = () => [...document.querySelectorAll("#alarm-rows tbody tr")];
const ticked = () => document.querySelectorAll("#alarm-rows .row-check:checked").length;
const focusedRow = () => rows().findIndex((row) => row.contains(document.activeElement));
const openId = () => byId("alarm-panel")?.querySelector("[data-open]")?.getAttribute("data-open");

/** @param {HTMLElement} list */
function state(list) {
  return {
    ticked: ticked(),
    focused: focusedRow() >= 0,
    scrolled: byId("content")?.scrollTop || window.scrollY,
    dialog: document.querySelector("dialog[open]") !== null,
    open: Boolean(openId()),
    later: list.dataset.later === "yes",
  };
}

/** @param {Event} event */
function onRequest(event) {
  const ctx = /** @type {CustomEvent} */ (event).detail?.ctx;
  const list = byId("alarm-rows");
  if (!list || ctx?.sourceElement !== list) return;
  const shown = rows().map((row) => row.getAttribute("data-alarm") ?? "");
  if (shown.length === 0 || !isBusy(state(list))) return;
  const { asOf = "", more = "" } = list.dataset;
  ctx.request.action = heldAddress(ctx.request.action, { shown, asOf, more });
}

let newer = "";

/** Speak of newer alarms once for each number, and mark the row that is open. */
function onSwap() {
  const words = byId("alarms-newer")?.textContent?.trim() ?? "";
  if (words && words !== newer) announce(words);
  newer = words;
  markOpen();
}

function markOpen() {
  const open = openId();
  for (const row of rows())
    row.classList.toggle("is-open", row.getAttribute("data-alarm") === open);
}

/** @param {Element | undefined} row */
async function openBeside(row) {
  const link = row?.querySelector("a[data-panel]");
  const panel = byId("alarm-panel");
  if (!link || !panel) return;
  await htmx.ajax("GET", link.getAttribute("data-panel") ?? "", {
    target: "#alarm-panel",
    swap: "innerHTML",
  });
  if (!openId()) return;
  panel.hidden = false;
  byId("alarm-panel")?.parentElement?.classList.add("alarm-desk--open");
  const form = panel.querySelector("form[data-panel-form]");
  if (form instanceof HTMLFormElement)
    form.action = byId("alarm-choice")?.getAttribute("action") ?? form.action;
  markOpen();
  announce(`${byId("alarm-card-title")?.textContent ?? "Alarm"} is open beside the list`);
}

function closePanel() {
  const panel = byId("alarm-panel");
  if (!panel || panel.hidden) return;
  const row = rows().find((one) => one.getAttribute("data-alarm") === openId());
  panel.hidden = true;
  panel.replaceChildren();
  panel.parentElement?.classList.remove("alarm-desk--open");
  markOpen();
  row?.querySelector("a")?.focus();
}

/** @param {number} step */
function openNext(step) {
  const all = rows();
  const at = all.findIndex((row) => row.getAttribute("data-alarm") === openId());
  const next = all[at + step];
  if (at >= 0 && next) openBeside(next);
}

/** @param {MouseEvent} event */
function onClick(event) {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey)
    return;
  const link = event.target.closest("a[data-panel]");
  if (link && matchMedia(WIDE).matches) {
    event.preventDefault();
    openBeside(link.closest("tr") ?? undefined);
  }
  if (event.target.closest("[data-close-panel]")) closePanel();
  const step = event.target.closest("[data-step]");
  if (step) openNext(Number(step.getAttribute("data-step")));
  if (event.target instanceof HTMLInputElement && event.target.type === "checkbox") sayChosen();
}

/** Say in the dialogs how many alarms are meant. */
function sayChosen() {
  const all = byId("pick-every");
  const every = all instanceof HTMLInputElement && all.checked;
  const text = every
    ? "All that fit the filter, the newest 10,000 at most."
    : `${ticked()} selected.`;
  for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = text;
}

/** Tick the row, where it is not. @param {Element | undefined} row */
function tick(row) {
  const box = row?.querySelector("input.row-check");
  if (box instanceof HTMLInputElement && !box.checked) box.click();
}

/** Open a dialog about what is ticked, or about the row that has the focus. @param {string} id */
function ask(id) {
  const dialog = byId(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  if (ticked() === 0) tick(rows()[focusedRow()]);
  if (ticked() === 0) return false;
  sayChosen();
  dialog.showModal();
  (dialog.querySelector("textarea") ?? dialog.querySelector("select"))?.focus();
  return true;
}

/** @param {number} step */
function extend(step) {
  const all = rows();
  const at = focusedRow();
  if (at < 0) return false;
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  tick(all[at]);
  tick(next);
  next.querySelector("a")?.focus();
  return true;
}

/** With nothing ticked, the row with the focus is meant; the shortcut itself does the rest. */
function tickFocused() {
  if (ticked() === 0) tick(rows()[focusedRow()]);
}

let chordAt = 0;

/** @type {Record<string, () => unknown>} */
const KEYS = {
  J: () => extend(1),
  K: () => extend(-1),
  a: tickFocused,
  c: () => ask("sure-comment"),
  o: () => ask("sure-assign"),
  s: () => ask("sure-shelve"),
  n: () => byId("alarms-newer")?.click() ?? true,
  g: () => {
    chordAt = Date.now();
  },
  v: () => Date.now() - chordAt < CHORD_MS && toViews(),
  "?": () => /** @type {HTMLDialogElement | null} */ (byId("alarm-keys"))?.showModal() ?? true,
  Escape: () => closePanel() ?? true,
};

function toViews() {
  const first = document.querySelector(".alarm-views .tabs__tab");
  if (first instanceof HTMLElement) first.focus();
  return true;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (takesText(/** @type {any} */ (event.target)) || document.querySelector("dialog[open]"))
    return;
  if (KEYS[event.key]?.()) event.preventDefault();
}

/** Times asked for are the reader's own. */
function useOwnZone() {
  const field = document.querySelector("[data-own-zone]");
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!(field instanceof HTMLInputElement) || !name) return;
  field.value = new URLSearchParams(location.search).get("zone") || name;
  const words = document.querySelector("[data-zone-name]");
  if (words) words.textContent = field.value.replaceAll("_", " ");
}

if (typeof document !== "undefined") {
  document.addEventListener("htmx:config:request", onRequest);
  document.addEventListener("htmx:after:swap", onSwap);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey, true);
  useOwnZone();
}
