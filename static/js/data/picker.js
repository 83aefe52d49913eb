/**
 * The data picker: what the step can read, made on the server (designer/data). A click, Enter or a drag
 * puts it into a field of `root`; Ctrl+Space or a field's button opens it.
 */
import { need } from "../canvas/dom.js";
import { mountDragging } from "./dragging.js";
import { boxOf, fieldOf, focusIn, takeFrom } from "./fields.js";
import { putIn } from "./rich.js";
import { filled } from "./texts.js";

/** @typedef {{facts: () => Record<string, string>, say: (text: string) => void}} Page */

export class DataPicker {
  /** @type {HTMLElement|null} the field that data goes into */
  #field = null;
  #caret = 0;
  /** @type {Range|null} */
  #range = null;
  panel = need("#data-picker");
  sample = "";

  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    root.addEventListener("focusin", (event) => this.#remember(event.target));
    root.addEventListener("keydown", (event) => {
      if (event.code !== "Space" || !event.ctrlKey || !fieldOf(event.target)) return;
      event.preventDefault();
      this.open(event.target);
    });
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-data-open]");
      if (!button) return;
      event.preventDefault();
      this.open(button);
    });
    this.panel.addEventListener("click", (event) => this.#click(event));
    this.panel.addEventListener("input", () => this.#search());
    this.panel.addEventListener("change", (event) => this.#choose(event.target));
    this.panel.addEventListener("keydown", (event) => this.#key(event));
    mountDragging(this.panel, (datum, field) => this.put(datum, field));
  }

  get isOpen() {
    return this.panel.matches(":popover-open");
  }

  /** @param {EventTarget|null} inside */
  #remember(inside) {
    const field = fieldOf(inside);
    if (field) this.#field = field;
  }

  /** @param {EventTarget|null} inside  something of the field that data is for */
  async open(inside) {
    this.#remember(inside);
    const box = this.#field && boxOf(this.#field);
    this.#caret = box?.selectionStart ?? box?.value.length ?? 0;
    const selection = getSelection();
    this.#range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    await this.load();
    if (!this.isOpen) this.panel.showPopover();
    this.#search();
    need("[data-data-search]", this.panel).focus();
  }

  /** Ask what there is to read now. */
  async load() {
    const values = { ...this.page.facts(), sample: this.sample };
    const { url = "", verb = "POST" } = this.panel.dataset;
    const target = "#data-picker"; // also its source: else it would wait for what others ask
    await htmx.ajax(verb, url, { source: target, target, swap: "innerHTML", values });
    const options = this.panel.querySelector("[data-options]");
    if (options) need("#completions").replaceChildren(...options.children);
  }

  close() {
    this.panel.hidePopover();
    const field = this.#field?.dataset.field;
    const now = field && this.root.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (now instanceof HTMLElement) focusIn(now);
  }

  /** @param {HTMLElement} datum @param {HTMLElement|null} [onto]  where it was dropped */
  put(datum, onto = null) {
    const field = onto ?? this.#field;
    if (!field?.isConnected) {
      this.page.say("Choose a field first, then what goes there.");
      return;
    }
    const { insert: path = "", kind = "", trail = "" } = datum.dataset;
    if (onto) [this.#caret, this.#range] = [Number.MAX_SAFE_INTEGER, null];
    this.#field = field;
    this.root.dataset.returns = field.dataset.field;
    if (this.isOpen) this.panel.hidePopover();
    this.#write(field, { path, kind, trail });
    this.page.say(`${trail} put in.`);
  }

  /** @param {HTMLElement} field @param {{path: string, kind: string, trail: string}} datum */
  #write(field, datum) {
    const takes = /** @type {import("./texts.js").Takes} */ (field.dataset.takes);
    const box = boxOf(field);
    const rich = field.querySelector("[data-rich]");
    const text = filled(takes, box?.value ?? "", this.#caret, datum);
    if (takes === "rich" && rich instanceof HTMLElement) {
      putIn(rich, datum, this.#range);
    } else if (box && takes !== "text" && takes !== "value") {
      box.value = text;
      focusIn(field);
      box.dispatchEvent(new Event("change", { bubbles: true }));
    } else takeFrom(field, text);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (!(event.target instanceof Element)) return;
    const datum = event.target.closest("[data-insert]");
    if (datum instanceof HTMLElement) this.put(datum);
    else if (event.target.closest("[data-data-close]")) this.close();
  }

  /** @param {EventTarget|null} target */
  async #choose(target) {
    if (!(target instanceof HTMLSelectElement)) return;
    this.sample = target.value;
    await this.load();
    need("[data-data-sample]", this.panel).focus();
  }

  /** Show what has every word that was searched for. */
  #search() {
    const box = /** @type {HTMLInputElement} */ (need("[data-data-search]", this.panel));
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const datum of this.#data()) {
      const said = `${datum.dataset.trail} ${datum.dataset.insert}`.toLowerCase();
      datum.hidden = !words.every((word) => said.includes(word));
    }
    const none = need("[data-data-none]", this.panel);
    none.hidden = this.#data().some((datum) => !datum.hidden);
    for (const part of this.panel.querySelectorAll("details, .data__tree > li")) {
      const isThere = Boolean(part.querySelector(".datum:not([hidden])"));
      part.toggleAttribute("hidden", !isThere);
      if (words.length && isThere) part.toggleAttribute("open", true);
    }
  }

  #data() {
    return /** @type {HTMLElement[]} */ ([...this.panel.querySelectorAll("button[data-insert]")]);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      return this.close();
    }
    const shown = this.#data().filter((one) => one.checkVisibility());
    const at = shown.findIndex((one) => one === document.activeElement);
    const isSearch = event.target instanceof HTMLInputElement;
    if (event.key === "Enter" && isSearch && shown.length > 0) {
      event.preventDefault();
      this.put(shown[0]);
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way || (!isSearch && at < 0)) return;
    event.preventDefault();
    const next = at + way < 0 ? this.panel.querySelector("[data-data-search]") : shown[at + way];
    if (next instanceof HTMLElement) next.focus();
  }
}
