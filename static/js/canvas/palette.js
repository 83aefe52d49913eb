/**
 * The palette: what works well after what is selected, favourites, what was placed last, then all by
 * category, with a search; each added by a click, by Enter, or by dragging it on the canvas with any
 * pointer. Arrows walk the list, and F marks a favourite.
 * @import {Entry} from "./types.js"
 * @import {Found} from "./search.js"
 * @import {DesignerPage} from "./page.js"
 */
import { icon, make, need, paintIcon } from "./dom.js";
import { nextPort } from "./face.js";
import { gathered, joinEnd, splitEnd, wiredPorts } from "./graph.js";
import { searchEntries } from "./search.js";

const SLOP_PX = 6;

/** What is shown of an entry. @param {Found} found */
export function shown({ entry, why }) {
  const picture = make("span", { class: "node__icon" });
  if (entry.icon.startsWith("/")) {
    picture.classList.add("block-icon");
    paintIcon(picture, entry.icon);
  } else picture.append(icon(entry.icon || "puzzle"));
  const words = make("span", { class: "palette__words" }, [
    make("span", { class: "palette__name" }, [entry.title]),
    make("span", { class: why ? "palette__why" : "palette__summary" }, [why ?? entry.summary]),
  ]);
  return [make("span", { class: "node__badge" }, [picture]), words];
}

/**
 * @param {DesignerPage} page
 * @param {{add: (entry: Entry) => void, drop: (entry: Entry, event: PointerEvent) => void}} deeds
 */
export function mountPalette(page, { add, drop }) {
  const { editor, facts } = page;
  const root = need("#palette");
  const box = /** @type {HTMLInputElement} */ (need("input", root));
  const blank = /** @type {HTMLTemplateElement} */ (need("template", root)).content;

  /** @param {[string, string?][]} [told]  keys of entries, each with why it is offered */
  const named = (told = []) => told.map(([key, why]) => ({ entry: editor.catalogue[key], why }));
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
    const row = /** @type {HTMLElement} */ (need(".palette__row", blank).cloneNode(true));
    row.dataset.entry = one.entry.key;
    need(".palette__item", row).append(...shown(one));
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
  const draw = () => {
    const found = searchEntries(page.entries, box.value);
    drawMine();
    const shelves = gathered(found, ({ entry }) => entry.category);
    fill("all", box.value ? [["Best first", found]] : [...shelves]);
    need(".palette__few", root).hidden = !box.value || found.length > 2;
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
    draw();
    document.dispatchEvent(new Event("palette:renewed"));
  };

  let dragged = false;
  /** @param {Event} event  in a row @returns {Entry | undefined} */
  const entryAt = ({ target }) => {
    const row = /** @type {Element} */ (target).closest("[data-entry]");
    return editor.catalogue[row?.getAttribute("data-entry") ?? ""];
  };
  const choose = (/** @type {Event} */ event) => {
    const entry = entryAt(event);
    if (!entry || dragged) return;
    /** @type {HTMLDialogElement|null} */ (
      /** @type {Element} */ (event.target).closest("dialog")
    )?.close();
    if (/** @type {Element} */ (event.target).closest(".palette__star")) toggle(entry);
    else add(entry);
  };
  for (const place of [root, need("#catalogue")]) place.addEventListener("click", choose);
  root.addEventListener("pointerdown", (event) => {
    const button = /** @type {Element} */ (event.target).closest(".palette__item");
    const entry = entryAt(event);
    dragged = false;
    if (event.button !== 0 || event.pointerType === "touch" || !button || !entry) return;
    drag(/** @type {HTMLElement} */ (button), event, (end) => {
      dragged = true;
      drop(entry, end);
    });
  });
  root.addEventListener("keydown", (event) => {
    /** @type {NodeListOf<HTMLElement>} */
    const all = root.querySelectorAll("input, .palette__item");
    const stops = [...all].filter((one) => one.checkVisibility()); // a search hides some
    const at = stops.indexOf(/** @type {HTMLElement} */ (event.target));
    const entry = entryAt(event);
    if (event.key === "ArrowDown") stops[at + 1]?.focus();
    else if (event.key === "ArrowUp") stops[at - 1]?.focus();
    else if (event.key === "f" && entry) toggle(entry);
    else return;
    event.preventDefault();
  });
  box.addEventListener("input", draw);
  editor.on("selection", drawMine);
  editor.on("flow", drawMine);
  document.addEventListener("palette:changed", renew);
  document.addEventListener("draft:checked", (event) => {
    facts.palette.mine = /** @type {CustomEvent} */ (event).detail.palette;
    if (!document.querySelector(".palette__ghost")) drawMine(); // what is dragged has to stay
  });
  draw();
  return { after, mine: () => mine().flatMap(([, found]) => found), toggle };
}

/**
 * @param {HTMLElement} button
 * @param {PointerEvent} start
 * @param {(event: PointerEvent) => void} done
 */
function drag(button, start, done) {
  /** @type {HTMLElement|null} */
  let ghost = null;
  const end = (/** @type {PointerEvent} */ event) => {
    button.onpointermove = button.onpointerup = button.onpointercancel = null;
    ghost?.remove();
    if (ghost && event.type === "pointerup") done(event);
  };
  button.onpointermove = (event) => {
    const far = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
    if (!ghost && far < SLOP_PX) return;
    ghost ??= make("div", { class: "palette__ghost" }, [button.cloneNode(true)]);
    document.body.append(ghost);
    ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px)`;
  };
  button.onpointerup = button.onpointercancel = end;
  button.setPointerCapture(start.pointerId);
}
