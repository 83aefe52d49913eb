/**
 * The elements of what lies behind the steps: the box of a loop's body, a group, a note. Templates of the
 * page: with tools where the canvas is edited (templates/designer/workflows/_marks.html), else words
 * alone (templates/ui/drawing.html).
 */
import { copied } from "./dom.js";

/** An empty element for "box:id", "group:id" or "note:id". @param {string} key @param {Element} root of the canvas */
export function frameElement(key, root) {
  const element = copied(`.${key.split(":")[0]}`, root);
  element.dataset.mark = key;
  return element;
}

/**
 * Show the words of a frame and its colour; a field that is written in is left as it is.
 * @param {HTMLElement} element @param {string} key
 * @param {{words: string, colour?: string, fills?: boolean}} frame
 */
export function fillFrame(element, key, { words, colour = "amber", fills = true }) {
  const kind = key.split(":")[0];
  if (kind !== "box") element.className = `mark mark--${kind} mark--${colour}`;
  const field = element.querySelector("[data-words]");
  if (field && !("value" in field)) field.textContent = words;
  else if (field && field !== document.activeElement) Object.assign(field, { value: words });
  const name = kind === "note" ? kind : words;
  for (const tool of element.querySelectorAll("button")) {
    tool.ariaLabel = `${tool.title}: ${name}`;
    if (tool.ariaPressed) tool.ariaPressed = String(tool.dataset.does === colour);
  }
  element.querySelector(".box__empty")?.toggleAttribute("hidden", !fills);
}
