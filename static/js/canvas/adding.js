/**
 * Ways to a new step: from the palette by click or drag, by quick-add after a step, on a wire or from a
 * port, from a wire dropped on nothing. And to one that is there: by searching for it.
 * @import {Entry} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";
import { nextPort } from "./face.js";
import { follower } from "./fits.js";
import { joinEnd, splitEnd, wiredPorts, wireKey } from "./graph.js";
import { addInside } from "./looping.js";
import { mountPalette } from "./palette.js";
import { QuickAdd } from "./quick_add.js";

/** @param {DesignerPage} page */
export function mountAdding(page) {
  const { deeds, editor, entries } = page;
  const quick = new QuickAdd(/** @type {HTMLDialogElement} */ (need("#quick-add")));
  const add = (/** @type {Entry} */ entry) => page.show(editor.addAfter(entry, editor.only));
  mountPalette(need("#palette"), entries, { add, drop: (entry, at) => drop(page, entry, at) });
  const steps = entries.filter((entry) => entry.sort === "step");
  page.addInside = (loop) =>
    quick.open({
      entries: steps,
      take: (entry) => page.show(addInside(editor, entry, loop)),
      title: `Add a step into ${editor.face(loop).title}`,
    });
  page.addFromPort = (from, at) => {
    const { id, port } = splitEnd(from);
    const face = editor.face(id);
    quick.open({
      entries: steps,
      take: (entry, chosen) => page.show(editor.addAfter(entry, id, chosen || port, at ?? null)),
      title: `Add a step after ${face.title}`,
      fits: follower(editor.flow, from, editor.catalogue),
      ports: face.ports,
      port,
    });
  };
  deeds.add = () => {
    const { flow, only, selectedWire: wire } = editor;
    if (only) page.addFromPort(joinEnd(only, nextPort(editor.face(only), wiredPorts(flow, only))));
    else if (!wire) quick.open({ entries, take: add, title: "Add a step" });
    else
      quick.open({
        entries: steps.filter((entry) => entry.outputs.length || entry.dynamic),
        take: (entry) => page.show(editor.insert(entry, wire)),
        title: "Add a step on the wire",
        fits: follower(flow, wire.from, editor.catalogue),
      });
  };
  mountFinding(page, quick);
}

/** Steps are found like blocks; opened again, it goes on from the one that was found. @param {DesignerPage} page @param {QuickAdd} quick */
function mountFinding(page, quick) {
  const { deeds, editor } = page;
  const unlike = { category: "", order: 0, publisher: "", version: "", outputs: [] };
  deeds.find = () =>
    quick.open({
      entries: editor.faces().map((face) => ({
        ...{ ...unlike, ...face, key: face.id },
        ...{ summary: face.subtitle, keywords: [face.id, face.subtitle] },
      })),
      take: ({ key }) => page.show(key),
      title: "Find a step",
      again: true,
    });
}

/** @param {DesignerPage} page @param {Entry} entry @param {PointerEvent} event */
function drop(page, entry, event) {
  const { editor, root, viewport } = page;
  const under = document.elementFromPoint(event.clientX, event.clientY);
  if (!under || !root.contains(under)) return;
  const [x, y] = viewport.point(event);
  const key = under.closest("[data-wire]")?.getAttribute("data-wire");
  const wire = editor.flow.wires.find((one) => wireKey(one) === key);
  const lies = wire && entry.sort === "step";
  page.choose(lies ? editor.insert(entry, wire) : editor.addAt(entry, [x - 104, y - 24]));
}
