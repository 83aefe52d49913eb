/**
 * What lies behind the steps: the boxes of loops' bodies, groups and notes. An element is filled when
 * what it shows changed, and moved otherwise. They are templates of the page: with tools where the canvas
 * is edited (templates/designer/workflows/_marks.html), else words alone (templates/ui/drawing.html).
 * @import {Face, Flow, Point, Rect} from "./types.js"
 */
import { boxesOf } from "./boxes.js";
import { copied, need, removeOthers, trace } from "./dom.js";
import { clamp } from "./geometry.js";
import { groupRect, noteRect } from "./marks.js";

const NOWHERE = { x: 0, y: 0, w: 0, h: 0 };
const INSET = 24;
/** @typedef {Map<string, Rect>} Boxes */
/**
 * @typedef {Object} Frame
 * @property {unknown} source  what it shows; another one fills it anew
 * @property {(boxes: Boxes) => Rect} rect  where it stands
 * @property {string} words
 * @property {string} [colour]
 * @property {boolean} [fills]  of a box: whether it is empty and can be filled
 */

export class Frames {
  /** @type {Map<string, HTMLElement>} by "box:id", "group:id", "note:id" */
  #elements = new Map();
  /** @type {Map<string, Frame>} */
  #frames = new Map();
  /** @type {Flow|null} */
  #flow = null;
  /** @type {(id: string) => Rect} */
  #rectOf = () => NOWHERE;
  /** @type {Boxes} the box of every loop */
  boxes = new Map();

  /** @param {HTMLElement} world */
  constructor(world) {
    this.layer = need(".frames", world);
    this.ties = world.querySelector(".box-tie");
    this.root = /** @type {Element} */ (world.parentElement);
  }

  /** @returns {Rect[]} */
  rects() {
    return [...this.#frames.values()].map((frame) => frame.rect(this.boxes));
  }

  /** @param {string} key @returns {HTMLElement|undefined} */
  element(key) {
    return this.#elements.get(key);
  }

  /** @param {Flow} flow @param {(id: string) => Face|undefined} faceOf */
  draw(flow, faceOf) {
    this.#flow = flow;
    this.#rectOf = (id) => faceOf(id)?.rect ?? NOWHERE;
    this.boxes = boxesOf(flow, this.#rectOf);
    const before = this.#frames;
    this.#frames = this.#wanted(flow, faceOf);
    removeOthers(this.#elements, this.#frames, (element) => element);
    for (const [key, frame] of this.#frames) {
      const element = this.#elements.get(key) ?? frameElement(key, this.root);
      if (!this.#elements.has(key)) this.layer.append(element);
      this.#elements.set(key, element);
      if (before.get(key)?.source !== frame.source) fillFrame(element, key, frame);
    }
    this.#lay(this.boxes);
  }

  /** @param {Flow} flow @param {(id: string) => Face|undefined} faceOf @returns {Map<string, Frame>} */
  #wanted(flow, faceOf) {
    /** @type {Map<string, Frame>} */
    const found = new Map();
    const { groups = {}, notes = {} } = flow.canvas ?? {};
    for (const [id, group] of Object.entries(groups)) {
      const rect = (/** @type {Boxes} */ boxes) => groupRect(group, this.#rectOf, boxes);
      found.set(`group:${id}`, { source: group, rect, words: group.title, colour: group.colour });
    }
    const inhabited = new Set(Object.values(flow.steps).map((step) => step.within));
    for (const id of this.boxes.keys()) {
      const words = `Each round of ${faceOf(id)?.title ?? id}`;
      const fills = !inhabited.has(id);
      const rect = (/** @type {Boxes} */ boxes) => boxes.get(id) ?? NOWHERE;
      found.set(`box:${id}`, { source: `${words}:${fills}`, rect, words, fills });
    }
    for (const [id, note] of Object.entries(notes)) {
      const rect = () => noteRect(flow, `note:${id}`);
      found.set(`note:${id}`, { source: note, rect, words: note.text, colour: note.colour });
    }
    return found;
  }

  /**
   * Put all where it stands, and draw the lines from loops to their boxes.
   * @param {Boxes} boxes @param {Map<string, Point>} [places]  of notes that are dragged
   */
  #lay(boxes, places = new Map()) {
    for (const [key, frame] of this.#frames) {
      const rect = frame.rect(boxes);
      const [x, y] = places.get(key) ?? [rect.x, rect.y];
      stand(this.element(key), { ...rect, x, y });
    }
    const ways = [...boxes].map(([id, box]) => {
      const { x, y, w, h } = this.#rectOf(id);
      const to = clamp(x + w / 2, box.x + INSET, box.x + box.w - INSET);
      return `M${x + w / 2} ${y + h}L${to} ${box.y}`;
    });
    if (this.ties) trace(this.ties, ways.join(""));
  }

  /**
   * Follow nodes and notes that are dragged: groups grow with their steps, boxes stay unless their loop moves.
   * @param {Map<string, Point>} places
   * @param {string} target  the loop whose box would take them in
   */
  preview(places, target) {
    const boxes = new Map(this.boxes);
    for (const [id, box] of this.boxes) {
      const [left, top] = this.#flow?.steps[id]?.position ?? [0, 0];
      const [x, y] = places.get(id) ?? [left, top];
      boxes.set(id, { ...box, x: box.x + x - left, y: box.y + y - top });
      const lit = places.size > 0 && id === target;
      this.element(`box:${id}`)?.classList.toggle("box--target", lit);
    }
    this.#lay(boxes, places);
  }
}

/** Put a frame at its place, before those that are larger. @param {HTMLElement|undefined} element @param {Rect} rect */
function stand(element, { x, y, w, h }) {
  if (!element) return;
  element.style.zIndex = String(-Math.round(w * h));
  element.style.transform = `translate(${x}px, ${y}px)`;
  element.style.width = `${w}px`;
  element.style.height = `${h}px`;
}

/** An empty element for "box:id", "group:id" or "note:id". @param {string} key @param {Element} root of the canvas */
function frameElement(key, root) {
  const element = copied(`.${key.split(":")[0]}`, root);
  element.dataset.mark = key;
  return element;
}

/**
 * Show the words of a frame and its colour; a field that is written in is left as it is.
 * @param {HTMLElement} element @param {string} key
 * @param {{words: string, colour?: string, fills?: boolean}} frame
 */
function fillFrame(element, key, { words, colour = "amber", fills = true }) {
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
