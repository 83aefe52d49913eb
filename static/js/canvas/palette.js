/**
 * The palette: blocks by category with a search, each added by a click, by Enter, or by dragging it on
 * the canvas with any pointer.
 * @import {Entry, Point} from "./types.js"
 */
import { icon, make, need, paintIcon } from "./dom.js";
import { gathered } from "./graph.js";
import { searchEntries } from "./search.js";

const SLOP_PX = 6;

/**
 * @param {HTMLElement} root
 * @param {Entry[]} entries
 * @param {{add: (entry: Entry) => void, drop: (entry: Entry, event: PointerEvent) => void}} deeds
 */
export function mountPalette(root, entries, { add, drop }) {
  const list = need("[data-palette-list]", root);
  const box = root.querySelector("input");
  const draw = () => {
    const found = searchEntries(entries, box?.value ?? "");
    list.replaceChildren(...groups(found, Boolean(box?.value)).flatMap(drawGroup));
    if (found.length === 0) list.append(make("p", { class: "palette__none" }, ["No block fits."]));
  };
  /** @param {[string, Entry[]]} group */
  const drawGroup = ([title, members]) => [
    make("h2", { class: "palette__title" }, [title]),
    ...members.map((entry) => item(entry, add, drop)),
  ];
  box?.addEventListener("input", draw);
  draw();
}

/** @param {Entry[]} entries @param {boolean} ranked @returns {[string, Entry[]][]} */
function groups(entries, ranked) {
  if (ranked) return [["Best first", entries]];
  return [...gathered(entries, (entry) => entry.category)];
}

/** @param {Entry} entry */
export function entryPicture(entry) {
  const picture = make("span", { class: "node__icon" });
  if (entry.icon.startsWith("/")) {
    picture.classList.add("block-icon");
    paintIcon(picture, entry.icon);
  } else picture.append(icon(entry.icon || "puzzle"));
  return make("span", { class: "node__badge" }, [picture]);
}

/**
 * @param {Entry} entry
 * @param {(entry: Entry) => void} add
 * @param {(entry: Entry, event: PointerEvent) => void} drop
 */
function item(entry, add, drop) {
  const words = make("span", { class: "palette__words" }, [
    make("span", { class: "palette__name" }, [entry.title]),
    make("span", { class: "palette__summary" }, [entry.summary]),
  ]);
  const button = make(
    "button",
    { class: "palette__item", type: "button", "data-entry": entry.key },
    [entryPicture(entry), words],
  );
  let dragged = false;
  button.addEventListener("click", () => {
    if (!dragged) add(entry);
    dragged = false;
  });
  button.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.button === 0 && event.pointerType !== "touch") {
      drag(button, event, (end) => {
        dragged = true;
        drop(entry, end);
      });
    }
  });
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {PointerEvent} start
 * @param {(event: PointerEvent) => void} done
 */
function drag(button, start, done) {
  /** @type {HTMLElement|null} */
  let ghost = null;
  const stop = new AbortController();
  const end = (/** @type {PointerEvent} */ event) => {
    stop.abort();
    ghost?.remove();
    if (ghost && event.type === "pointerup") done(event);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const far = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
    if (!ghost && far < SLOP_PX) return;
    if (!ghost) {
      ghost = make("div", { class: "palette__ghost" }, [button.cloneNode(true)]);
      document.body.append(ghost);
    }
    ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px)`;
  };
  button.setPointerCapture(start.pointerId);
  button.addEventListener("pointermove", move, { signal: stop.signal });
  button.addEventListener("pointerup", end, { signal: stop.signal });
  button.addEventListener("pointercancel", end, { signal: stop.signal });
}
