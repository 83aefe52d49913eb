/**
 * The elements of what lies behind the steps: the box of a loop's body, a group, a note. What is edited
 * is a template of the page (templates/designer/workflows/_marks.html); where the canvas is only looked
 * at they are words alone.
 */
import { icon, make, need } from "./dom.js";

/** @param {HTMLElement} box @param {string} id @param {string} title @param {boolean} [fills] whether it is empty and can be filled */
function fillBox(box, id, title, fills) {
  const words = make("span", { class: "box__title" }, [icon("repeat"), `Each round of ${title}`]);
  const look = { class: "button button--small", type: "button", "data-inside": id };
  const label = `Add a step to each round of ${title}`;
  const add = make("button", { ...look, "aria-label": label, title: label }, [icon("plus")]);
  const hint = make("div", { class: "box__empty" }, ["Drag a step in here", add]);
  box.replaceChildren(words, ...(fills ? [hint] : []));
}

/** An empty element for "box:id", "group:id" or "note:id". @param {string} key @param {boolean} edits @returns {HTMLElement} */
export function frameElement(key, edits) {
  const kind = key.split(":")[0];
  if (kind === "box") return make("div", { class: "box" });
  if (edits) {
    const template = /** @type {HTMLTemplateElement} */ (need(`#mark-${kind}`));
    const element = /** @type {HTMLElement} */ (template.content.children[0].cloneNode(true));
    element.dataset.mark = key;
    return element;
  }
  if (kind === "note") return make("div", {}, [make("p", { class: "mark__text" })]);
  return make("div", {}, [
    make("div", { class: "mark__bar" }, [make("span", { class: "mark__title" })]),
  ]);
}

/**
 * Show the words of a frame and its colour; a field that is written in is left as it is.
 * @param {HTMLElement} element @param {string} key
 * @param {{words: string, colour?: string, fills?: boolean}} frame
 */
export function fillFrame(element, key, { words, colour = "amber", fills }) {
  const [kind, id] = key.split(":");
  if (kind === "box") return fillBox(element, id, words, fills);
  element.className = `mark mark--${kind} mark--${colour}`;
  const field = element.querySelector(".mark__title, .mark__text");
  if (field && !("value" in field)) field.textContent = words;
  else if (field && field !== document.activeElement) Object.assign(field, { value: words });
  const name = kind === "note" ? kind : words;
  for (const tool of element.querySelectorAll("button")) {
    tool.ariaLabel = `${tool.title}: ${name}`;
    if (tool.ariaPressed) tool.ariaPressed = String(tool.dataset.does === colour);
  }
}
