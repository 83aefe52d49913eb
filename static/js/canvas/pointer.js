/**
 * A pointer that does something: followed until it is lifted; Escape takes back what is under way. Near
 * the canvas's edge it pans, so that one can go on beyond it.
 * @import {Viewport} from "./viewport.js"
 */
import { edgePan } from "./geometry.js";

/** A click follows when a finger is lifted: what opens waits for it, or it would be clicked itself. @param {() => void} then */
export const afterClick = (then) => setTimeout(then, 80);

export class Pointer {
  /** Takes back what is under way. */
  cancel = () => {};

  /** @param {HTMLElement} root @param {Viewport} viewport */
  constructor(root, viewport) {
    this.root = root;
    this.viewport = viewport;
  }

  /**
   * @param {PointerEvent} event
   * @param {(event: PointerEvent) => void} move
   * @param {(event: PointerEvent, cancelled: boolean) => void} end
   * @param {boolean} [pansAtEdges]
   */
  follow(event, move, end, pansAtEdges = false) {
    const stop = new AbortController();
    let last = event;
    const finish = (/** @type {boolean} */ cancelled) => {
      stop.abort();
      this.cancel = () => {};
      end(last, cancelled);
    };
    this.cancel = () => finish(true);
    /** @param {"pointermove"|"pointerup"|"pointercancel"} kind @param {() => void} then */
    const on = (kind, then) =>
      this.root.addEventListener(
        kind,
        (other) => {
          if (other.pointerId !== event.pointerId) return;
          last = other;
          then();
        },
        { signal: stop.signal },
      );
    this.root.setPointerCapture(event.pointerId);
    let isPanning = false;
    const panOn = () => {
      const [dx, dy] = edgePan(this.viewport.local(last), this.viewport.size);
      isPanning = pansAtEdges && !stop.signal.aborted && Boolean(dx || dy);
      if (!isPanning) return;
      this.viewport.pan(dx, dy);
      move(last);
      requestAnimationFrame(panOn);
    };
    on("pointermove", () => {
      move(last);
      if (!isPanning) panOn();
    });
    on("pointerup", () => finish(false));
    on("pointercancel", () => finish(true));
    const options = { signal: stop.signal, capture: true };
    addEventListener("keydown", (key) => key.key === "Escape" && finish(true), options);
  }
}
