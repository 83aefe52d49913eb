/**
 * Ways to a new step: from the palette by click or drag, by quick-add after a step, on a wire or from a
 * port, from a wire dropped on nothing. And to one that is there: to go to it, or to connect it.
 * @import {Entry} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { hit } from "./dom.js";
import { nextPort } from "./face.js";
import { follower, judge } from "./fits.js";
import { joinEnd, splitEnd, wiredPorts, wireKey } from "./graph.js";
import { addInside } from "./looping.js";
import { mountPalette } from "./palette.js";
import { addAfter, addAt, insert } from "./placing.js";
import { asEntry, mountQuickAdd } from "./quick_add.js";
import { readingOrder } from "./walking.js";

/** @param {DesignerPage} page */
export function mountAdding(page) {
  const { deeds, editor } = page;
  const add = (/** @type {Entry} */ entry) =>
    quick.dialog.open ? quick.take(entry) : page.show(addAfter(editor, entry, editor.only));
  const palette = mountPalette(page, { add, drop: (entry, at) => drop(page, entry, at) });
  const quick = mountQuickAdd(palette.toggle);
  const steps = () => page.entries.filter((entry) => entry.sort === "step");
  page.addInside = (loop) =>
    quick.open(`Add a step in ${editor.face(loop).title}`, steps, (entry) =>
      page.show(addInside(editor, entry, loop)),
    );
  page.addFromPort = (from, at) => {
    const { id, port } = splitEnd(from);
    const { ports, title } = editor.face(id);
    const take = (/** @type {Entry} */ entry, /** @type {string} */ chosen) =>
      page.show(addAfter(editor, entry, id, chosen, at ?? null));
    quick.open(`Add a step after ${title}`, steps, take, {
      first: (chosen) => palette.after(joinEnd(id, chosen)),
      judge: (chosen) => follower(editor.flow, joinEnd(id, chosen), editor.catalogue),
      ...{ ports, port },
    });
  };
  deeds.add = () => {
    const { flow, only, selectedWire: wire } = editor;
    if (only) page.addFromPort(joinEnd(only, nextPort(editor.face(only), wiredPorts(flow, only))));
    else if (!wire) quick.open("Add a step", () => page.entries, add, { first: palette.mine });
    else {
      const passing = () => steps().filter((entry) => entry.outputs.length || entry.dynamic);
      const take = (/** @type {Entry} */ entry) => page.show(insert(editor, entry, wire));
      quick.open("Add a step on the wire", passing, take, {
        first: () => palette.after(wire.from),
        judge: () => follower(flow, wire.from, editor.catalogue),
      });
    }
  };
  const found = () => editor.faces().map(asEntry);
  deeds.find = () => quick.open("Find a step", found, ({ key }) => page.show(key));
  deeds.connect = () => connect(page, quick);
}

/** Connect by key: a list of the steps, each with what is to be said of it; they light up as well. @param {DesignerPage} page @param {ReturnType<typeof mountQuickAdd>} quick */
function connect({ editor, linking }, quick) {
  const id = editor.only;
  if (!id) return editor.say("Select one step first, then press C.");
  const { ports, title } = editor.face(id);
  const steps = editor.faces().filter((one) => one.sort === "step" && one.id !== id);
  const others = readingOrder(steps);
  const entries = () => others.map((one) => asEntry(editor.face(one)));
  const take = (/** @type {Entry} */ { key }, /** @type {string} */ port) =>
    linking.connect(joinEnd(id, port), key);
  quick.open(`Connect ${title} to`, entries, take, {
    judge: (port) => {
      const verdict = judge(editor.flow, joinEnd(id, port), editor.catalogue);
      linking.glow(verdict);
      return ({ key }) => verdict(key);
    },
    ...{ ports, port: nextPort(editor.face(id), wiredPorts(editor.flow, id)) },
  });
  quick.dialog.addEventListener("close", () => linking.glow(null), { once: true });
}

/** @param {DesignerPage} page @param {Entry} entry @param {DragEvent} event */
function drop(page, entry, event) {
  const { editor, viewport } = page;
  const [x, y] = viewport.point(event);
  const key = hit(event, "data-wire");
  const wire = editor.flow.wires.find((one) => wireKey(one) === key);
  const lies = wire && entry.sort === "step";
  page.choose(lies ? insert(editor, entry, wire) : addAt(editor, entry, [x - 104, y - 24]));
}
