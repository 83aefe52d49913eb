/**
 * The canvas by keyboard: which key does what is the table of designer/workflows/deeds.py. Keys act
 * only while the canvas or one of its nodes has the focus, so none is taken from an input.
 * @import {DesignerPage} from "./page.js"
 */
import { takesText } from "../shortcuts.js";

/**
 * What was pressed, as the table writes it. Shift is not told of a character that is typed with it.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean}} event
 */
export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const name = key.startsWith("Arrow") ? "arrow" : key.toLowerCase();
  const control = ctrlKey || metaKey;
  const shift = shiftKey && (control || key.length > 1);
  return [control && "ctrl", altKey && "alt", shift && "shift", name].filter(Boolean).join("+");
}

/** @param {DesignerPage} page */
export function mountKeys(page) {
  const { deeds, facts, root } = page;
  /** @type {Map<string, string>} */
  const table = new Map();
  for (const { name, keys } of facts.deeds) {
    for (const key of keys) table.set(key, name);
  }
  root.addEventListener("keydown", (event) => {
    if (takesText(/** @type {any} */ (event.target))) return;
    const name = table.get(chordOf(event));
    if (!name) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[name]?.(event);
    page.keepFocus(); // at once, or the next key is lost where this one removed what had the focus
  });
}
