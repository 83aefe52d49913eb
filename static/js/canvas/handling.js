/**
 * How the canvas is worked with: pointer, keys, and the page's buttons (`data-deed`).
 * @import {DesignerPage} from "./page.js"
 */
import { mountBar } from "./bar.js";
import { mountClipboard } from "./clipboard.js";
import { canvasDeeds } from "./deeds.js";
import { Gestures } from "./gestures.js";
import { Inspector } from "./inspector.js";
import { Linking } from "./linking.js";
import { Pointer } from "./pointer.js";

/** @param {DesignerPage} page */
export function mountHandling(page) {
  const { deeds, editor, root, viewport } = page;
  const inspector = new Inspector(page);
  const pointer = new Pointer(root, viewport);
  page.linking = new Linking(page, pointer);
  new Gestures(page, pointer);
  Object.assign(deeds, canvasDeeds(page), {
    settings: () => {
      page.openDrawer("inspector");
      inspector.focus();
    },
  });
  page.focusField = (pointer) => {
    page.openDrawer("inspector");
    inspector.focusField(pointer);
  };
  mountClipboard(page);
  mountBar(page);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-deed]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.closest("[data-deeds]")) page.focus();
    deeds[button.dataset.deed ?? ""]?.(event);
  });
  page.element.addEventListener("keydown", (event) => {
    const away = event.target instanceof Node && !root.contains(event.target);
    if (event.key === "Escape" && away && !event.defaultPrevented) page.focus();
  });
  const keepFocus = () => document.activeElement === document.body && page.focus();
  editor.on("flow", () => setTimeout(keepFocus)); // a field that is left has passed the focus on by then
  root.addEventListener("pointerdown", () => page.openDrawer(""));
  root.addEventListener("dblclick", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-node]"))
      deeds.settings(event);
  });
}
