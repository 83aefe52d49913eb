/** The alarm that is open beside the list, where the window is wide enough for both. */
import { byId, focusedRow, openId, openRow, rows } from "./alarm-rows.js";
import { announce } from "./toast.js";

const WIDE = "(min-width: 1200px)";

/** Mark the row that is open. */
export function markOpen() {
  const open = openId();
  for (const row of rows())
    row.classList.toggle("is-open", row.getAttribute("data-alarm") === open);
}

/** @param {string} address */
async function load(address) {
  await htmx.ajax("GET", address, { target: "#alarm-panel", swap: "innerHTML" });
  const form = byId("panel-deed");
  const choice = byId("alarm-choice");
  if (form instanceof HTMLFormElement && choice instanceof HTMLFormElement)
    form.action = choice.action;
  markOpen();
}

/** @param {Element | undefined} row */
async function openBeside(row) {
  const link = row?.querySelector("a[data-panel]");
  const panel = byId("alarm-panel");
  if (!link || !panel) return;
  await load(link.getAttribute("data-panel") ?? "");
  if (!openId()) return;
  panel.hidden = false;
  panel.parentElement?.classList.add("alarm-desk--open");
  announce(`${byId("alarm-card-title")?.textContent ?? "Alarm"} is open beside the list`);
}

/** Show what became of the alarm that is open. */
export async function refreshPanel() {
  const address = byId("alarm-panel")?.querySelector("[data-open]")?.getAttribute("data-address");
  if (address) await load(address);
}

/** Close it; the focus goes back to its row, unless it is in another. */
export function closePanel() {
  const panel = byId("alarm-panel");
  if (!panel || panel.hidden) return;
  const row = focusedRow() >= 0 ? undefined : openRow();
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
}

/** Open alarms beside the list from now on. */
export function startPanel() {
  document.addEventListener("click", onClick);
}
