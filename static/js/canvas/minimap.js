/**
 * The small map: all nodes and the part on screen, on one 2D canvas. Colours are read once per theme
 * from properties registered as colours (an unregistered `light-dark()` would draw black).
 * @import {Face, Rect} from "./types.js"
 * @import {Viewport} from "./viewport.js"
 */
import { bounds } from "./geometry.js";

const WIDTH = 176;
const HEIGHT = 108;
const PAD = 8;

export class Minimap {
  /** @type {Face[]} */
  #faces = [];
  /** @type {Record<string, string>} */
  #colours = {};
  #scale = 1;
  #left = 0;
  #top = 0;

  /** @param {HTMLCanvasElement} canvas @param {Viewport} viewport */
  constructor(canvas, viewport) {
    this.canvas = canvas;
    this.viewport = viewport;
    const ratio = devicePixelRatio || 1;
    canvas.width = WIDTH * ratio;
    canvas.height = HEIGHT * ratio;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no 2D canvas");
    context.scale(ratio, ratio);
    this.context = context;
    this.#readColours();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      this.#readColours(),
    );
    new MutationObserver(() => this.#readColours()).observe(document.documentElement, {
      attributeFilter: ["data-theme", "class"],
    });
    viewport.onMove(() => this.draw());
    canvas.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  #readColours() {
    const style = getComputedStyle(this.canvas);
    for (const name of ["node", "selected", "frame", "shade"]) {
      this.#colours[name] = style.getPropertyValue(`--map-${name}`).trim();
    }
    requestAnimationFrame(() => this.draw());
  }

  /** @param {Face[]} faces @param {Set<string>} selection */
  show(faces, selection) {
    this.#faces = faces;
    this.selection = selection;
    this.draw();
  }

  draw() {
    const shown = this.viewport.shown;
    const all = bounds([...this.#faces.map((face) => face.rect), shown]) ?? shown;
    this.#scale = Math.min((WIDTH - PAD * 2) / all.w, (HEIGHT - PAD * 2) / all.h);
    this.#left = all.x - (WIDTH / this.#scale - all.w) / 2;
    this.#top = all.y - (HEIGHT / this.#scale - all.h) / 2;
    this.context.clearRect(0, 0, WIDTH, HEIGHT);
    this.context.fillStyle = this.#colours.shade;
    this.#fill(shown);
    for (const face of this.#faces) {
      this.context.fillStyle = this.selection?.has(face.id)
        ? this.#colours.selected
        : this.#colours.node;
      this.#fill(face.rect);
    }
    this.context.strokeStyle = this.#colours.frame;
    this.context.strokeRect(...this.#box(shown));
  }

  /** @param {Rect} rect @returns {[number, number, number, number]} */
  #box(rect) {
    const s = this.#scale;
    return [(rect.x - this.#left) * s, (rect.y - this.#top) * s, rect.w * s, rect.h * s];
  }

  /** @param {Rect} rect */
  #fill(rect) {
    const [x, y, w, h] = this.#box(rect);
    this.context.fillRect(x, y, Math.max(w, 2), Math.max(h, 2));
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const box = this.canvas.getBoundingClientRect();
    const go = (/** @type {PointerEvent} */ at) => {
      const x = (at.clientX - box.left) / this.#scale + this.#left;
      const y = (at.clientY - box.top) / this.#scale + this.#top;
      const { view, size } = this.viewport;
      this.viewport.set({ ...view, x: size.w / 2 - x * view.zoom, y: size.h / 2 - y * view.zoom });
    };
    this.canvas.setPointerCapture(event.pointerId);
    const stop = new AbortController();
    this.canvas.addEventListener("pointermove", go, { signal: stop.signal });
    this.canvas.addEventListener("pointerup", () => stop.abort(), { signal: stop.signal });
    this.canvas.addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
    go(event);
  }
}
