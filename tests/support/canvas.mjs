/**
 * The designer's editor without a page, for `tests/support/canvas.py`: a line in, a line out. The first
 * line has the blocks that are installed; each other one a document, and deeds to do on it, each with
 * numbers from 0 to 1 that choose what it is done to.
 */
import { createInterface } from "node:readline";
import { flatten, nest } from "../../static/js/canvas/bodies.js";
import { partOf } from "../../static/js/canvas/clipboard.js";
import { copyPart } from "../../static/js/canvas/document.js";
import { Editor } from "../../static/js/canvas/editor.js";
import { inputPoint, outputPoint } from "../../static/js/canvas/face.js";
import { nodeIds, splitEnd } from "../../static/js/canvas/graph.js";
import { addInside, drop, moveInside, shiftInside } from "../../static/js/canvas/looping.js";
import { addGroup, addNote, patchMark } from "../../static/js/canvas/marks.js";
import { addAfter, addAt, insert, paste } from "../../static/js/canvas/placing.js";
import { wirePath } from "../../static/js/canvas/routing.js";

const COLOURS = ["blue", "green", "amber", "red", "violet", "grey"];

/** @type {Record<string, any>} */
let catalogue = {};

/** @param {Editor} editor */
function drawn(editor) {
  const faces = new Map(editor.faces().map((face) => [face.id, face]));
  const nodes = [...faces.values()].map(({ id, rect }) => [id, rect.x, rect.y, rect.w, rect.h]);
  const wires = editor.flow.wires.flatMap((wire) => {
    const { id, port } = splitEnd(wire.from);
    const [source, target] = [faces.get(id), faces.get(wire.to)];
    if (!source || !target) return [];
    const ends = [outputPoint(source, port), inputPoint(target.rect)];
    return [wirePath(ends[0], ends[1], source.rect, target.rect)];
  });
  return { nodes, wires, titles: [...faces.values()].map((face) => face.title) };
}

/** @template T @param {T[]} list @param {number} share @returns {T} */
const at = (list, share) => list[Math.min(list.length - 1, Math.floor(share * list.length))];
/** Some of a list; which, each figure of a number says. @param {string[]} list @param {number} share */
const some = (list, share) => list.filter((_, n) => Math.floor(share * 2 ** ((n % 20) + 1)) % 2);
/** @param {number} share */
const far = (share) => Math.round((share - 0.5) * 3_000_000);

