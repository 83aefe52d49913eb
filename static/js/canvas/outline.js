/**
 * The outline: the same steps as a list, in reading order, bodies of loops indented. The elements are
 * those of the canvas, drawn otherwise by CSS, so everything the canvas can do is done here too.
 * @import {DesignerPage} from "./page.js"
 */

import { loopsAround } from "./boxes.js";
import { hear } from "./dom.js";
import { outlineOrder } from "./walking.js";

const KEPT = "garland.outline";

/** @param {DesignerPage} page */
export function mountOutline(page) {
  const { deeds, editor, root, scene } = page;
  const { nudge } = deeds;
  const isOn = () => root.classList.contains("canvas--outline");
  const order = () => outlineOrder(editor.flow, scene.faces());
  const settle = () => {
    if (!isOn()) return;
    order().forEach((id, at) => {
      const element = scene.element(id);
      if (!element) return;
      element.dataset.depth = String(loopsAround(editor.flow, id).length);
      const held = element === document.activeElement;
      if (scene.layer.children[at] !== element)
        scene.layer.insertBefore(element, scene.layer.children[at]);
      if (held) element.focus({ preventScroll: true });
    });
  };
  const show = (/** @type {boolean} */ on) => {
    root.classList.toggle("canvas--outline", on);
    scene.cull();
    for (const button of document.querySelectorAll("[data-deed=outline]"))
      button.setAttribute("aria-pressed", String(on));
    settle();
  };
  const go = (/** @type {string|undefined} */ id) => id && page.show(id);
  deeds.outline = () => {
    show(!isOn());
    localStorage.setItem(KEPT, isOn() ? "on" : "");
    editor.say(isOn() ? "Outline: arrows walk through the steps." : "Canvas.");
    if (editor.only) page.show(editor.only);
  };
  deeds.first = () => go(order()[0]);
  deeds.last = () => go(order().at(-1));
  deeds.nudge = (event) => {
    if (!isOn()) return nudge(event);
    const at = order().indexOf(editor.only ?? "");
    if (event.key === "ArrowDown") go(order()[at + 1]);
    if (event.key === "ArrowUp") go(order()[Math.max(at, 1) - 1]);
  };
  editor.on("flow", settle);
  editor.on("selection", () => {
    if (isOn() && editor.only) scene.element(editor.only)?.scrollIntoView({ block: "nearest" });
  });
  for (const kind of ["wheel", "pointerdown"])
    root.addEventListener(kind, (event) => isOn() && event.stopPropagation(), { capture: true });
  hear(root, "click", "[data-node]", ({ dataset }) => isOn() && go(dataset.node));
  show(localStorage.getItem(KEPT) === "on");
}
