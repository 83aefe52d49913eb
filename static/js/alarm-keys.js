/** The keys of the alarm list; the help (?) names them all. What asks first does so in a dialog. */
import { closePanel } from "./alarm-panel.js";
import {
  byId,
  focusedRow,
  leaveRows,
  meantRow,
  openRow,
  rows,
  tick,
  ticked,
  untickAll,
} from "./alarm-rows.js";
import { takesText } from "./shortcuts.js";

const CHORD_MS = 1_200;

/** Say in the dialogs how many alarms are meant. */
function sayChosen() {
  const all = byId("pick-every");
  const every = all instanceof HTMLInputElement && all.checked;
  const text = every
    ? "All that fit the filter, the newest 10,000 at most."
    : `${ticked()} selected.`;
  for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = text;
}

/** With nothing ticked, the row that is meant is. */
function tickMeant() {
  if (ticked() === 0) tick(meantRow());
}

/** Open a dialog about what is ticked, or about the row that is meant. @param {string} id */
function ask(id) {
  const dialog = byId(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  tickMeant();
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

/** Tick all rows that are shown, or none. */
function tickShown() {
  byId("pick-all")?.click();
  return true;
}

/** Mean all that fit the filter, or only what is ticked. */
function meanAll() {
  if (ticked() === 0) byId("pick-all")?.click();
  byId("pick-every")?.click();
  return true;
}

let chordAt = 0;

/** @type {Record<string, () => unknown>} */
const KEYS = {
  J: () => extend(1),
  K: () => extend(-1),
  "*": tickShown,
  A: meanAll,
  a: tickMeant,
  u: tickMeant,
  b: tickMeant,
  c: () => ask("sure-comment"),
  o: () => ask("sure-assign"),
  s: () => ask("sure-shelve"),
  e: () => ask("sure-clear"),
  n: () => byId("alarms-newer")?.click() ?? true,
  g: () => {
    chordAt = Date.now();
  },
  v: () => Date.now() - chordAt < CHORD_MS && toViews(),
  "?": () => /** @type {HTMLDialogElement | null} */ (byId("alarm-keys"))?.showModal() ?? true,
  Escape: leave,
};

/** One step back: the open alarm, else the ticks, else the rows, which then are live again. */
function leave() {
  if (byId("alarm-panel")?.hidden === false) closePanel();
  else if (ticked() > 0) untickEach();
  else leaveRows();
  return true;
}

/** Untick by clicks, so that the bar below the list hears of it. */
function untickEach() {
  const every = byId("pick-every");
  if (every instanceof HTMLInputElement) every.checked = false;
  for (const row of rows()) {
    const box = row.querySelector("input.row-check");
    if (box instanceof HTMLInputElement && box.checked) box.click();
  }
}

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

/** Ctrl+Enter in a dialog's text does what its button does. @param {KeyboardEvent} event */
function onSend(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (!(event.target instanceof HTMLTextAreaElement)) return;
  const dialog = event.target.closest("dialog");
  const button = dialog?.querySelector('button[type="submit"]');
  if (button instanceof HTMLElement) button.click();
}

/** @param {MouseEvent} event */
function onClick(event) {
  if (event.target instanceof HTMLInputElement && event.target.type === "checkbox") sayChosen();
  const asks = event.target instanceof Element && event.target.closest("[data-panel-ask]");
  const row = openRow();
  if (!asks || !row) return;
  untickAll();
  tick(row);
  ask(asks.getAttribute("data-panel-ask") ?? "");
}

/** Listen on the whole page. */
export function startKeys() {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("keydown", onSend);
  document.addEventListener("click", onClick);
}
