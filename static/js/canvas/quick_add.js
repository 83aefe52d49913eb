/**
 * Quick-add: a search over all blocks, opened by `/` or by dropping a wire on nothing.
 * @import {Entry} from "./types.js"
 */
import { make, need } from "./dom.js";
import { entryPicture } from "./palette.js";
import { searchEntries } from "./search.js";

const SHOWN = 8;

export class QuickAdd {
  #chosen = 0;
  /** @type {Entry[]} */
  #found = [];
  /** @type {(entry: Entry) => void} */
  #add = () => {};

  /** @param {HTMLDialogElement} dialog @param {Entry[]} entries */
  constructor(dialog, entries) {
    this.dialog = dialog;
    this.entries = entries;
    this.box = /** @type {HTMLInputElement} */ (need("input", dialog));
    this.list = need("[role=listbox]", dialog);
    this.box.addEventListener("input", () => this.#search());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  /** @param {(entry: Entry) => void} add @param {(entry: Entry) => boolean} [fits] */
  open(add, fits = () => true) {
    this.#add = add;
    this.fits = fits;
    this.box.value = "";
    this.#search();
    this.dialog.showModal();
    this.box.focus();
  }

  #search() {
    const fits = this.fits ?? (() => true);
    this.#found = searchEntries(this.entries, this.box.value).filter(fits).slice(0, SHOWN);
    this.#chosen = 0;
    this.#draw();
  }

  #draw() {
    const options = this.#found.map((entry, index) => {
      const chosen = index === this.#chosen;
      const option = make(
        "div",
        {
          class: "palette__item",
          role: "option",
          id: `quick-${index}`,
          "aria-selected": String(chosen),
        },
        [entryPicture(entry), make("span", { class: "palette__name" }, [entry.title])],
      );
      option.addEventListener("click", () => this.#take(entry));
      return option;
    });
    this.list.replaceChildren(...options);
    this.box.setAttribute("aria-activedescendant", options.length ? `quick-${this.#chosen}` : "");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const count = this.#found.length;
    if (event.key === "ArrowDown" && count) this.#chosen = (this.#chosen + 1) % count;
    else if (event.key === "ArrowUp" && count) this.#chosen = (this.#chosen + count - 1) % count;
    else if (event.key === "Enter" && count) this.#take(this.#found[this.#chosen]);
    else return;
    event.preventDefault();
    this.#draw();
  }

  /** @param {Entry} entry */
  #take(entry) {
    this.dialog.close();
    this.#add(entry);
  }
}
