/**
 * Keeps the page at what the document is: the drawing, the small map, the buttons of undo and redo,
 * and the one region that speaks.
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";
import { mountMinimap } from "./minimap.js";

/** @param {DesignerPage} page */
export function mountDrawing({ editor, root, scene, viewport }) {
  const found = /** @type {SVGSVGElement} */ (document.querySelector("#minimap"));
  const showOnMap = mountMinimap(found, viewport);
  const draw = () => {
    scene.draw(editor.flow);
    scene.showSelection(editor.selection, editor.wire);
    showOnMap(scene.faces(), editor.selection);
    need("#canvas-hint").hidden = scene.faces().length > 0;
    enable("undo", editor.can.undo);
    enable("redo", editor.can.redo);
  };
  editor.on("flow", draw);
  editor.on("selection", draw);
  editor.on("problems", () => scene.showProblems(editor.problems));
  editor.on("say", (text) => {
    need("#announcer").textContent = text;
    need("#canvas-said").textContent = text;
  });
  draw();
  root.ariaBusy = "false";
}

/** @param {string} deed @param {boolean} can */
function enable(deed, can) {
  for (const button of document.querySelectorAll(`[data-deed=${deed}]`))
    button.toggleAttribute("disabled", !can);
}
