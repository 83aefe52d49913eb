/**
 * What keeps a large workflow fluid: of many nodes and wires only those on or near the screen are drawn,
 * and from afar, where nothing can be read, nodes only as boxes. The outline has every step at all times.
 * @import {Rect} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { around } from "./boxes.js";
import { holds, overlaps } from "./geometry.js";

const FEW = 150;
const FAR = 0.3;
const MARGIN_PX = 400;

/** @param {DesignerPage} page */
export function mountCulling({ editor, root, scene, viewport, world }) {
  /** @type {Rect|null} what is drawn at present */
  let drawn = null;
  let zoom = 0;
  const isCrowded = () => scene.size > FEW;
  const isHeld = (/** @type {string} */ id) =>
    editor.selection.has(id) || scene.element(id) === document.activeElement;
  const isAll = () => !isCrowded() || root.classList.contains("canvas--outline");
  scene.sight = {
    isNear: (ids, rect) => isAll() || ids.some(isHeld) || (drawn !== null && overlaps(rect, drawn)),
    isLegible: (id) => isAll() || isHeld(id) || zoom >= FAR,
  };
  const look = () => {
    const { shown, view } = viewport;
    if (drawn && view.zoom === zoom && holdsAll(drawn, shown)) return;
    zoom = view.zoom;
    drawn = around(shown, MARGIN_PX / zoom, MARGIN_PX / zoom);
    world.classList.toggle("world--far", zoom < FAR && !isAll());
    scene.cull();
  };
  viewport.onMove(look);
  // Before what is selected gets the focus, which what is not drawn cannot have.
  editor.on("selection", () => scene.cull());
}

/** Whether one rectangle lies in another. @param {Rect} outer @param {Rect} inner */
const holdsAll = (outer, { x, y, w, h }) => holds(outer, [x, y]) && holds(outer, [x + w, y + h]);
