/**
 * A list to search in, over the canvas: of blocks to add (by `/`, by the + of a port or wire, by dropping
 * a wire on nothing), of steps to connect to, or of steps to go to. What fits comes first.
 * @import {Entry, Face, Port} from "./types.js"
 * @import {Verdict} from "./fits.js"
 * @import {Found} from "./search.js"
 */
import { icon, need } from "./dom.js";
import { entryRow } from "./palette.js";
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

/**
 * @typedef {Object} Asked
 * @property {() => Entry[]} entries
 * @property {(entry: Entry, port: string) => void} use  what is done with the chosen one
 */

/** Steps are found like blocks. @param {Face} face @returns {Entry} */
export function asEntry({ id, title, subtitle, icon }) {
  const unlike = { category: "", name: "", order: 0, publisher: "", version: "", outputs: [] };
  const said = wordsOf(`${title} ${id} ${subtitle}`);
  const own = { key: id, id, title, summary: subtitle, icon };
  return { ...unlike, ...own, sort: "step", find: [[40, "", said]] };
}

/** @param {(entry: Entry) => void} mark  make it a favourite, or none */
export function mountQuickAdd(mark) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#quick-add"));
  const box = /** @type {HTMLInputElement} */ (need("input", dialog));
  const list = need("[role=listbox]", dialog);
  const port = /** @type {HTMLSelectElement} */ (need("select", dialog));
  let chosen = 0;
  /** @type {Found[]} */
  let found = [];
  /** @type {Asked & More} */
  let asked = { entries: () => [], use: () => {} };

  /** @param {Entry} entry */
  const take = (entry) => {
    dialog.close();
    asked.use(entry, port.value);
  };
  /** @param {number} at */
  const choose = (at) => {
    chosen = at;
    const options = [...list.children];
    options.forEach((one, index) => {
      one.ariaSelected = String(index === at);
    });
    box.setAttribute("aria-activedescendant", options[at]?.id ?? "");
    options[at]?.scrollIntoView({ block: "nearest" });
  };
  /** @param {Found} found @param {number} index @param {Verdict} [said] */
  const row = ({ entry, why }, index, said) => {
    const told = said?.fit === "good" && why ? why : (said?.why ?? why);
    const option = entryRow(".palette__item", dialog, { entry, why: told });
    option.id = `quick-${index}`;
    if (entry.favourite) option.append(icon("star"));
    option.addEventListener("click", () => take(entry));
    return option;
  };
  const search = (at = 0) => {
    const { entries, first, judge } = asked;
    const verdict = judge?.(port.value);
    const usual = box.value ? [] : (first?.(port.value) ?? []);
    const all = [...usual, ...searchEntries(entries(), box.value)].filter(
      ({ entry }, index, every) => every.findIndex((one) => one.entry === entry) === index,
    );
    const rank = (/** @type {Found} */ { entry }) => FITS.indexOf(verdict?.(entry).fit ?? "");
    found = (box.value ? all : all.sort((a, b) => rank(a) - rank(b))).slice(0, SHOWN);
    need(".palette__more", dialog).hidden = !first || all.length > 2;
    list.replaceChildren(...found.map((one, index) => row(one, index, verdict?.(one.entry))));
    if (!found.length) list.replaceChildren("Nothing does that.");
    choose(at);
  };
  /** @param {string} title @param {Asked["entries"]} entries @param {Asked["use"]} use @param {More} [more] */
  const open = (title, entries, use, more = {}) => {
    const ports = more.ports ?? [];
    if (title !== box.placeholder) box.value = "";
    asked = { entries, use, ...more };
    need("label", dialog).hidden = ports.length < 2;
    port.replaceChildren(...ports.map((one) => new Option(one.title, one.name)));
    port.value = more.port ?? "";
    box.placeholder = title;
    dialog.ariaLabel = title;
    search();
    dialog.setAttribute("closedby", "closerequest");
    setTimeout(() => dialog.setAttribute("closedby", "any")); // the press that opens it must not close it
    dialog.showModal();
    box.select();
  };
  box.addEventListener("input", () => search());
  port.addEventListener("change", () => search());
  document.addEventListener("palette:renewed", () => dialog.open && search(chosen));
  box.addEventListener("keydown", (event) => {
    const count = found.length;
    if (!count) return;
    const by = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
    if (by) choose((chosen + by) % count);
    else if (event.key === "Enter") take(found[chosen].entry);
    else if (event.altKey && event.code === "KeyF" && asked.first) mark(found[chosen].entry);
    else return;
    event.preventDefault();
  });
  return { dialog, open, take };
}
