/**
 * A list that is refreshed while somebody works in it: [data-held] is the address of a refresh that
 * leaves its rows where they are. As long as rows are ticked, one has the focus, the page is scrolled,
 * something is open, or it is a later page, only what is there is brought up to date; the server then
 * says how many are newer. What is done from the list ("deed") shows at once, and the focus stays.
 */
import { rowAfter } from "./row-walk.js";
import { untick } from "./table.js";
import { announce } from "./toast.js";

const list = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-held]"));
const rows = () => [...document.querySelectorAll("[data-held] tbody tr")];
const rowInFocus = () => rows().findIndex((row) => row.contains(document.activeElement));
/** A row is ticked or has the focus, it is a later page, something is open. */
const IN_USE = `[data-held] .row-check:checked, [data-held] tbody tr:focus-within,
  [data-held][data-later=yes], dialog[open], [data-open]`;
const SCROLLED_PX = 80;

/** Whether a deed is to be seen: until the list was read anew, nothing is held. */
let awaitsDeed = false;
let newer = "";
/** @type {{ id: string, at: number } | null} the row that had the focus before a swap */
let place = null;

/** Whether new rows would disturb. */
function isBusy() {
  const scrolled = document.getElementById("content")?.scrollTop || window.scrollY;
  return scrolled > SCROLLED_PX || document.querySelector(IN_USE) !== null;
}

/** @param {CustomEvent} event */
function onRequest({ detail: { ctx } }) {
  const found = list();
  if (!found || ctx.sourceElement !== found || awaitsDeed || !isBusy()) return;
  ctx.request.action = found.dataset.held;
}

/** Something was done: its dialog closes and nothing is chosen any more. The list hears of it as well. */
function onDeed() {
  awaitsDeed = true;
  /** @type {HTMLDialogElement | null} */
  const dialog = document.querySelector("dialog[open]");
  // Not left to its toggle, which comes later: what was emptied would stand in the way of what is sent next.
  for (const field of dialog?.querySelectorAll("textarea") ?? [])
    Object.assign(field, { value: "", required: false });
  dialog?.close();
  untick();
}

function beforeSwap() {
  const at = rowInFocus();
  place = at < 0 ? null : { id: rows()[at].id, at };
}

/** Speak of newer rows once for each number; where a swap took the row in focus, the next has it. @param {CustomEvent} event */
function afterSwap({ detail: { ctx } }) {
  if (ctx.sourceElement?.id === list()?.id) awaitsDeed = false;
  const words = document.querySelector("[data-newer]")?.textContent?.trim() ?? "";
  if (words && words !== newer) announce(words);
  newer = words;
  if (!place || document.activeElement !== document.body) return;
  const ids = rows().map((row) => row.id);
  rows()[rowAfter(ids, place)]?.querySelector("a")?.focus();
}

/** What a dialog needs is required while it is open: its fields are those of the form round the list. @param {Event} event */
function onToggle({ target }) {
  if (!(target instanceof HTMLDialogElement)) return;
  /** @type {NodeListOf<HTMLTextAreaElement>} */
  const fields = target.querySelectorAll("[data-required]");
  for (const field of fields) {
    field.required = target.open;
    field.oninput = () => field.setCustomValidity(field.value.trim() ? "" : "Write it first."); // no blanks
  }
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

document.addEventListener("htmx:config:request", onRequest);
document.addEventListener("deed", onDeed, true); // before the list asks for itself anew
document.addEventListener("htmx:before:swap", beforeSwap);
document.addEventListener("htmx:after:swap", afterSwap);
document.addEventListener("toggle", onToggle, true);
useOwnZone();
