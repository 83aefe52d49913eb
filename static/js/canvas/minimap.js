/**
 * The small map: all nodes and the part on screen. It is an SVG whose view is the whole drawing: the
 * browser scales it, CSS colours it.
 * @import {Face, Rect} from "./types.js"
 * @import {Viewport} from "./viewport.js"
 */
import { bounds } from "./geometry.js";

/** @param {{rect: Rect}[]} faces */
const outline = (faces) =>
  faces.map(({ rect: { x, y, w, h } }) => `M${x} ${y}h${w}v${h}h${-w}z`).join("");

/**
 * @param {SVGSVGElement} map
 * @param {Viewport} viewport
 * @returns {(faces: Face[], selection: Set<string>) => void} shows what is drawn
 */
export function mountMinimap(map, viewport) {
  const [nodes, selected, frame] = map.children;
  /** @type {Rect[]} */
  let rects = [];
  const follow = () => {
    const { shown } = viewport;
    const { x, y, w, h } = bounds([...rects, shown]) ?? shown;
    map.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    frame.setAttribute("d", outline([{ rect: shown }]));
  };
  viewport.onMove(follow);
  /** @param {PointerEvent} event */
  const go = ({ clientX, clientY, pointerId }) => {
    if (!map.hasPointerCapture(pointerId)) return;
    const onScreen = new DOMPoint(clientX, clientY);
    const at = onScreen.matrixTransform(map.getScreenCTM()?.inverse());
    viewport.centreOn([at.x, at.y]);
  };
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    go(event);
  });
  map.addEventListener("pointermove", go);
  return (faces, selection) => {
    const all = bounds(faces.map((face) => face.rect));
    rects = all ? [all] : [];
    nodes.setAttribute("d", outline(faces.filter((face) => !selection.has(face.id))));
    selected.setAttribute("d", outline(faces.filter((face) => selection.has(face.id))));
    follow();
  };
}
