/**
 * How the canvas is worked with: pointer, keys, and the page's buttons (`data-deed`).
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";
import { Gestures } from "./gestures.js";
import { Inspector } from "./inspector.js";
import { KeyLink } from "./key_link.js";
import { Keys } from "./keys.js";
import { tidyPlaces } from "./tidy.js";

/** @param {DesignerPage} page */
export function mountHandling(page) {
  const { deeds, editor, root, saving, scene, viewport } = page;
  const inspector = new Inspector(page);
  const gestures = new Gestures(root, editor, scene, viewport, (from, at) =>
    page.addFromPort(from, at),
  );
  const link = new KeyLink(editor, gestures);
  Object.assign(deeds, {
    settings: () => {
      page.openDrawer("inspector");
      inspector.focus();
    },
    tidy: async () => {
      editor.place(await tidyPlaces(editor.flow, editor.faces()), "Tidied");
      page.fit();
    },
    find: () => page.element.querySelector("input")?.focus(),
    help: () => /** @type {HTMLDialogElement} */ (need("#help")).showModal(),
    undo: () => editor.undo(),
    redo: () => editor.redo(),
    "zoom-in": () => viewport.zoom(1.2),
    "zoom-out": () => viewport.zoom(1 / 1.2),
    fit: () => page.fit(),
    palette: () => page.toggleDrawer("palette"),
    inspector: () => page.toggleDrawer("inspector"),
    reload: () => {
      saving.forget();
      location.reload();
    },
  });
  const keys = new Keys(page, link);
  deeds.remove = () => keys.remove();
  deeds.duplicate = () => keys.duplicate();
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-deed]") : null;
    if (button instanceof HTMLElement) deeds[button.dataset.deed ?? ""]?.();
  });
  root.addEventListener("pointerdown", () => page.openDrawer(""));
  root.addEventListener("dblclick", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-node]")) deeds.settings();
  });
}
