/**
 * Pan and zoom of the layer that holds nodes and wires. One transform per frame; the page's size is
 * read by an observer, never while moving, and no CSS variable changes on the canvas's root (500 nodes
 * would be restyled).
 * @import {Point, Rect, View} from "./types.js"
 */
import { fitView, reveal, toCanvas, viewOf, zoomAt } from "./geometry.js";

export class Viewport {
  /** @type {View} */
  view = { x: 0, y: 0, zoom: 1 };
  size = { w: 0, h: 0 };
  /** @type {Point} */
  #origin = [0, 0];
  #queued = false;
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {HTMLElement} root @param {HTMLElement} world @param {HTMLElement} dots */
  constructor(root, world, dots) {
    this.root = root;
    this.world = world;
    this.dots = dots;
    this.#measure();
    new ResizeObserver(() => this.#measure()).observe(root);
    addEventListener("scroll", () => this.#measure(), { passive: true });
  }

  #measure() {
    const box = this.root.getBoundingClientRect();
    this.size = { w: box.width, h: box.height };
    this.#origin = [box.left, box.top];
    this.#queue();
  }

  /** @param {() => void} listener called after each frame that moved the view */
  onMove(listener) {
    this.#listeners.push(listener);
  }

  /** @param {View} view */
  set(view) {
    this.view = view;
    this.#queue();
  }

  #queue() {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => this.#queued && this.apply());
  }

  /** Move at once: a page that has loaded is laid out before its first frame. */
  apply() {
    this.#queued = false;
    const { x, y, zoom } = this.view;
    this.world.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    const gap = zoom < 0.5 ? 64 * zoom : 16 * zoom;
    this.dots.style.backgroundSize = `${gap}px ${gap}px`;
    this.dots.style.transform = `translate(${x % gap}px, ${y % gap}px)`;
    for (const listener of this.#listeners) listener();
  }

  /** @param {{clientX: number, clientY: number}} event @returns {Point} relative to the canvas's corner */
  local(event) {
    return [event.clientX - this.#origin[0], event.clientY - this.#origin[1]];
  }

  /** @param {{clientX: number, clientY: number}} event @returns {Point} in canvas units */
  point(event) {
    return toCanvas(this.view, this.local(event));
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.set({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** @param {number} factor @param {Point} [at] */
  zoom(factor, at = [this.size.w / 2, this.size.h / 2]) {
    this.set(zoomAt(this.view, factor, at));
  }

  actual() {
    this.zoom(1 / this.view.zoom);
  }

  /** @param {Rect|null} content */
  fit(content) {
    this.set(fitView(content, this.size, Math.min(48, this.size.w / 20)));
  }

  /** Bring a rectangle on screen by the least pan. @param {Rect} rect */
  reveal(rect) {
    this.set(reveal(this.view, rect, this.size));
  }

  /** @param {Point} point  in canvas units */
  centreOn(point) {
    this.set(viewOf(point, this.view.zoom, this.size));
  }

  /** @returns {Point} canvas point in the middle of the screen */
  get centre() {
    return toCanvas(this.view, [this.size.w / 2, this.size.h / 2]);
  }

  /** What the screen shows, in canvas units. @returns {Rect} */
  get shown() {
    const [x, y] = toCanvas(this.view, [0, 0]);
    return { x, y, w: this.size.w / this.view.zoom, h: this.size.h / this.view.zoom };
  }
}
