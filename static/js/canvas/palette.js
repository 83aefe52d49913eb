/**
 * The palette: what works well after what is selected, favourites, what was placed last, then all by
 * category, with a search; each added by a click, by Enter, or by dragging it on the canvas as the
 * browser does it. Arrows walk the list, and F marks a favourite.
 * @import {Entry} from "./types.js"
 * @import {Found} from "./search.js"
 * @import {DesignerPage} from "./page.js"
 */
import { copied, hear, hit, make, need, paintIcon } from "./dom.js";
import { nextPort } from "./face.js";
import { gathered, joinEnd, splitEnd, wiredPorts } from "./graph.js";
import { searchEntries } from "./search.js";

/** What is dragged: nothing else that is dropped on the canvas is taken. */
const DRAGGED = "application/x-garland-block";

/** Show an entry in a copy of a row. @param {string} selector @param {Element} root @param {Found} found */
export function entryRow(selector, root, { entry, why }) {
  const row = copied(selector, root);
  const words = need(".palette__summary", row);
  paintIcon(need(".node__icon", row), entry.icon);
  need(".palette__name", row).textContent = entry.title;
  words.textContent = why ?? entry.summary;
  if (why) words.className = "palette__why";
  return row;
}

/**
 * @param {DesignerPage} page
 * @param {{add: (entry: Entry) => void, drop: (entry: Entry, event: DragEvent) => void}} deeds
 */
export function mountPalette(page, { add, drop }) {
  const { editor, facts } = page;
  const root = need("#palette");
  const box = /** @type {HTMLInputElement} */ (need("input", root));
  const shelves = need("[data-part=all]", root);

  /** Those of them that the page knows. @param {[string, string?][]} [told]  keys of entries, each with why it is offered */
  const named = (told = []) =>
    told
      .map(([key, why]) => ({ entry: editor.catalogue[key], why }))
      .filter(({ entry }) => Boolean(entry));
  /** Favourites, and what was placed last. @returns {[string, Found[]][]} */
  const mine = () =>
    facts.palette.mine.map((/** @type {[string, any]} */ [title, keys]) => [title, named(keys)]);
  /** What works well after a way out, the most usual first. @param {string} from */
  const after = (from) => {
    const { id, port } = splitEnd(from);
    const { steps, triggers } = editor.flow;
    /** @type {{block?: string, kind?: string}} */
    const { block, kind } = (Object.hasOwn(steps, id) ? steps : triggers)[id];
    const name = block ?? `trigger:${kind}`;
    return named(facts.palette.after[`${name}:${port}`] ?? facts.palette.after[`${name}:*`]);
  };
  const item = (/** @type {Found} */ one) => {
    const row = entryRow(".palette__row", root, one);
    row.dataset.entry = one.entry.key;
    const star = need(".palette__star", row);
    star.ariaPressed = String(one.entry.favourite);
    star.ariaLabel = `Favourite: ${one.entry.title}`;
    return row;
  };
  /** @param {string} part @param {[string, Found[]][]} groups */
  const fill = (part, groups) => {
    const slot = need(`[data-part=${part}]`, root);
    const buttons = slot.getElementsByTagName("button");
    const at = [...buttons].findIndex((one) => one.matches(":focus"));
    const rows = groups.flatMap(([title, found]) =>
      found.length ? [make("h2", { class: "palette__title" }, [title]), ...found.map(item)] : [],
    );
    slot.replaceChildren(...rows);
    if (at >= 0) (buttons[at] ?? box).focus();
  };
  const drawMine = () => {
    const { flow, only: id } = editor;
    const from = id && joinEnd(id, nextPort(editor.face(id), wiredPorts(flow, id)));
    fill("mine", [["Works well after this", from ? after(from) : []], ...mine()]);
  };
  /** The same, once no pointer is over a part: nothing moves under one that is about to take something. @param {Element} part */
  const drawMineUnless = (part) => part.matches(":hover") || drawMine();
  const drawShelves = () => {
    const found = searchEntries(page.entries, box.value);
    const byCategory = gathered(found, ({ entry }) => entry.category);
    fill("all", box.value ? [["Best first", found]] : [...byCategory]);
    need(".palette__few", root).hidden = !box.value || found.length > 2;
  };
  const draw = () => {
    drawMine();
    drawShelves();
  };
  const toggle = (/** @type {Entry} */ { favourite, name }) =>
    htmx.ajax("POST", `${facts.palette_url}/favourites/${name}/${favourite ? "remove" : "add"}`, {
      source: root,
      swap: "none",
    });
  /** Take in the blocks that there are now; the drawing and its history stay. */
  const renew = async () => {
    const { blocks, palette } = await (await fetch(facts.palette_url)).json();
    Object.assign(facts.blocks, blocks);
    facts.palette = palette;
    page.scene.draw({ ...editor.flow });
    drawMineUnless(shelves);
    drawShelves();
    document.dispatchEvent(new Event("palette:renewed"));
  };

  hear(document, "click", "[data-entry]", (row, { target }) => {
    const entry = editor.catalogue[row.dataset.entry ?? ""];
    if (!entry) return;
    row.closest("dialog")?.close();
    if (target.closest(".palette__star")) toggle(entry);
    else add(entry);
  });
  hear(root, "dragstart", "[data-entry]", (row, { dataTransfer }) =>
    dataTransfer.setData(DRAGGED, row.dataset.entry),
  );
  page.root.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes(DRAGGED)) event.preventDefault();
  });
  page.root.addEventListener("drop", (event) => {
    const entry = editor.catalogue[event.dataTransfer?.getData(DRAGGED) ?? ""];
    if (!entry) return;
    event.preventDefault();
    drop(entry, event);
  });
  root.addEventListener("keydown", (event) => {
    /** @type {NodeListOf<HTMLElement>} */
    const all = root.querySelectorAll("input, .palette__item");
    const stops = [...all].filter((one) => one.checkVisibility()); // a search hides some
    const at = stops.indexOf(/** @type {HTMLElement} */ (event.target));
    const entry = editor.catalogue[hit(event, "data-entry") ?? ""];
    if (event.key === "ArrowDown") stops[at + 1]?.focus();
    else if (event.key === "ArrowUp") stops[at - 1]?.focus();
    else if (event.key === "f" && entry && !event.ctrlKey && !event.metaKey) toggle(entry);
    else return;
    event.preventDefault();
  });
  box.addEventListener("input", draw);
  for (const kind of /** @type {const} */ (["selection", "flow"]))
    editor.on(kind, () => drawMineUnless(shelves));
  for (const part of [shelves, root]) part.addEventListener("mouseleave", drawMine);
  document.addEventListener("palette:changed", renew);
  document.addEventListener("draft:checked", (event) => {
    facts.palette.mine = /** @type {CustomEvent} */ (event).detail.palette;
    drawMineUnless(root);
  });
  draw();
  return { after, mine: () => mine().flatMap(([, found]) => found), toggle };
}
