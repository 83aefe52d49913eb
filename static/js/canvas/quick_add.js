/**
 * A list to search in, over the canvas: of blocks to add (by `/`, by the + of a port or wire, by dropping
 * a wire on nothing), of steps to connect to, or of steps to go to. What fits comes first.
 * @import {Entry, Face, Port} from "./types.js"
 * @import {Verdict} from "./fits.js"
 */
import { make, need } from "./dom.js";
import { entryPicture } from "./palette.js";
import { searchEntries } from "./search.js";

const SHOWN = 40;

/**
 * @typedef {Object} Offer
 * @property {Entry[]} entries
 * @property {(entry: Entry, port: string) => void} take
 * @property {string} title
 * @property {(port: string) => (entry: Entry) => Verdict} [judge]  what to say of each, for a way out
 * @property {Port[]} [ports]  ways out to choose from
 * @property {string} [port]
 */

/** Steps are found like blocks. @param {Face} face @returns {Entry} */
export function asEntry({ id, title, subtitle, icon }) {
  const unlike = { category: "", order: 0, publisher: "", version: "", outputs: [] };
  const words = { title, summary: subtitle, keywords: [id, subtitle] };
  return { ...unlike, ...words, id, icon, key: id, sort: "step" };
}

export class QuickAdd {
  #chosen = 0;
  /** @type {Entry[]} */
  #found = [];
  /** @type {Offer} */
  #offer = { entries: [], take: () => {}, title: "" };

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.box = /** @type {HTMLInputElement} */ (need("input", dialog));
    this.list = need("[role=listbox]", dialog);
    this.port = /** @type {HTMLSelectElement} */ (need("select", dialog));
    this.box.addEventListener("input", () => this.#search());
    this.port.addEventListener("change", () => this.#search());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  /** @param {Offer} offer */
  open(offer) {
    const { ports = [], port = "", title } = offer;
    if (title !== this.#offer.title) this.box.value = "";
    this.#offer = offer;
    need("label", this.dialog).hidden = ports.length < 2;
    this.port.replaceChildren(...ports.map((one) => new Option(one.title, one.name)));
    this.port.value = port;
    this.box.placeholder = title;
    this.dialog.setAttribute("aria-label", title);
    this.#search();
    this.dialog.showModal();
    this.box.select();
  }

  #search() {
    const { entries, judge } = this.#offer;
    const found = searchEntries(entries, this.box.value);
    const verdict = judge?.(this.port.value);
    const byFit = ["good", "amber", "bad"].flatMap((fit) =>
      found.filter((entry) => verdict?.(entry).fit === fit),
    );
    this.#found = (verdict && !this.box.value ? byFit : found).slice(0, SHOWN);
    this.#choose(0);
  }

  /** @param {number} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    const verdict = this.#offer.judge?.(this.port.value);
    const options = this.#found.map((entry, index) => {
      const words = make("span", { class: "palette__words" }, [
        make("span", { class: "palette__name" }, [entry.title]),
        make("span", { class: "palette__summary" }, [verdict?.(entry).why ?? entry.summary]),
      ]);
      const option = make(
        "div",
        {
          class: "palette__item",
          role: "option",
          id: `quick-${index}`,
          "aria-selected": String(index === chosen),
        },
        [entryPicture(entry), words],
      );
      option.addEventListener("click", () => this.#take(entry));
      return option;
    });
    this.list.replaceChildren(...(options.length ? options : ["Nothing is called that."]));
    this.box.setAttribute("aria-activedescendant", options.length ? `quick-${chosen}` : "");
    options[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const count = this.#found.length;
    if (event.key === "ArrowDown" && count) this.#choose((this.#chosen + 1) % count);
    else if (event.key === "ArrowUp" && count) this.#choose((this.#chosen + count - 1) % count);
    else if (event.key === "Enter" && count) this.#take(this.#found[this.#chosen]);
    else return;
    event.preventDefault();
  }

  /** @param {Entry} entry */
  #take(entry) {
    this.dialog.close();
    this.#offer.take(entry, this.port.value);
  }
}
