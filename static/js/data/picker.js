/**
 * The data picker: what there is to read, made on the server (designer/data). A click, Enter or a drag
 * puts it into a field of `root`; Ctrl+Space or a field's button opens it.
 */
import { hear, need } from "../canvas/dom.js";
import { mountDragging } from "./dragging.js";
import { boxOf, fieldOf, focusIn, takeFrom, writeIn } from "./fields.js";
import { putIn } from "./rich.js";

/** @typedef {{facts: () => Record<string, string>, say: (text: string) => void}} Page */

export class DataPicker {
  /** @type {HTMLElement|null} the field that data goes into */
  #field = null;
  #caret = 0;
  /** @type {Range|null} */
  #range = null;
  panel = need("#data-picker");

  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    root.dataset.picks = "";
    root.addEventListener("focusin", ({ target }) => {
      this.#field = fieldOf(target) ?? this.#field;
    });
    root.addEventListener("keydown", (event) => {
      if (event.code !== "Space" || !event.ctrlKey || !fieldOf(event.target)) return;
      event.preventDefault();
      this.open(fieldOf(event.target));
    });
    hear(root, "click", "[data-data-open]", (button, event) => {
      event.preventDefault();
      this.open(fieldOf(button));
    });
    hear(this.panel, "click", "[data-insert]", (datum) => this.put(datum));
    hear(this.panel, "click", "[data-data-close]", () => this.close());
    hear(this.panel, "change", "select", () => this.load());
    this.panel.addEventListener("input", () => this.#search());
    this.panel.addEventListener("keydown", (event) => this.#key(event));
    mountDragging(this.panel, root, (datum, field) => {
      [this.#caret, this.#range] = [Number.MAX_SAFE_INTEGER, null];
      this.put(datum, field);
    });
  }

  /** The sample whose values are shown, "" for the best. */
  get sample() {
    return this.panel.querySelector("select")?.value ?? "";
  }

  get #box() {
    return /** @type {HTMLInputElement} */ (need("[data-data-search]", this.panel));
  }

  /** @param {HTMLElement|null} field  that data is for */
  async open(field) {
    this.#field = field;
    const box = field && boxOf(field);
    const isText = box && !(box instanceof HTMLSelectElement);
    this.#caret = (isText && (box.selectionStart ?? box.value.length)) || 0;
    const selection = getSelection();
    this.#range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    await this.load();
    this.panel.togglePopover(true);
    this.#box.select();
  }

  /** Ask what there is to read now. */
  async load() {
    const { takes = "" } = this.#field?.dataset ?? {};
    const values = { ...this.page.facts(), sample: this.sample, takes };
    const { url = "", verb = "POST" } = this.panel.dataset;
    const target = "#data-picker"; // also its source: else it would wait for what others ask
    await htmx.ajax(verb, url, { source: target, target, swap: "innerMorph", values });
    this.#search();
  }

  close() {
    this.panel.togglePopover(false);
    const name = CSS.escape(this.#field?.dataset.field ?? "");
    const now = this.root.querySelector(`[data-field="${name}"]`);
    if (now instanceof HTMLElement) focusIn(now);
  }

  /** @param {HTMLElement} datum @param {HTMLElement|null} [field] */
  put(datum, field = this.#field) {
    if (!field?.isConnected) {
      this.page.say("Choose a field first, then what goes there.");
      return;
    }
    const { takes = "", field: name } = field.dataset;
    const { insert: path = "", kind = "", trail = "" } = datum.dataset;
    const [box, rich, caret] = [boxOf(field), field.querySelector("[data-rich]"), this.#caret];
    this.root.dataset.returns = name;
    this.panel.togglePopover(false);
    if (takes === "rich" && rich instanceof HTMLElement)
      putIn(rich, { path, kind, trail }, this.#range);
    else if (takes === "text") {
      const [before, after] = [box?.value.slice(0, caret), box?.value.slice(caret)];
      takeFrom(field, [{ text: before }, { path, kind }, { text: after }]);
    } else if (!box || takes === "value") takeFrom(field, [{ path, kind }]);
    else writeIn(box, datum.dataset[takes] ?? path, caret); // as such fields have it written
    this.page.say(`${trail} put in.`);
  }

  get #data() {
    return /** @type {HTMLElement[]} */ ([...this.panel.querySelectorAll("[data-insert]")]);
  }

  /** Show what has every word that was searched for; what holds nothing more is hidden by its style. */
  #search() {
    const words = this.#box.value.toLowerCase().split(/\s+/);
    for (const datum of this.#data) {
      const said = `${datum.dataset.trail} ${datum.dataset.insert}`.toLowerCase();
      datum.hidden = !words.every((word) => said.includes(word));
    }
    if (words[0]) for (const part of this.panel.querySelectorAll("details")) part.open = true;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const places = [this.#box, ...this.#data.filter((one) => one.checkVisibility())];
    const at = places.findIndex((one) => one === document.activeElement);
    const next = { ArrowDown: places[at + 1], ArrowUp: places[at - 1] }[event.key];
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && at === 0) places[1]?.click();
    else if (at >= 0 && next) next.focus();
    else return;
    event.preventDefault();
  }
}
