/**
 * A pointer that does something: followed until it is lifted; Escape takes back what is under way. Near
 * the canvas's edge it pans, so that one can go on beyond it.
 * @import {Viewport} from "./viewport.js"
 */
import { edgePan } from "./geometry.js";

/** A click follows when a finger is lifted: what opens waits for it, or it would be clicked itself. @param {() => void} then */
export const afterClick = (then) => setTimeout(then, 80);

/** @typedef {ReturnType<typeof mountPointer>} Pointer  `cancel` takes back what is under way */

/** @param {HTMLElement} root @param {Viewport} viewport */
export function mountPointer(root, viewport) {
  /**
   * @param {PointerEvent} event
   * @param {(event: PointerEvent) => void} move
   * @param {(event: PointerEvent, cancelled: boolean) => void} end
   * @param {boolean} [pansAtEdges]
   */
  function follow(event, move, end, pansAtEdges = false) {
    const stop = new AbortController();
    const { signal } = stop;
    let last = event;
    let isPanning = false;
    const finish = (/** @type {boolean} */ cancelled) => {
      stop.abort();
      pointer.cancel = () => {};
      end(last, cancelled);
    };
    pointer.cancel = () => finish(true);
    const panOn = () => {
      const [dx, dy] = edgePan(viewport.local(last), viewport.size);
      isPanning = pansAtEdges && !signal.aborted && Boolean(dx || dy);
      if (!isPanning) return;
      viewport.pan(dx, dy);
      move(last);
      requestAnimationFrame(panOn);
    };
    const hear = (/** @type {PointerEvent} */ other) => {
      if (other.pointerId !== event.pointerId) return;
      last = other;
      if (other.type !== "pointermove") return finish(other.type === "pointercancel");
      move(other);
      if (!isPanning) panOn();
    };
    root.setPointerCapture(event.pointerId);
    // moves that the browser might take for its own cost the next tap of a finger: it gives no click
    const keep = (/** @type {TouchEvent} */ other) => other.preventDefault();
    root.addEventListener("touchmove", keep, { signal, passive: false });
    for (const kind of /** @type {const} */ (["pointermove", "pointerup", "pointercancel"]))
      root.addEventListener(kind, hear, { signal });
    const onKey = (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && finish(true);
    addEventListener("keydown", onKey, { signal, capture: true });
  }
  const pointer = { cancel: () => {}, follow };
  return pointer;
}
