/** The alarm that is open beside the list, where the window is wide enough for both. */
import { untick } from "./table.js";
import { announce } from "./toast.js";

const WIDE = "(min-width: 1200px)";

const rows = () => [...document.querySelectorAll("#alarm-rows tbody tr")];
const panel = () => document.getElementById("alarm-panel");
const openRow = () => {
  const open = panel()?.querySelector("[data-open]")?.getAttribute("data-open");
  return rows().find((row) => row.getAttribute("data-alarm") === open);
};

function markOpen() {
  const open = openRow();
  for (const row of rows()) row.classList.toggle("is-open", row === open);
}

/** @param {Element | null | undefined} row */
async function openBeside(row) {
  const address = row?.querySelector("a[data-panel]")?.getAttribute("data-panel");
  if (!address) return;
  await htmx.ajax("GET", address, { target: "#alarm-panel", swap: "innerHTML" });
  const title = document.getElementById("alarm-card-title");
  if (title) announce(`${title.textContent} is open beside the list`);
}

/** Close it; the focus goes back to its row, unless it is in another. */
function close() {
  const row = openRow();
  panel()?.replaceChildren();
  markOpen();
  if (!rows().some((one) => one.contains(document.activeElement))) row?.querySelector("a")?.focus();
}

/** @param {MouseEvent} event */
function onClick(event) {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey)
    return;
  const link = event.target.closest("a[data-panel]");
  const button = event.target.closest("#alarm-panel button");
  const step = Number(button?.getAttribute("data-step"));
  const at = rows().findIndex((row) => row.matches(".is-open"));
  if (link && matchMedia(WIDE).matches) {
    event.preventDefault();
    openBeside(link.closest("tr"));
  } else if (button?.matches("[data-close-panel]")) close();
  else if (step && at >= 0) openBeside(rows()[at + step]);
  else if (button?.matches("[commandfor]")) mean(event);
}

/** What a dialog asks from here is about the open alarm alone. @param {MouseEvent} event */
function mean(event) {
  const box = openRow()?.querySelector("input.row-check");
  untick();
  if (box instanceof HTMLInputElement) box.click();
  else event.preventDefault();
}

document.addEventListener("click", onClick);
document.addEventListener("htmx:after:swap", markOpen);
