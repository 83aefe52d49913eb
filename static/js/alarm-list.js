/**
 * The alarm list while somebody works in it. As long as rows are ticked, one has the focus, the page
 * is scrolled, an alarm is open beside it, or it is a later page, a live refresh brings news of the
 * rows that are there and only says how many are newer: nothing moves.
 */
import { startDeeds } from "./alarm-deeds.js";
import { startKeys } from "./alarm-keys.js";
import { markOpen, startPanel } from "./alarm-panel.js";
import {
  byId,
  deedsSeen,
  focusedRow,
  keepFocus,
  openId,
  rows,
  startPlace,
  ticked,
} from "./alarm-rows.js";
import { announce } from "./toast.js";

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
  heldAt.set(ctx, deedsSeen());
}

/** @type {WeakMap<object, number>} */
const heldAt = new WeakMap();

/** Rows that were held before a deed was seen are out of date. @param {Event} event */
function beforeSwap(event) {
  const ctx = /** @type {CustomEvent} */ (event).detail?.ctx;
  if (ctx && (heldAt.get(ctx) ?? deedsSeen()) < deedsSeen()) event.preventDefault();
}

let newer = "";

/** Speak of newer alarms once for each number, mark the row that is open, keep the focus. */
function onSwap() {
  const words = byId("alarms-newer")?.textContent?.trim() ?? "";
  if (words && words !== newer) announce(words);
  newer = words;
  markOpen();
  keepFocus();
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
  document.addEventListener("htmx:before:swap", beforeSwap);
  document.addEventListener("htmx:after:swap", onSwap);
  startPanel();
  startKeys();
  startDeeds();
  startPlace();
  useOwnZone();
}
