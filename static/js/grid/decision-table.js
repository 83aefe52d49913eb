/**
 * The grid of a decision table, used like a spreadsheet. Its cells are plain text boxes of a form that
 * works by itself; here come keys, chosen cells, copy and paste, undo and redo, and problems beside
 * the cells while one types.
 */
import * as cells from "./cells.js";
import { bringsForm, enterStep, send, valuesOf, walkHistory } from "./form_history.js";
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
  const named = [...document.querySelectorAll("[data-problem]")];
  const words = new Map(named.map((one) => [one.getAttribute("data-problem"), one.textContent]));
  for (const cell of cells.cells().flat()) {
    mark(cell, words.get(cell.name)?.trim() ?? "");
  }
}

/** @param {HTMLInputElement} cell @param {string} said the problem; "" for none */
function mark(cell, said) {
  const id = `field-${cell.name}-error`;
  let beside = document.getElementById(id);
  if (!said) {
    beside?.remove();
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    return;
  }
  if (!beside) {
    beside = document.createElement("p");
    beside.className = "field__error";
    beside.id = id;
    cell.after(beside);
  }
  beside.textContent = said.slice(said.indexOf(": ") + 2); // the cell need not be named beside itself
  cell.setAttribute("aria-invalid", "true");
  cell.setAttribute("aria-describedby", id);
}

/**
 * What the server answers is what holds: a morph leaves boxes that were typed in as they were.
 * @param {Event} event
 */
function onSwap(event) {
  const isForm = bringsForm(event.target);
  if (isForm) cells.form()?.reset();
  markProblems();
  if (!isForm) return; // a check that comes back while one types is no step
  enterStep();
  cells.arrive();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-undo]")) walkHistory("undo");
  if (target?.closest("[data-redo]")) walkHistory("redo");
  const clicked = cells.asCell(target);
  if (clicked && event.detail === 1 && !event.shiftKey && !cells.isTouched(clicked))
    clicked.select();
  const address = target?.closest('a[href^="#cell-"]')?.getAttribute("href") ?? "";
  const cell = cells.asCell(document.getElementById(decodeURIComponent(address.slice(1))));
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
function onInput(event) {
  cells.asCell(event.target)?.classList.add("is-typing");
}

/** @param {FocusEvent} event */
function onFocus(event) {
  const cell = cells.asCell(event.target);
  if (!cell) return;
  cells.remember(cell);
  cells.choose(null, null);
}

if (cells.form()) {
  enterStep();
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onChange);
  document.addEventListener("focusin", onFocus);
  document.addEventListener("mousedown", onPress);
  document.addEventListener("click", onClick);
  document.addEventListener("copy", onCopy);
  document.addEventListener("cut", onCopy);
  document.addEventListener("paste", onPaste);
  document.addEventListener("htmx:after:swap", onSwap);
}
