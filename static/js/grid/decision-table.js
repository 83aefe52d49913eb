/**
 * The grid of a decision table, used like a spreadsheet. Its cells are plain text boxes of a form that
 * works by itself; here come keys, chosen cells, copy and paste, undo and redo, and problems beside
 * the cells while one types.
 */
import { hear, make } from "../canvas/dom.js";
import * as cells from "./cells.js";
import { enterStep, send, valuesOf, walkHistory } from "./form_history.js";
import { empty, onKey } from "./keys.js";
import { asText, isSeveral } from "./selection.js";

/** @param {ClipboardEvent} event */
function onCopy(event) {
  const cell = cells.asCell(event.target);
  if (!cell || cells.isTouched(cell) || !event.clipboardData) return;
  const some = cells.rectangle(cell);
  event.preventDefault();
  event.clipboardData.setData("text/plain", asText(some.map((row) => row.map((one) => one.value))));
  if (event.type === "cut") empty(cell);
}

/**
 * More than one cell is filled in by the server, which adds rows as needed.
 * @param {ClipboardEvent} event
 */
function onPaste(event) {
  const cell = cells.asCell(event.target);
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!cell || !isSeveral(text)) return;
  event.preventDefault();
  cells.goAfterSwap(cells.placeOf(cell));
  send({ ...valuesOf(), _op: `paste:${cell.name}`, _pasted: text });
}

/** @param {Event} event */
function onChange(event) {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (!target?.closest("[data-table-form]")) return;
  const cell = cells.asCell(target);
  if (cell) cells.leave(cell);
  enterStep();
  if (target.closest("[data-reshapes]")) setTimeout(() => cells.form()?.requestSubmit());
}

/** Mark the cells that the check names, and only these. */
function markProblems() {
  for (const old of document.querySelectorAll("[data-cell] ~ .field__error")) old.remove();
  for (const cell of document.querySelectorAll("[data-cell][aria-invalid]")) {
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
  }
  for (const said of document.querySelectorAll("[data-problem]")) {
    const [pointer, beside] = [said.getAttribute("data-problem"), said.getAttribute("data-beside")];
    const cell = document.getElementById(`cell-${pointer}`);
    if (!cell || cell.ariaInvalid) continue;
    const id = `field-${pointer}-error`;
    cell.after(make("p", { class: "field__error", id }, [beside ?? ""]));
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", id);
  }
}

/**
 * What the server answers is what holds: a morph leaves boxes that were typed in as they were.
 * @param {CustomEvent} event
 */
function onSwap({ detail: { ctx } }) {
  const isForm = ctx.target?.id === "table-form";
  if (isForm) cells.form()?.reset();
  markProblems();
  if (!isForm) return; // a check that comes back while one types is no step
  enterStep();
  cells.arrive();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const clicked = cells.asCell(event.target);
  if (clicked && event.detail === 1 && !event.shiftKey && !cells.isTouched(clicked))
    clicked.select();
}

/** @param {HTMLElement} link to a cell @param {MouseEvent} event */
function follow(link, event) {
  const { hash } = /** @type {HTMLAnchorElement} */ (link);
  const cell = cells.asCell(document.getElementById(decodeURIComponent(hash.slice(1))));
  if (!cell) return;
  event.preventDefault();
  cells.go(cells.placeOf(cell));
}

/** @param {MouseEvent} event */
function onPress(event) {
  const cell = cells.asCell(event.target);
  const active = cells.asCell(document.activeElement);
  if (!cell) return;
  if (event.shiftKey && active) {
    event.preventDefault();
    const from = cells.corner() ?? cells.placeOf(active);
    cells.go(cells.placeOf(cell));
    cells.choose(from, cells.placeOf(cell));
  } else cells.choose(null, null); // also where the cell has the focus already
  if (event.detail > 1) cell.classList.add("is-editing");
}

/** @param {Event} event */
const onInput = (event) => cells.asCell(event.target)?.classList.add("is-typing");

/** @param {FocusEvent} event */
function onFocus(event) {
  const cell = cells.asCell(event.target);
  if (!cell) return;
  cells.remember(cell);
  cells.choose(null, null);
}

if (cells.form()) {
  enterStep();
  /** @type {Record<string, (event: any) => void>} */
  const typed = { keydown: onKey, input: onInput, change: onChange, focusin: onFocus };
  /** @type {Record<string, (event: any) => void>} */
  const given = { mousedown: onPress, click: onClick, copy: onCopy, cut: onCopy, paste: onPaste };
  document.addEventListener("htmx:after:swap", onSwap);
  for (const [kind, then] of Object.entries({ ...typed, ...given }))
    document.addEventListener(kind, then);
  hear(document, "click", "[data-undo]", () => walkHistory("undo"));
  hear(document, "click", "[data-redo]", () => walkHistory("redo"));
  hear(document, "click", 'a[href^="#cell-"]', follow);
}
