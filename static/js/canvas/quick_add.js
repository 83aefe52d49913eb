/**
 * A list to search in, over the canvas: of blocks to add (by `/`, by the + of a port or wire, by dropping
 * a wire on nothing), of steps to connect to, or of steps to go to. What fits comes first.
 * @import {Entry, Face, Port} from "./types.js"
 * @import {Verdict} from "./fits.js"
 * @import {Found} from "./search.js"
 */
import { icon, make, need } from "./dom.js";
import { shown } from "./palette.js";
import { searchEntries, wordsOf } from "./search.js";

const SHOWN = 40;
const FITS = ["good", "amber", "bad"];

/**
 * @typedef {Object} More
 * @property {(port: string) => Found[]} [first]  those that come first, with the reason; of blocks alone
 * @property {(port: string) => (entry: Entry) => Verdict} [judge]  what to say of each, for a way out
 * @property {Port[]} [ports]  ways out to choose from
 * @property {string} [port]
 */

/** Steps are found like blocks. @param {Face} face @returns {Entry} */
export function asEntry({ id, title, subtitle, icon }) {
  const unlike = { category: "", name: "", order: 0, publisher: "", version: "", outputs: [] };
  const said = wordsOf(`${title} ${id} ${subtitle}`);
  const own = { key: id, id, title, summary: subtitle, icon };
  return { ...unlike, ...own, sort: "step", find: [[40, "", said]] };
}

export class QuickAdd {
  #chosen = 0;
  /** @type {Found[]} */
  #found = [];
  /** @type {More} */
  #more = {};
  /** @type {() => Entry[]} */
  #entries = () => [];
  /** @type {(entry: Entry, port: string) => void} */
  #take = () => {};

  /** @param {HTMLDialogElement} dialog @param {(entry: Entry) => void} mark  make it a favourite, or none */
  constructor(dialog, mark) {
    this.dialog = dialog;
    this.mark = mark;
    this.box = /** @type {HTMLInputElement} */ (need("input", dialog));
    this.list = need("[role=listbox]", dialog);
    this.port = /** @type {HTMLSelectElement} */ (need("select", dialog));
    this.box.addEventListener("input", () => this.#search());
    this.port.addEventListener("change", () => this.#search());
    document.addEventListener("palette:renewed", () => dialog.open && this.#search(this.#chosen));
    this.box.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {string} title @param {() => Entry[]} entries @param {(entry: Entry, port: string) => void} take @param {More} [more] */
  open(title, entries, take, more = {}) {
    const { ports = [], port = "" } = more;
    if (title !== this.box.placeholder) this.box.value = "";
    [this.#more, this.#entries, this.#take] = [more, entries, take];
    need("label", this.dialog).hidden = ports.length < 2;
    this.port.replaceChildren(...ports.map((one) => new Option(one.title, one.name)));
    this.port.value = port;
    this.box.placeholder = title;
    this.dialog.setAttribute("aria-label", title);
    this.#search();
    this.dialog.showModal();
    this.box.select();
  }

  #search(chosen = 0) {
    const { first, judge } = this.#more;
    const query = this.box.value;
    const verdict = judge?.(this.port.value);
    const usual = query ? [] : (first?.(this.port.value) ?? []);
    const all = [...usual, ...searchEntries(this.#entries(), query)].filter(
      ({ entry }, at, every) => every.findIndex((one) => one.entry === entry) === at,
    );
    const rank = (/** @type {Found} */ { entry }) => FITS.indexOf(verdict?.(entry).fit ?? "");
    this.#found = (query ? all : all.sort((a, b) => rank(a) - rank(b))).slice(0, SHOWN);
    need(".palette__more", this.dialog).hidden = !first || all.length > 2;
    this.#choose(chosen);
  }

  /** @param {number} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    const verdict = this.#more.judge?.(this.port.value);
    const options = this.#found.map(({ entry, why }, index) => {
      const said = verdict?.(entry);
      const told = said?.fit === "good" && why ? why : (said?.why ?? why);
      const selected = { "aria-selected": String(index === chosen), id: `quick-${index}` };
      const option = make("div", { class: "palette__item", role: "option", ...selected }, [
        ...shown({ entry, why: told }),
        ...(entry.favourite ? [icon("star")] : []),
      ]);
      option.addEventListener("click", () => this.take(entry));
      return option;
    });
    this.list.replaceChildren(...(options.length ? options : ["Nothing does that."]));
    this.box.setAttribute("aria-activedescendant", options.length ? `quick-${chosen}` : "");
    options[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const count = this.#found.length;
    if (event.key === "ArrowDown" && count) this.#choose((this.#chosen + 1) % count);
    else if (event.key === "ArrowUp" && count) this.#choose((this.#chosen + count - 1) % count);
    else if (event.key === "Enter" && count) this.take(this.#found[this.#chosen].entry);
    else if (event.altKey && event.code === "KeyF" && this.#more.first && count)
      this.mark(this.#found[this.#chosen].entry);
    else return;
    event.preventDefault();
  }

  /** @param {Entry} entry */
  take(entry) {
    this.dialog.close();
    this.#take(entry, this.port.value);
  }
}
