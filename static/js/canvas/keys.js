/**
 * The canvas by keyboard. Keys act only while the canvas or one of its nodes has the focus, so none is
 * taken from an input.
 * @import {Flow, Point} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 * @import {KeyLink} from "./key_link.js"
 */
import { copyPart } from "./document.js";
import { GRID } from "./geometry.js";
import { nodeIds } from "./graph.js";
import { along, step } from "./walking.js";

/** @type {Record<string, Point>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Keys {
  /** @type {Flow|null} */
  #copied = null;

  /** @param {DesignerPage} page @param {KeyLink} link */
  constructor({ deeds, editor, root, scene, viewport }, link) {
    this.root = root;
    this.editor = editor;
    this.scene = scene;
    this.viewport = viewport;
    this.link = link;
    /** @type {Record<string, () => void>} */
    this.plain = {
      "/": deeds.add,
      n: deeds.add,
      enter: deeds.settings,
      f2: deeds.settings,
      "?": deeds.help,
      t: deeds.tidy,
      c: () => this.link.begin(),
      delete: () => this.remove(),
      backspace: () => this.remove(),
      escape: () => this.editor.select([]),
      "+": () => this.viewport.zoom(1.2),
      "=": () => this.viewport.zoom(1.2),
      "-": () => this.viewport.zoom(1 / 1.2),
      0: () => this.viewport.actual(),
      1: deeds.fit,
      "[": () => this.#go(step(this.scene.faces(), this.editor.only, -1)),
      "]": () => this.#go(step(this.scene.faces(), this.editor.only, 1)),
    };
    /** @type {Record<string, () => void>} */
    this.withControl = {
      z: () => this.editor.undo(),
      y: () => this.editor.redo(),
      "shift+z": () => this.editor.redo(),
      a: () => this.editor.select(nodeIds(this.editor.flow)),
      c: () => this.#copy(),
      x: () => this.#cut(),
      v: () => this.#paste(),
      d: () => this.duplicate(),
      f: deeds.find,
    };
    root.addEventListener("keydown", (event) => this.#down(event));
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    const deed = this.link.active ? this.link.key(event.key) : this.#deedOf(event);
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  /** @param {KeyboardEvent} event @returns {(() => void)|undefined} */
  #deedOf(event) {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey)
      return this.withControl[event.shiftKey ? `shift+${key}` : key];
    const arrow = ARROWS[event.key];
    if (!arrow) return event.altKey ? undefined : this.plain[key];
    if (event.altKey) return () => this.#walk(event.key);
    return () => this.#nudge(arrow, event.shiftKey ? 5 : 1);
  }

  /** @param {string} key */
  #walk(key) {
    const from = this.editor.only;
    this.#go(from ? along(this.editor.flow, from, key) : step(this.scene.faces(), null, 1));
  }

  /** @param {string|null} id */
  #go(id) {
    if (!id) {
      this.editor.say("Nothing that way.");
      return;
    }
    this.editor.select([id]);
    this.viewport.reveal(this.editor.face(id).rect);
    this.scene.element(id)?.focus({ preventScroll: true });
  }

  /** @param {Point} direction @param {number} times */
  #nudge([dx, dy], times) {
    const { selection } = this.editor;
    if (selection.size === 0) {
      this.viewport.pan(-dx * 48, -dy * 48);
      return;
    }
    /** @type {Map<string, Point>} */
    const places = new Map();
    for (const id of selection) {
      const { x, y } = this.editor.face(id).rect;
      places.set(id, [x + dx * GRID * times, y + dy * GRID * times]);
    }
    this.editor.place(places, "Moved", "nudge");
  }

  /** Remove what is selected; the focus stays on the canvas, or the keys would die. */
  remove() {
    this.editor.removeSelection();
    this.root.focus({ preventScroll: true });
  }

  #copy() {
    if (this.editor.selection.size === 0) return;
    this.#copied = copyPart(this.editor.flow, this.editor.selection);
    this.editor.say(`${this.editor.selection.size} copied.`);
  }

  #cut() {
    this.#copy();
    this.remove();
  }

  #paste() {
    if (!this.#copied) this.editor.say("Nothing was copied yet.");
    else this.editor.paste(this.#copied, [GRID * 2, GRID * 2], "pasted");
  }

  duplicate() {
    const part = copyPart(this.editor.flow, this.editor.selection);
    this.editor.paste(part, [GRID * 2, GRID * 3], "duplicated");
  }
}
