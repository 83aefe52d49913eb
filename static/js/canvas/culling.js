/**
 * What keeps a large workflow fluid: of many nodes only those on or near the screen are drawn, and from
 * afar, where nothing can be read, only as boxes. The outline has every step at all times.
 * @import {Rect} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { around } from "./boxes.js";
import { holds, overlaps } from "./geometry.js";

const FEW = 150;
const MARGIN_PX = 400;

/** @param {DesignerPage} page */
export function mountCulling({ editor, scene, viewport, world }) {
  /** @type {Rect|null} what is drawn at present */
  let drawn = null;
  let zoom = 0;
  const look = () => {
    const { shown, view } = viewport;
    if (drawn && view.zoom === zoom && holdsAll(drawn, shown)) return;
    zoom = view.zoom;
    drawn = around(shown, MARGIN_PX / zoom, MARGIN_PX / zoom);
    const faces = scene.faces();
    const isCrowded = faces.length > FEW;
    world.classList.toggle("world--crowded", isCrowded);
    for (const { id, rect } of faces) {
      const element = scene.element(id);
      const isHeld = editor.selection.has(id) || element === document.activeElement;
      element?.classList.toggle("node--away", isCrowded && !isHeld && !overlaps(rect, drawn));
    }
  };
  viewport.onMove(look);
  editor.on("flow", () => {
    drawn = null;
    look();
  });
  // Before it gets the focus, which what is not drawn cannot have.
  editor.on("selection", () => {
    for (const id of editor.selection) scene.element(id)?.classList.remove("node--away");
  });
}

/** Whether one rectangle lies in another. @param {Rect} outer @param {Rect} inner */
const holdsAll = (outer, { x, y, w, h }) => holds(outer, [x, y]) && holds(outer, [x + w, y + h]);
