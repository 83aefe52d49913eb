/**
 * Writing an expression (`[data-expression]`): what the server says of it while it is written, and its
 * completions as a list below, of which the box names the chosen one.
 */
import { hear, need } from "../canvas/dom.js";
import { fieldOf } from "./fields.js";

const PAUSE_MS = 150;

/** @param {HTMLElement} root @param {import("./picker.js").DataPicker} picker */
export function mountExpressions(root, picker) {
  const list = need("#completions");
  /** @type {HTMLTextAreaElement|null} */
  let box = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  /** @returns {HTMLElement|null} */
  const active = () => list.querySelector("[aria-selected=true]");

  /** @param {Element|undefined} option */
  const choose = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    box?.setAttribute("aria-activedescendant", option?.id ?? "");
  };
  /** @param {boolean} isOpen */
  const show = (isOpen) => {
    choose(undefined);
    list.togglePopover(isOpen);
  };
  /** Ask what it gives; where the caret is told, also what could follow. */
  const ask = async (caret = "") => {
    const place = document.getElementById(`${box?.id}-outcome`);
    if (!box || !place) return;
    const { field, pointer } = fieldOf(box)?.dataset ?? {};
    const text = box.value;
    const values = { ...picker.page.facts(), field, pointer, text, caret, sample: picker.sample };
    const url = `${picker.panel.dataset.url}/tried`;
    await htmx.ajax("POST", url, { source: place, target: place, values });
    const isHere = box === document.activeElement && box.value === text;
    if (caret && isHere && list.childElementCount > 0) show(true);
  };
  /** @param {HTMLElement} option */
  const complete = ({ dataset: { insert = "", from } }) => {
    box?.setRangeText(insert, Number(from), box.selectionStart, "end");
    show(false);
    box?.focus();
    ask();
  };

  hear(root, "focusin", "[data-expression]", (found) => {
    box = /** @type {HTMLTextAreaElement} */ (found);
    ask();
  });
  root.addEventListener("focusout", () => show(false));
  root.addEventListener("input", ({ target }) => {
    if (target !== box) return;
    show(false);
    clearTimeout(timer);
    timer = setTimeout(() => ask(`${box?.selectionStart}`), PAUSE_MS);
  });
  root.addEventListener("keydown", (event) => {
    if (!list.matches(":popover-open")) return;
    const [shown, chosen] = [[...list.children], active()];
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) choose(shown.at((shown.findIndex((one) => one === chosen) + way) % shown.length));
    else if (event.key === "Escape") show(false);
    else if (chosen && /^(Enter|Tab)$/.test(event.key)) complete(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the caret stays where it is
  hear(list, "pointerdown", "li", complete);
}
