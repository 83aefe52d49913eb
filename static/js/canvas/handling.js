/**
 * How the canvas is worked with: pointer, keys, the workflow's name, the page's buttons (`data-deed`), and boxes that search
 * in a list (`data-sifts` says what of it is hidden where it lacks the words).
 * @import {DesignerPage} from "./page.js"
 */
import { mountBar } from "./bar.js";
import { mountClipboard } from "./clipboard.js";
import { canvasDeeds } from "./deeds.js";
import { hear, need } from "./dom.js";
import { Gestures } from "./gestures.js";
import { mountInspector } from "./inspector.js";
import { mountLinking } from "./linking.js";
import { mountPointer } from "./pointer.js";

/** @param {DesignerPage} page */
export function mountHandling(page) {
  const { deeds, editor, root, viewport } = page;
  const inspector = mountInspector(page);
  const pointer = mountPointer(root, viewport);
  page.linking = mountLinking(page, pointer);
  new Gestures(page, pointer);
  Object.assign(deeds, canvasDeeds(page), {
    settings: () => {
      page.openDrawer("inspector");
      inspector.focus();
    },
  });
  page.focusField = (name) => {
    page.openDrawer("inspector");
    inspector.focusField(name);
  };
  mountClipboard(page);
  mountBar(page);
  hear(document, "click", "[data-deed]", (button, event) => {
    if (button.closest("[data-deeds]")) page.focus();
    deeds[button.dataset.deed ?? ""]?.(event, button);
  });
  hear(document, "input", "[data-sifts]", (box) => {
    const { value } = /** @type {HTMLInputElement} */ (box);
    for (const one of document.querySelectorAll(box.dataset.sifts ?? ""))
      one.toggleAttribute("hidden", !one.textContent?.toLowerCase().includes(value.toLowerCase()));
  });
  page.element.addEventListener("keydown", (event) => {
    const away = event.target instanceof Node && !root.contains(event.target);
    if (event.key === "Escape" && away && !event.defaultPrevented) page.focus();
  });
  const name = /** @type {HTMLInputElement} */ (need("#flow-name"));
  name.addEventListener("change", () => {
    const wish = name.value.trim();
    if (wish) editor.change("Workflow renamed", { ...editor.flow, name: wish });
    name.value = editor.flow.name;
  });
  editor.on("flow", () => {
    name.value = editor.flow.name;
    setTimeout(() => page.keepFocus()); // a field that is left has passed the focus on by then
  });
  root.addEventListener("pointerdown", () => page.openDrawer(""), { capture: true });
  hear(root, "dblclick", "[data-node]", (_node, event) => deeds.settings(event));
}
