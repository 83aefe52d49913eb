/**
 * The outline: the same steps as a list, in reading order, bodies of loops indented. The elements are
 * those of the canvas, drawn otherwise by CSS, so everything the canvas can do is done here too.
 * @import {DesignerPage} from "./page.js"
 */
import { takesText } from "../shortcuts.js";
import { loopsAround } from "./boxes.js";
import { outlineOrder } from "./walking.js";

const KEPT = "garland.outline";
/** @type {Record<string, (at: number, last: number) => number>} */
const STEPS = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};

/** @param {DesignerPage} page */
export function mountOutline(page) {
  const { deeds, editor, root, scene } = page;
  const isOn = () => root.classList.contains("canvas--outline");
  const show = (/** @type {boolean} */ on) => {
    root.classList.toggle("canvas--outline", on);
    for (const button of document.querySelectorAll("[data-deed=outline]"))
      button.setAttribute("aria-pressed", String(on));
    settle();
  };
  const settle = () => {
    if (!isOn()) return;
    outlineOrder(editor.flow, scene.faces()).forEach((id, at) => {
      const element = scene.element(id);
      if (!element) return;
      element.dataset.depth = String(loopsAround(editor.flow, id).length);
      const held = element === document.activeElement;
      if (scene.layer.children[at] !== element)
        scene.layer.insertBefore(element, scene.layer.children[at]);
      if (held) element.focus({ preventScroll: true });
    });
  };
  const go = (/** @type {string} */ id) => {
    editor.select([id]);
    scene.element(id)?.focus();
  };
  deeds.outline = () => {
    show(!isOn());
    localStorage.setItem(KEPT, isOn() ? "on" : "");
    editor.say(isOn() ? "Outline: arrows walk through the steps." : "Canvas.");
    if (editor.only) page.show(editor.only);
  };
  editor.on("flow", settle);
  editor.on("selection", () => {
    if (isOn() && editor.only) scene.element(editor.only)?.scrollIntoView({ block: "nearest" });
  });
  for (const kind of ["wheel", "pointerdown"]) {
    root.addEventListener(kind, (event) => isOn() && event.stopPropagation(), { capture: true });
  }
  root.addEventListener("pointerdown", () => isOn() && page.openDrawer(""), { capture: true });
  root.addEventListener("click", ({ target }) => {
    const node = target instanceof Element ? target.closest("[data-node]") : null;
    if (isOn() && node instanceof HTMLElement) go(node.dataset.node ?? "");
  });
  root.addEventListener(
    "keydown",
    (event) => {
      const walk = STEPS[event.key];
      if (!isOn() || !walk || event.altKey || event.ctrlKey || event.shiftKey) return;
      if (takesText(/** @type {any} */ (event.target))) return;
      if (root.classList.contains("canvas--linking")) return; // arrows choose where a wire leads
      event.preventDefault();
      event.stopPropagation();
      const order = outlineOrder(editor.flow, scene.faces());
      const next = order[walk(order.indexOf(editor.only ?? ""), order.length - 1)];
      if (next) go(next);
    },
    { capture: true },
  );
  show(localStorage.getItem(KEPT) === "on");
}
