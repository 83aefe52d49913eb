/**
 * What pointers and fingers do on the canvas: move nodes, draw wires, select by a frame, pan, pinch and
 * wheel. A finger pans; held on a node it drags, or opens the menu where it was not moved.
 * @import {Point, Rect, Thing} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 * @import {Pointer} from "./pointer.js"
 */
import { copyPart } from "./document.js";
import { hit, make, makeSvg, trace } from "./dom.js";
import { between, bounds, distance, overlaps, snap } from "./geometry.js";
import { joinEnd } from "./graph.js";
import { align } from "./guides.js";
import { drop } from "./looping.js";
import { labelOf, markAt, movesWith, tap } from "./mark_handling.js";
import { paste } from "./placing.js";
import { afterClick } from "./pointer.js";
import { steer, wheel } from "./steering.js";

const SLOP_PX = 4;
const FINGER_PX = 10;
const HOLD_MS = 450;
const ALIGN_PX = 6;
const NEAR = 480;

export class Gestures {
  #space = false;
  /** @type {Map<number, Point>} fingers on the canvas */
  #fingers = new Map();

  /** @param {DesignerPage} page @param {Pointer} pointer */
  constructor(page, pointer) {
    this.page = page;
    this.pointer = pointer;
    this.linking = page.linking;
    const { editor, root, scene, viewport } = page;
    this.root = root;
    this.editor = editor;
    this.scene = scene;
    this.viewport = viewport;
    this.guide = makeSvg("path", { class: "canvas__guide" });
    scene.svg.append(this.guide);
    root.addEventListener("pointerdown", (event) => this.#down(event));
    root.addEventListener("pointermove", (event) => this.#pinch(event));
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel"]))
      addEventListener(kind, (event) => this.#fingers.delete(event.pointerId));
    root.addEventListener("wheel", (event) => wheel(viewport, event), { passive: false });
    addEventListener("keydown", (event) => this.#spaceBar(event, true));
    addEventListener("keyup", (event) => this.#spaceBar(event, false));
  }

  /** @param {KeyboardEvent} event @param {boolean} down */
  #spaceBar(event, down) {
    if (event.key !== " " || event.target !== this.root) return;
    this.#space = down;
    if (down) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const mark = markAt(event);
    if (mark) return this.#hold(event, mark.key, mark.does);
    if (event.target instanceof Element && event.target.closest("button")) return;
    const id = hit(event, "data-node") ?? "";
    if (event.pointerType === "touch")
      this.#fingers.set(event.pointerId, this.viewport.local(event));
    if (this.#fingers.size > 1) this.pointer.cancel();
    else if (event.button === 1 || this.#space) this.#pan(event);
    else if (event.button === 0) this.#press(event, id);
    if (!id) this.root.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event @param {string} id */
  #press(event, id) {
    const [port, wire] = [hit(event, "data-port"), hit(event, "data-wire")];
    if (this.linking.isTapped()) this.linking.second(event);
    else if (id && port !== null) this.linking.begin(event, joinEnd(id, port));
    else if (wire) this.editor.select([], wire);
    else if (event.pointerType === "touch") this.#touch(event, id);
    else if (id) this.#drag(event, id);
    else this.#frame(event);
  }

  /** Two fingers pan and zoom. @param {PointerEvent} event */
  #pinch(event) {
    if (this.#fingers.size === 2 && this.#fingers.has(event.pointerId))
      steer(this.viewport, this.#fingers, event);
    else if (this.#fingers.has(event.pointerId))
      this.#fingers.set(event.pointerId, this.viewport.local(event));
  }

  /** @param {PointerEvent} event @param {() => void} [onTap]  it was lifted where it was put down */
  #pan(event, onTap) {
    const start = this.viewport.local(event);
    const held = new Map([[event.pointerId, start]]);
    this.root.classList.add("canvas--panning");
    const move = (/** @type {PointerEvent} */ other) => steer(this.viewport, held, other);
    this.pointer.follow(event, move, (other, cancelled) => {
      this.root.classList.remove("canvas--panning");
      if (!cancelled && distance(start, this.viewport.local(other)) < FINGER_PX) onTap?.();
    });
  }

  /** A finger taps, pans, or is held on a node to drag it. @param {PointerEvent} event @param {string} id */
  #touch(event, id) {
    const start = this.viewport.local(event);
    this.#pan(event, () => (id ? this.page.choose(id) : this.editor.select([])));
    const { cancel } = this.pointer;
    if (!id) return;
    setTimeout(() => {
      const now = this.#fingers.get(event.pointerId);
      if (this.pointer.cancel !== cancel || !now || distance(start, now) > FINGER_PX) return;
      cancel();
      this.#drag(event, id);
      this.editor.say("Move it, or lift the finger for what can be done.");
    }, HOLD_MS);
  }

  /** @param {PointerEvent} event @param {string} id */
  #drag(event, id) {
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    const { selection } = this.editor;
    if (adds && selection.has(id)) this.editor.select([...selection].filter((one) => one !== id));
    else if (adds) this.editor.select([...selection, id]);
    else if (!selection.has(id)) this.editor.select([id]);
    this.scene.element(id)?.focus({ preventScroll: true });
    const chosen = [...this.editor.selection].map((one) => this.editor.face(one));
    const label = chosen.length === 1 ? `${chosen[0].title} moved` : `${chosen.length} steps moved`;
    this.#carry(event, chosen, label, () => {
      if (event.pointerType === "touch") afterClick(() => this.page.deeds.menu(event));
      else if (!adds) this.editor.select([id]);
    });
  }

  /**
   * A group or note is dragged by its bar; a press without a drag writes.
   * @param {PointerEvent} event @param {string} key @param {string} does
   */
  #hold(event, key, does) {
    const { target } = event;
    const writes = target instanceof HTMLTextAreaElement || target === document.activeElement;
    if (event.button !== 0 || (does ? does !== "hold" : writes)) return;
    if (!does) event.preventDefault();
    const onTap = () => tap(this.page, key, does);
    this.#carry(event, movesWith(this.editor, key), labelOf(key), onTap);
  }

  /**
   * Move things with the pointer until it is lifted.
   * @param {PointerEvent} event @param {Thing[]} chosen @param {string} label
   * @param {() => void} onTap  it was lifted where it was put down
   */
  #carry(event, chosen, label, onTap) {
    const start = this.viewport.point(event);
    const ids = new Set(chosen.map((one) => one.id));
    const others = this.scene.faces().filter((face) => !ids.has(face.id));
    const still = others.map((face) => face.rect);
    /** @type {Map<string, Point>} */
    let places = new Map();
    const move = (/** @type {PointerEvent} */ other) => {
      const [x, y] = this.viewport.point(other);
      const gap = distance([x, y], start) * this.viewport.view.zoom;
      if (places.size === 0 && gap <= SLOP_PX) return;
      const [dx, dy] = this.#aligned(chosen, still, [x - start[0], y - start[1]]);
      places = new Map(chosen.map(({ id, rect }) => [id, [rect.x + dx, rect.y + dy]]));
      this.scene.preview(places);
    };
    const end = (/** @type {PointerEvent} */ other, /** @type {boolean} */ cancelled) => {
      this.root.classList.remove("canvas--dragging");
      this.guide.setAttribute("d", "");
      this.scene.preview(new Map());
      if (cancelled) return;
      if (places.size === 0) onTap();
      else if (other.altKey && this.scene.face(chosen[0].id)) this.#copy(ids, places);
      else drop(this.editor, places, label);
    };
    this.root.classList.add("canvas--dragging");
    this.pointer.follow(event, move, end, true);
  }

  /** Leave copies where steps were dragged to. @param {Set<string>} ids @param {Map<string, Point>} places */
  #copy(ids, places) {
    const corners = [...places.values()];
    /** @type {Point} */
    const corner = [Math.min(...corners.map(([x]) => x)), Math.min(...corners.map(([, y]) => y))];
    paste(this.editor, copyPart(this.editor.flow, ids), "duplicated", corner);
  }

