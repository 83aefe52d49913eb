/**
 * Ways to a new step: from the palette by click or drag, by quick-add, from a wire dropped on nothing.
 * @import {Entry, Point} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";
import { splitEnd } from "./graph.js";
import { mountPalette } from "./palette.js";
import { QuickAdd } from "./quick_add.js";

/** @param {DesignerPage} page */
export function mountAdding(page) {
  const { editor, entries } = page;
  const quick = new QuickAdd(/** @type {HTMLDialogElement} */ (need("#quick-add")), entries);
  const add = (/** @type {Entry} */ entry) => page.show(editor.addAfter(entry, editor.only));
  mountPalette(need("#palette"), entries, { add, drop: (entry, at) => drop(page, entry, at) });
  page.deeds.add = () => quick.open(add);
  page.addFromPort = (from, at) => {
    const { id, port } = splitEnd(from);
    quick.open(
      (entry) => page.show(editor.addAfter(entry, id, port, at)),
      (entry) => entry.sort === "step",
    );
  };
}

/** @param {DesignerPage} page @param {Entry} entry @param {PointerEvent} event */
function drop({ editor, root, scene, viewport }, entry, event) {
  const under = document.elementFromPoint(event.clientX, event.clientY);
  if (!under || !root.contains(under)) return;
  const [x, y] = viewport.point(event);
  const key = under.closest("[data-wire]")?.getAttribute("data-wire");
  const wire = editor.flow.wires.find((one) => `${one.from}>${one.to}` === key) ?? null;
  const id = editor.addAt(entry, [x - 104, y - 24], wire);
  scene.element(id)?.focus({ preventScroll: true });
}
