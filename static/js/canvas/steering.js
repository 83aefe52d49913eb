/**
 * How a drawing is looked at, whatever is drawn: panned, pinched and zoomed by pointer, wheel and keys.
 * With Ctrl the wheel zooms; without, a page is scrolled past what is only looked at.
 * @import {Viewport} from "./viewport.js"
 * @import {Point} from "./types.js"
 */
import { distance } from "./geometry.js";

const STILL_PX = 4;
const PAN_PX = 48;
const ZOOM = 1.2;

/** What keys do to a view, by the key. @param {Viewport} viewport @param {() => void} fit shows all @returns {Record<string, () => void>} */
export const viewKeys = (viewport, fit) => ({
  "+": () => viewport.zoom(ZOOM),
  "=": () => viewport.zoom(ZOOM),
  "-": () => viewport.zoom(1 / ZOOM),
  0: () => viewport.actual(),
  1: fit,
  ArrowLeft: () => viewport.pan(PAN_PX, 0),
  ArrowRight: () => viewport.pan(-PAN_PX, 0),
  ArrowUp: () => viewport.pan(0, PAN_PX),
  ArrowDown: () => viewport.pan(0, -PAN_PX),
});

/** @param {Viewport} viewport @param {WheelEvent} event */
export function wheel(viewport, event) {
  event.preventDefault();
  if (event.ctrlKey || event.metaKey)
    viewport.zoom(Math.exp(-event.deltaY / 300), viewport.local(event));
  else if (event.shiftKey) viewport.pan(-event.deltaY, 0);
  else viewport.pan(-event.deltaX, -event.deltaY);
}

/**
 * One of the pointers that hold a drawing moves: alone it pans, beside another it zooms about that.
 * @param {Viewport} viewport
 * @param {Map<number, Point>} held  where each of them was
 * @param {PointerEvent} event  of one of them
 */
export function steer(viewport, held, event) {
  const now = viewport.local(event);
  const before = held.get(event.pointerId) ?? now;
  const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
  held.set(event.pointerId, now);
  if (other) viewport.zoom(distance(other, now) / Math.max(distance(other, before), 1), other);
  else viewport.pan(now[0] - before[0], now[1] - before[1]);
}

/**
 * Steer a drawing that is only looked at. The end of a drag is no click on what it began on.
 * @param {HTMLElement} root
 * @param {Viewport} viewport
 * @param {() => boolean} [wheelPans]  whether the wheel pans now, without Ctrl
 */
export function startSteering(root, viewport, wheelPans = () => false) {
  /** @type {Map<number, Point>} where fingers and the pointer are */
  const held = new Map();
  let moved = 0;

  const onWheel = (/** @type {WheelEvent} */ event) =>
    (event.ctrlKey || event.metaKey || wheelPans()) && wheel(viewport, event);
  root.addEventListener("wheel", onWheel, { passive: false });
  root.addEventListener("pointerdown", (event) => {
    const target = event.target instanceof Element ? event.target : root;
    if (event.button !== 0 || target.closest("button")) return;
    if (held.size === 0) moved = 0;
    held.set(event.pointerId, viewport.local(event));
  });
  root.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    moved += distance(before, viewport.local(event));
    if (moved < STILL_PX) return;
    root.setPointerCapture(event.pointerId);
    root.classList.add("canvas--panning");
    steer(viewport, held, event);
  });
  const lift = (/** @type {PointerEvent} */ event) => {
    held.delete(event.pointerId);
    root.classList.remove("canvas--panning");
    setTimeout(() => {
      moved = 0; // the click has come by then; a later one, by key, is one
    });
  };
  root.addEventListener("pointerup", lift);
  root.addEventListener("pointercancel", lift);
  root.addEventListener("dragstart", (event) => event.preventDefault());
  root.addEventListener("click", (event) => moved >= STILL_PX && event.preventDefault(), true);
}