  /**
   * How far what is dragged goes: lined up with what stands near it, or else on the grid.
   * @param {Thing[]} chosen
   * @param {Rect[]} still
   * @param {Point} wish
   * @returns {Point}
   */
  #aligned(chosen, still, [x, y]) {
    const box = bounds(chosen.map((face) => face.rect)) ?? { x: 0, y: 0, w: 0, h: 0 };
    const rect = { ...box, x: box.x + x, y: box.y + y };
    const near = still.filter((one) => overlaps(one, rect, NEAR));
    const { dx, dy, path } = align(rect, near, ALIGN_PX / this.viewport.view.zoom);
    trace(this.guide, path);
    return [
      dx === null ? snap(rect.x) - box.x : x + dx,
      dy === null ? snap(rect.y) - box.y : y + dy,
    ];
  }

  /** @param {PointerEvent} event */
  #frame(event) {
    const start = this.viewport.point(event);
    const before = event.shiftKey ? this.editor.selection : new Set();
    const box = make("div", { class: "canvas__frame" });
    this.page.world.append(box);
    let area = between(start, start);
    const move = (/** @type {PointerEvent} */ other) => {
      area = between(start, this.viewport.point(other));
      box.style.transform = `translate(${area.x}px, ${area.y}px)`;
      box.style.width = `${area.w}px`;
      box.style.height = `${area.h}px`;
    };
    const end = (/** @type {PointerEvent} */ _, /** @type {boolean} */ cancelled) => {
      box.remove();
      const inside = this.scene.faces().filter((face) => overlaps(face.rect, area));
      const counts = !cancelled && (area.w + area.h) * this.viewport.view.zoom > SLOP_PX;
      this.editor.select([...before, ...(counts ? inside.map((face) => face.id) : [])]);
    };
    this.pointer.follow(event, move, end, true);
  }
}
