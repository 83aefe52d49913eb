/**
 * The workflow's name in the top bar.
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";

/** @param {DesignerPage} page */
export function mountName({ editor }) {
  const box = /** @type {HTMLInputElement} */ (need("#flow-name"));
  box.addEventListener("change", () => {
    const name = box.value.trim();
    if (name) editor.change("Workflow renamed", { ...editor.flow, name });
    box.value = editor.flow.name;
  });
  editor.on("flow", () => {
    box.value = editor.flow.name;
  });
}
