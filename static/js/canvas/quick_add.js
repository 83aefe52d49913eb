/**
 * Quick-add: a search over blocks, opened by `/`, by the + of a port or wire, or by dropping a wire on
 * nothing; and, as *Find*, over the steps there are. What fits comes first.
 * @import {Entry, Port} from "./types.js"
 */
import { make, need } from "./dom.js";
import { entryPicture } from "./palette.js";
import { searchEntries } from "./search.js";

const SHOWN = 40;

/**
 * @typedef {Object} Offer
 * @property {Entry[]} entries
 * @property {(entry: Entry, port?: string) => void} take
 * @property {string} title
 * @property {(entry: Entry) => boolean} [fits]  these come first; the others can be taken as well
 * @property {Port[]} [ports]  ways out to choose from
 * @property {string} [port]
 * @property {boolean} [again]  opened a second time in a row, it begins with the next one found
 */

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
    this.from = need("label", dialog);
    this.port = /** @type {HTMLSelectElement} */ (need("select", dialog));
    this.box.addEventListener("input", () => this.#search());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  /** @param {Offer} offer */
  open(offer) {
    const again = offer.again && this.#offer.again && this.#found.length > 0;
    this.#offer = offer;
    const ports = offer.ports ?? [];
    this.from.hidden = ports.length < 2;
    this.port.replaceChildren(...ports.map(({ name, title }) => new Option(title, name)));
    this.port.value = offer.port ?? "";
    const next = (this.#chosen + 1) % this.#found.length;
    if (!again) this.box.value = "";
    this.box.placeholder = offer.title;
    this.dialog.setAttribute("aria-label", offer.title);
    this.#search();
    if (again) this.#choose(next);
    this.dialog.showModal();
    this.box.select();
  }

  #search() {
    const { entries, fits = () => true } = this.#offer;
    const found = searchEntries(entries, this.box.value);
    const order = this.box.value
      ? found
      : [...found.filter(fits), ...found.filter((one) => !fits(one))];
    this.#found = order.slice(0, SHOWN);
    this.#chosen = 0;
    this.#draw();
  }

  #draw() {
    const { fits = () => true } = this.#offer;
    const options = this.#found.map((entry, index) => {
      const words = make("span", { class: "palette__words" }, [
        make("span", { class: "palette__name" }, [entry.title]),
        make("span", { class: "palette__summary" }, [
          fits(entry) ? entry.summary : "Needs data that nothing before gives",
        ]),
      ]);
      const option = make(
        "div",
        {
          class: "palette__item",
          role: "option",
          id: `quick-${index}`,
          "aria-selected": String(index === this.#chosen),
        },
        [entryPicture(entry), words],
      );
      option.addEventListener("click", () => this.#take(entry));
      return option;
    });
    this.list.replaceChildren(...(options.length ? options : ["Nothing is called that."]));
    this.box.setAttribute("aria-activedescendant", options.length ? `quick-${this.#chosen}` : "");
    options[this.#chosen]?.scrollIntoView({ block: "nearest" });
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

  /** @param {number} at */
  #choose(at) {
    this.#chosen = at;
    this.#draw();
  }

  /** @param {Entry} entry */
  #take(entry) {
    this.dialog.close();
    this.#offer.take(entry, this.port.value);
  }
}