/** @type {Record<string, (editor: Editor, numbers: number[]) => unknown>} */
const DEEDS = {
  add: (editor, [a, b, c]) => addAt(editor, at(Object.values(catalogue), a), [far(b), far(c)]),
  follow: (editor, [a, b]) => {
    addAfter(editor, at(Object.values(catalogue), a), at(nodeIds(editor.flow), b) ?? null);
  },
  insert: (editor, [a, b]) => {
    const known = new Set(nodeIds(editor.flow));
    const drawn = editor.flow.wires.filter(
      (one) => known.has(splitEnd(one.from).id) && one.to in editor.flow.steps,
    );
    const steps = Object.values(catalogue).filter((entry) => entry.sort === "step");
    if (drawn.length) insert(editor, at(steps, a), at(drawn, b));
  },
  inside: (editor, [a, b]) => {
    const loops = [...editor.boxes.keys()];
    if (loops.length) addInside(editor, at(Object.values(catalogue), a), at(loops, b));
  },
  into: (editor, [a, b]) => {
    moveInside(editor, some(nodeIds(editor.flow), a), at(["", ...editor.boxes.keys()], b));
  },
  shift: (editor, [a, b]) => {
    editor.select(some(nodeIds(editor.flow), a));
    shiftInside(editor, nodeIds(editor.flow), b < 0.5);
  },
  connect: (editor, [a, b, c]) => {
    const [face, to] = [at(editor.faces(), a), at(Object.keys(editor.flow.steps), c)];
    if (!face || !to) return;
    const port = at(face.ports, b).name;
    editor.connect(port ? `${face.id}:${port}` : face.id, to);
  },
  cut: (editor, [a]) => {
    const wire = at(editor.flow.wires, a);
    if (wire) editor.disconnect(wire.from, wire.to);
  },
  move: (editor, [a, b, c]) => {
    const id = at(nodeIds(editor.flow), a);
    if (id) editor.place(new Map([[id, [far(b), far(c)]]]), "Moved");
  },
  drop: (editor, [a, b]) => {
    const boxes = [...editor.boxes.values()];
    const [id, box] = [at(nodeIds(editor.flow), a), at(boxes, b)];
    if (id && box) drop(editor, new Map([[id, [box.x + 30, box.y + 30]]]), "Dropped");
  },
  configure: (editor, [a]) => {
    const id = at(Object.keys(editor.flow.steps), a);
    const cases = [{ port: "gold", when: "true" }, { port: "Not a port!" }, { port: "error" }];
    if (id) editor.patch(id, { config: { cases } }, "Set up");
  },
  name: (editor, [a, b]) => {
    const id = at(nodeIds(editor.flow), a);
    if (id) editor.patchEach({ [id]: { title: at(["Mine", undefined], b) } }, "Renamed");
  },
  switch: (editor, [a, b]) => {
    const chosen = some(Object.keys(editor.flow.steps), a);
    const patches = chosen.map((id) => [id, { disabled: b < 0.5 || undefined }]);
    editor.patchEach(Object.fromEntries(patches), "Switched");
  },
  group: (editor, [a]) => {
    editor.change("Grouped", addGroup(editor.flow, some(nodeIds(editor.flow), a)).flow);
  },
  note: (editor, [a, b]) => {
    editor.change("Noted", addNote(editor.flow, [far(a), far(b)]).flow);
  },
  mark: (editor, [a, b, c]) => {
    const { groups = {}, notes = {} } = editor.flow.canvas ?? {};
    const note = at(Object.keys(notes), a);
    const group = at(Object.keys(groups), a);
    /** @type {any} */
    const size = [Math.abs(far(b)), Math.abs(far(c))];
    const patches = [{ size, text: "Why" }, { position: size }, { colour: at(COLOURS, c) }, null];
    if (note) editor.change("Drawn", patchMark(editor.flow, `note:${note}`, at(patches, b)));
    if (group) editor.change("Drawn", patchMark(editor.flow, `group:${group}`, at([{ title: "G" }, null], c)));
  },
  remove: (editor, [a]) => {
    editor.select(some(nodeIds(editor.flow), a));
    editor.removeSelection();
  },
  duplicate: (editor, [a]) => {
    paste(editor, copyPart(editor.flow, new Set(some(nodeIds(editor.flow), a))), "duplicated");
  },
  paste: (editor, [a, b, c]) => {
    const part = partOf(editor.flow, new Set(some(nodeIds(editor.flow), a)));
    paste(editor, flatten(JSON.parse(JSON.stringify(part))), "pasted", [far(b), far(c)]);
  },
  undo: (editor) => editor.undo(),
  redo: (editor) => editor.redo(),
};

/** @param {{document: any, deeds: [string, number[]][]}} asked */
function answered(asked) {
  try {
    return done(asked);
  } catch (error) {
    return { failed: error instanceof Error ? error.stack : String(error) };
  }
}

/** @param {{document: any, deeds: [string, number[]][]}} asked */
function done({ document, deeds }) {
  const editor = new Editor(document, catalogue);
  const first = drawn(editor);
  for (const [name, numbers] of deeds) DEEDS[name](editor, numbers);
  const made = nest(editor.flow);
  const { nodes } = drawn(editor);
  const ends = ["redo", "undo", "redo"].map((/** @type {"redo"|"undo"} */ way) => {
    while (editor.can[way]) editor[way]();
    return nest(editor.flow);
  });
  const again = nest(flatten(document));
  return { ...first, again, made, made_nodes: nodes, ends };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.catalogue) catalogue = asked.catalogue;
  const answer = asked.catalogue ? Object.keys(DEEDS) : answered(asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
