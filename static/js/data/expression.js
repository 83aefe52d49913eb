/**
 * Writing an expression: completion as a combobox, and what the server says of it while it is written
 * (`[data-expression]`, with the place for that beside it).
 */
import { need } from "../canvas/dom.js";
import { fieldOf } from "./fields.js";
import { startOf } from "./texts.js";

const PAUSE_MS = 400;
const OFFERED = 8;

/** @param {HTMLElement} root @param {import("./picker.js").DataPicker} picker */
export function mountExpressions(root, picker) {
  const list = need("#completions");
  /** @type {HTMLTextAreaElement|null} */
  let box = null;
  /** @type {HTMLElement|null} */
  let active = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  const close = () => {
    if (list.matches(":popover-open")) list.hidePopover();
    box?.setAttribute("aria-expanded", "false");
    box?.removeAttribute("aria-activedescendant");
    active?.setAttribute("aria-selected", "false");
    active = null;
  };
  /** @param {HTMLElement|undefined} option */
  const choose = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option ?? null;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) box?.setAttribute("aria-activedescendant", active.id);
  };
  /** @param {Element} option */
  const start = (option) => {
    if (!box || !(option instanceof HTMLElement)) return -1;
    const { insert = "", words = "" } = option.dataset;
    return startOf(box.value, box.selectionStart, { insert, words });
  };
  const offer = () => {
    close();
    let left = OFFERED;
    for (const option of list.children) {
      const fits = left > 0 && start(option) >= 0;
      option.toggleAttribute("hidden", !fits);
      left -= Number(fits);
    }
    if (left === OFFERED || !box) return;
    const { left: x, bottom, width } = box.getBoundingClientRect();
    Object.assign(list.style, { left: `${x}px`, top: `${bottom + 2}px`, width: `${width}px` });
    list.showPopover();
    box.setAttribute("aria-expanded", "true");
  };
  /** @param {HTMLElement} option */
  const complete = (option) => {
    if (!box) return;
    const insert = option.dataset.insert ?? "";
    box.setRangeText(insert, Math.max(0, start(option)), box.selectionStart, "end");
    close();
    box.focus();
    ask();
  };
  const ask = async () => {
    const field = box && fieldOf(box);
    if (!box || !field) return;
    const part = /^(\/undo)?\/(config|input)/.exec(field.dataset.field ?? "")?.[0] ?? "";
    const facts = { pointer: part + field.dataset.pointer, text: box.value, sample: picker.sample };
    const place = document.getElementById(`${box.id}-outcome`);
    if (!place) return;
    const values = { ...picker.page.facts(), ...facts };
    await htmx.ajax("POST", `${picker.panel.dataset.url}/tried`, {
      source: place,
      target: place,
      values,
    });
  };

  root.addEventListener("focusin", async (event) => {
    const found = event.target;
    if (!(found instanceof HTMLTextAreaElement) || !found.matches("[data-expression]")) return;
    box = found;
    ask();
    if (list.childElementCount === 0) await picker.load();
  });
  root.addEventListener("focusout", close);
  root.addEventListener("input", (event) => {
    if (event.target !== box) return;
    offer();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  /** @param {string} key @returns {boolean} whether it did something */
  const press = (key) => {
    const shown = [...list.querySelectorAll("li")].filter((one) => !one.hidden);
    const way = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (way) choose(shown.at((shown.findIndex((one) => one === active) + way) % shown.length));
    else if (key === "Escape") close();
    else if (active && /^(Enter|Tab)$/.test(key)) complete(active);
    else return false;
    return true;
  };
  root.addEventListener("keydown", (event) => {
    if (event.target !== box || !list.matches(":popover-open") || !press(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the caret stays where it is
    const option = event.target instanceof Element ? event.target.closest("li") : null;
    if (option) complete(option);
  });
}
