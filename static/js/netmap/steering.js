/**
 * Pan, pinch and wheel over a drawing that is looked at. The wheel moves it only once it has the focus,
 * so that a page is scrolled past it; with Ctrl it always zooms.
 * @import {Viewport} from "../canvas/viewport.js"
 * @import {Point} from "../canvas/types.js"
 */
import { distance } from "../canvas/geometry.js";

const STILL_PX = 4;

/**
 * @param {HTMLElement} root
 * @param {Viewport} viewport
 */
export function startSteering(root, viewport) {
  /** @type {Map<number, Point>} where fingers and the pointer are */
  const held = new Map();
  let moved = 0;

  root.addEventListener("wheel", (event) => onWheel(root, viewport, event), { passive: false });
  root.addEventListener("pointerdown", (event) => {
    const target = event.target instanceof Element ? event.target : root;
    if (event.button !== 0 || target.closest(".netmap__zoom")) return;
    if (held.size === 0) moved = 0;
    held.set(event.pointerId, viewport.local(event));
  });
  root.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = viewport.local(event);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    moved += distance(before, now);
    if (moved < STILL_PX) return;
    root.setPointerCapture(event.pointerId);
    root.classList.add("netmap--panning");
    if (other) viewport.zoom(distance(other, now) / Math.max(distance(other, before), 1), other);
    else viewport.pan(now[0] - before[0], now[1] - before[1]);
    held.set(event.pointerId, now);
  });
  const lift = (/** @type {PointerEvent} */ event) => {
    held.delete(event.pointerId);
    root.classList.remove("netmap--panning");
  };
  root.addEventListener("pointerup", lift);
  root.addEventListener("pointercancel", lift);
  root.addEventListener("dragstart", (event) => event.preventDefault());
  // The end of a drag is no click on the card it began on.
  root.addEventListener("click", (event) => moved >= STILL_PX && event.preventDefault(), true);
}

/** @param {HTMLElement} root @param {Viewport} viewport @param {WheelEvent} event */
function onWheel(root, viewport, event) {
  const zooms = event.ctrlKey || event.metaKey;
  if (!zooms && !root.contains(document.activeElement)) return;
  event.preventDefault();
  if (zooms) viewport.zoom(Math.exp(-event.deltaY / 300), viewport.local(event));
  else if (event.shiftKey) viewport.pan(-event.deltaY, 0);
  else viewport.pan(-event.deltaX, -event.deltaY);
}
