/**
 * What the pointer does on the canvas: move nodes, draw wires, select by a frame, pan, pinch and wheel.
 * A wire being drawn shows where it may end; a refusal says why.
 * @import {Point} from "./types.js"
 * @import {Editor} from "./editor.js"
 * @import {Scene} from "./scene.js"
 * @import {Viewport} from "./viewport.js"
 */
import { make, makeSvg } from "./dom.js";
import { inputPoint, nodeNear, outputPoint } from "./face.js";
import { between, distance, overlaps, snap } from "./geometry.js";
import { joinEnd, splitEnd, targetsFor } from "./graph.js";
import { drop } from "./looping.js";
import { loosePath } from "./routing.js";

const SNAP_PX = 36;
const SLOP_PX = 4;

export class Gestures {
  #space = false;
  /** @type {Map<number, Point>} fingers and pens on the canvas */
  #pointers = new Map();

  /**
   * @param {HTMLElement} root
   * @param {Editor} editor
   * @param {Scene} scene
   * @param {Viewport} viewport
   * @param {(from: string, at: Point) => void} onLoose  a wire was dropped on nothing
   */
  constructor(root, editor, scene, viewport, onLoose) {
    this.root = root;
    this.editor = editor;
    this.scene = scene;
    this.viewport = viewport;
    this.onLoose = onLoose;
    this.ghost = makeSvg("path", { class: "wire-ghost" });
    root.addEventListener("pointerdown", (event) => this.#down(event));
    root.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    addEventListener("keydown", (event) => this.#hold(event, true));
    addEventListener("keyup", (event) => this.#hold(event, false));
  }

  /** @param {KeyboardEvent} event @param {boolean} down */
  #hold(event, down) {
    if (event.key !== " " || event.target !== this.root) return;
    this.#space = down;
    if (down) event.preventDefault();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      this.viewport.zoom(Math.exp(-event.deltaY / 300), this.viewport.local(event));
    } else if (event.shiftKey) this.viewport.pan(-event.deltaY, 0);
    else this.viewport.pan(-event.deltaX, -event.deltaY);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const target = event.target instanceof Element ? event.target : this.root;
    if (target.closest(".canvas__tools")) return;
    const id = target.closest("[data-node]")?.getAttribute("data-node") ?? "";
    if (event.pointerType === "touch" && this.#pinch(event)) return;
    if (event.button === 1 || this.#space) this.#pan(event);
    else if (event.button === 0) this.#press(event, target, id);
    if (!id) this.root.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event @param {Element} target @param {string} id */
  #press(event, target, id) {
    const port = target.closest("[data-port]")?.getAttribute("data-port") ?? null;
    const wire = target.closest("[data-wire]")?.getAttribute("data-wire") ?? null;
    if (id && port !== null) this.#link(event, joinEnd(id, port));
    else if (id) this.#drag(event, id);
    else if (wire) this.editor.select([], wire);
    else if (event.pointerType === "touch") this.#pan(event);
    else this.#frame(event);
  }

  /**
   * Follow the pointer until it is lifted.
   * @param {PointerEvent} event
   * @param {(event: PointerEvent) => void} move
   * @param {(event: PointerEvent, cancelled: boolean) => void} end
   */
  #track(event, move, end) {
    const stop = new AbortController();
    const mine = (/** @type {PointerEvent} */ other) => other.pointerId === event.pointerId;
    const options = { signal: stop.signal };
    /** @param {PointerEvent} other @param {boolean} cancelled */
    const finish = (other, cancelled) => {
      if (!mine(other)) return;
      stop.abort();
      end(other, cancelled);
    };
    this.root.setPointerCapture(event.pointerId);
    this.root.addEventListener("pointermove", (other) => mine(other) && move(other), options);
    this.root.addEventListener("pointerup", (other) => finish(other, false), options);
    this.root.addEventListener("pointercancel", (other) => finish(other, true), options);
  }

  /** @param {PointerEvent} event @returns {boolean} whether a second finger took over */
  #pinch(event) {
    this.#pointers.set(event.pointerId, this.viewport.local(event));
    const forget = (/** @type {PointerEvent} */ other) => this.#pointers.delete(other.pointerId);
    addEventListener("pointerup", forget, { once: true });
    addEventListener("pointercancel", forget, { once: true });
    if (this.#pointers.size !== 2) return false;
    const [first] = [...this.#pointers.values()];
    let gap = distance(first, this.viewport.local(event));
    this.#track(
      event,
      (other) => {
        const next = distance(first, this.viewport.local(other));
        this.viewport.zoom(next / Math.max(gap, 1), first);
        gap = next;
      },
      () => this.#pointers.clear(),
    );
    return true;
  }

  /** @param {PointerEvent} event */
  #pan(event) {
    let last = this.viewport.local(event);
    this.root.classList.add("canvas--panning");
    const move = (/** @type {PointerEvent} */ other) => {
      const now = this.viewport.local(other);
      if (this.#pointers.size < 2) this.viewport.pan(now[0] - last[0], now[1] - last[1]);
      last = now;
    };
    this.#track(event, move, () => this.root.classList.remove("canvas--panning"));
  }

  /** @param {PointerEvent} event @param {string} id */
  #drag(event, id) {
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    if (adds) this.#toggle(id);
    else if (!this.editor.selection.has(id)) this.editor.select([id]);
    this.scene.element(id)?.focus({ preventScroll: true });
    const start = this.viewport.point(event);
    const chosen = [...this.editor.selection].map((one) => this.editor.face(one));
    /** @type {Map<string, Point>} */
    let places = new Map();
    const move = (/** @type {PointerEvent} */ other) => {
      const [x, y] = this.viewport.point(other);
      const far = Math.hypot(x - start[0], y - start[1]) * this.viewport.view.zoom > SLOP_PX;
      if (!far && places.size === 0) return;
      places = new Map(
        chosen.map((face) => [
          face.id,
          [snap(face.rect.x + x - start[0]), snap(face.rect.y + y - start[1])],
        ]),
      );
      this.scene.preview(places);
    };
    this.#track(event, move, (_other, cancelled) => {
      this.scene.preview(new Map());
      const label =
        chosen.length === 1 ? `${chosen[0].title} moved` : `${chosen.length} steps moved`;
      if (places.size && !cancelled) drop(this.editor, places, label);
      else if (!adds && !cancelled) this.editor.select([id]);
    });
  }

  /** @param {string} id */
  #toggle(id) {
    const next = new Set(this.editor.selection);
    if (!next.delete(id)) next.add(id);
    this.editor.select(next);
  }

  /** @param {PointerEvent} event */
  #frame(event) {
    const start = this.viewport.local(event);
    const before = event.shiftKey ? this.editor.selection : new Set();
    const box = make("div", { class: "canvas__frame" });
    this.root.append(box);
    let shape = between(start, start);
    const move = (/** @type {PointerEvent} */ other) => {
      shape = between(start, this.viewport.local(other));
      box.style.transform = `translate(${shape.x}px, ${shape.y}px)`;
      box.style.width = `${shape.w}px`;
      box.style.height = `${shape.h}px`;
    };
    this.#track(event, move, () => {
      box.remove();
      const { x, y, zoom } = this.viewport.view;
      const area = {
        x: (shape.x - x) / zoom,
        y: (shape.y - y) / zoom,
        w: shape.w / zoom,
        h: shape.h / zoom,
      };
      const inside = this.scene.faces().filter((face) => overlaps(face.rect, area));
      const hit = shape.w + shape.h > SLOP_PX ? inside.map((face) => face.id) : [];
      this.editor.select([...before, ...hit]);
    });
  }

  /** @param {PointerEvent} event @param {string} from */
  #link(event, from) {
    const end = splitEnd(from);
    const start = outputPoint(this.editor.face(end.id), end.port);
    const targets = targetsFor(this.editor.flow, from);
    this.glow(targets);
    this.scene.svg.append(this.ghost);
    const move = (/** @type {PointerEvent} */ other) => {
      const point = this.viewport.point(other);
      const near = this.nodeNear(point);
      const snaps = near && targets.has(near);
      this.ghost.setAttribute(
        "d",
        loosePath(start, snaps ? inputPoint(this.editor.face(near).rect) : point),
      );
    };
    this.#track(event, move, (other, cancelled) => {
      this.glow(null);
      this.ghost.remove();
      const point = this.viewport.point(other);
      const far =
        Math.hypot(point[0] - start[0], point[1] - start[1]) * this.viewport.view.zoom >
        SNAP_PX / 2;
      const near = this.nodeNear(point);
      if (cancelled || !far) return;
      if (near) this.editor.connect(from, near);
      else this.onLoose(from, point);
    });
  }

  /** Make fitting nodes glow and fade the others. @param {Set<string>|null} targets */
  glow(targets) {
    this.root.classList.toggle("canvas--linking", targets !== null);
    for (const face of this.scene.faces()) {
      this.scene.element(face.id)?.classList.toggle("node--target", targets?.has(face.id) ?? false);
    }
  }

  /** @param {Point} point */
  nodeNear(point) {
    return nodeNear(this.scene.faces(), point, SNAP_PX / this.viewport.view.zoom);
  }
}
