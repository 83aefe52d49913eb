/** The alarm that is open beside the list, where the window is wide enough for both. */
import { hear } from "./canvas/dom.js";
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

hear(document, "click", "a[data-panel]", (link, event) => {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (elsewhere || !matchMedia(WIDE).matches) return;
  event.preventDefault();
  openBeside(link.closest("tr"));
});
hear(document, "click", "#alarm-panel [data-close-panel]", close);
hear(document, "click", "#alarm-panel [data-step]", ({ dataset }) => {
  const at = rows().findIndex((row) => row.matches(".is-open"));
  if (at >= 0) openBeside(rows()[at + Number(dataset.step)]);
});
// What a dialog asks from here is about the open alarm alone.
hear(document, "click", "#alarm-panel [commandfor]", (_, event) => {
  const box = openRow()?.querySelector("input.row-check");
  untick();
  if (box instanceof HTMLInputElement) box.click();
  else event.preventDefault();
});
document.addEventListener("htmx:after:swap", markOpen);
