/**
 * What keeps a large workflow fluid: of many nodes and wires only those on or near the screen are drawn,
 * and from afar, where nothing can be read, nodes only as boxes. The outline has every step at all times.
 * @import {Rect} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { around } from "./boxes.js";
import { bounds, holds, overlaps } from "./geometry.js";
import { splitEnd } from "./graph.js";

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
    const area = drawn;
    const faces = scene.faces();
    const isCrowded = faces.length > FEW;
    world.classList.toggle("world--crowded", isCrowded);
    /** @param {Element|null|undefined} element @param {string[]} ids @param {Rect} rect */
    const draw = (element, ids, rect) => {
      const isHeld = ids.some((id) => editor.selection.has(id)) || element === document.activeElement;
      element?.classList.toggle("is-away", isCrowded && !isHeld && !overlaps(rect, area));
    };
    for (const { id, rect } of faces) draw(scene.element(id), [id], rect);
    for (const wire of editor.flow.wires) {
      const ids = [splitEnd(wire.from).id, wire.to];
      const box = bounds(ids.flatMap((id) => scene.face(id)?.rect ?? []));
      if (box) draw(scene.wireLine(wire)?.parentElement, ids, box);
    }
  };
  viewport.onMove(look);
  // Before what is selected gets the focus, which what is not drawn cannot have.
  for (const topic of /** @type {const} */ (["flow", "selection"]))
    editor.on(topic, () => {
      drawn = null;
      look();
    });
}

/** Whether one rectangle lies in another. @param {Rect} outer @param {Rect} inner */
const holdsAll = (outer, { x, y, w, h }) => holds(outer, [x, y]) && holds(outer, [x + w, y + h]);
