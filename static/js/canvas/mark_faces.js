/**
 * The elements of what lies behind the steps: the box of a loop's body, a group, a note. Where the
 * canvas is only looked at they are words alone.
 * @import {Group, Note} from "./types.js"
 */
import { icon, make } from "./dom.js";
import { COLOURS } from "./marks.js";

/** @param {string} id @param {string} title @param {boolean} fills whether it is empty and can be filled */
export function boxElement(id, title, fills) {
  const words = make("span", { class: "box__title" }, [icon("repeat"), `Each round of ${title}`]);
  if (!fills) return make("div", { class: "box" }, [words]);
  const look = { class: "button button--small", type: "button", "data-inside": id };
  const label = `Add a step to each round of ${title}`;
  const add = make("button", { ...look, "aria-label": label, title: label }, [icon("plus")]);
  const hint = make("div", { class: "box__empty" }, ["Drag a step in here", add]);
  return make("div", { class: "box" }, [words, hint]);
}

/** @param {string} key @param {Group} group @param {boolean} edits */
export function groupElement(key, { title, colour }, edits) {
  const look = { class: "mark__title", "data-mark": key, value: title, maxlength: "120" };
  const inside = edits
    ? [make("input", { ...look, "aria-label": "Title of the group" }), tools(key, title, colour)]
    : [make("span", look, [title])];
  const bar = make("div", { class: "mark__bar", "data-mark": key }, inside);
  return make("div", { class: `mark mark--group mark--${colour}` }, [bar]);
}

/** @param {string} key @param {Note} note @param {boolean} edits */
export function noteElement(key, { text, colour = "amber" }, edits) {
  const look = { class: `mark mark--note mark--${colour}` };
  if (!edits) return make("div", look, [make("p", { class: "mark__text" }, [text])]);
  const write = { class: "mark__text", "data-mark": key, maxlength: "4000" };
  const box = make("textarea", { ...write, "aria-label": "Note", placeholder: "Write a note" });
  box.value = text;
  const bar = { class: "mark__bar", "data-mark": key };
  return make("div", look, [make("div", bar, [tools(key, "note", colour)]), box]);
}

/** @param {string} key @param {string} name @param {string} colour */
function tools(key, name, colour) {
  const isNote = key.startsWith("note");
  /** @param {string} does @param {string} label @param {Node[]} inside */
  const tool = (does, label, inside) => {
    const facts = { "data-mark": key, "data-does": does, "aria-label": `${label}: ${name}` };
    return make("button", { ...facts, class: "mark__tool", type: "button", title: label }, inside);
  };
  const swatches = COLOURS.map((one) => {
    const swatch = tool(one, one, []);
    swatch.classList.add("mark__swatch", `mark--${one}`);
    swatch.setAttribute("aria-pressed", String(one === colour));
    return swatch;
  });
  const hold = isNote ? "Move with the arrow keys, resize with Shift" : "Select its steps";
  return make("div", { class: "mark__tools", role: "group", "aria-label": `Tools of ${name}` }, [
    tool("hold", hold, [icon("grip-vertical")]),
    ...swatches,
    tool("remove", isNote ? "Delete" : "Ungroup", [icon(isNote ? "trash-2" : "x")]),
  ]);
}

/**
 * Show what changed; the focus stays where it is, and a field that is written in as it is.
 * @param {HTMLElement} old @param {HTMLElement} fresh
 */
export function refill(old, fresh) {
  if (old.querySelector(":is(input, textarea):focus")) {
    const names = [...fresh.querySelectorAll("[aria-label]")].map((one) => one.ariaLabel);
    for (const [at, one] of old.querySelectorAll("[aria-label]").entries())
      one.ariaLabel = names[at];
    return;
  }
  const held = document.activeElement;
  const at = held && old.contains(held) ? [...old.querySelectorAll("*")].indexOf(held) : -1;
  old.className = fresh.className;
  old.replaceChildren(...fresh.childNodes);
  const again = old.querySelectorAll("*")[at];
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}
