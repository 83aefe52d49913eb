/**
 * The designer's editor without a page: takes documents and numbers to edit them by at random, and
 * prints what it makes of them, for `tests/unit/designer/test_canvas_and_schema.py`.
 */
import { text } from "node:stream/consumers";
import { flatten, nest } from "../../static/js/canvas/bodies.js";
import { copyPart } from "../../static/js/canvas/document.js";
import { Editor } from "../../static/js/canvas/editor.js";
import { inputPoint, outputPoint } from "../../static/js/canvas/face.js";
import { nodeIds, splitEnd } from "../../static/js/canvas/graph.js";
import { moveInside, shiftInside } from "../../static/js/canvas/looping.js";
import { addGroup, addNote } from "../../static/js/canvas/marks.js";
import { addAfter, addAt, insert, paste } from "../../static/js/canvas/placing.js";
import { wirePath } from "../../static/js/canvas/routing.js";

const EDITS_EACH = 25;

/** A row of numbers from 0 to 1 that is the same for the same seed. @param {number} seed */
function numbers(seed) {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** @param {Record<string, any>} document @param {Record<string, any>} catalogue */
function drawn(document, catalogue) {
  const editor = new Editor(document, catalogue);
  const faces = editor.faces();
  const nodes = faces.map((face) => [face.id, face.rect.x, face.rect.y, face.rect.w, face.rect.h]);
  const wires = [];
  for (const wire of editor.flow.wires) {
    const end = splitEnd(wire.from);
    const source = faces.find((face) => face.id === end.id);
    const target = faces.find((face) => face.id === wire.to);
    if (!source || !target) continue;
    const from = outputPoint(source, end.port);
    wires.push(wirePath(from, inputPoint(target.rect), source.rect, target.rect));
  }
  return { nodes, wires, again: nest(flatten(document)) };
}

/** @param {Record<string, any>} document @param {Record<string, any>} catalogue @param {number} seed */
function edited(document, catalogue, seed) {
  const editor = new Editor(document, catalogue);
  const next = numbers(seed);
  const pick = (/** @type {any[]} */ list) => list[Math.floor(next() * list.length)];
  const entries = Object.values(catalogue);
  const steps = entries.filter((entry) => entry.sort === "step");
  const far = () => Math.round((next() - 0.5) * 3_000_000);
  const some = () => nodeIds(editor.flow).filter(() => next() < 0.4);
  const deeds = [
    () => addAt(editor, pick(entries), [far(), far()]),
    () => {
      const known = new Set(nodeIds(editor.flow));
      const led = editor.flow.wires.filter((one) => known.has(splitEnd(one.from).id));
      const wire = pick(led.filter((one) => one.to in editor.flow.steps));
      if (wire) insert(editor, pick(steps), wire);
    },
    () => addAfter(editor, pick(entries), pick(nodeIds(editor.flow)) ?? null),
    () => moveInside(editor, some(), pick(["", ...editor.boxes.keys()])),
    () => {
      editor.select(some());
      shiftInside(editor, nodeIds(editor.flow), next() < 0.5);
    },
    () => editor.change("Grouped", addGroup(editor.flow, some()).flow),
    () => editor.change("Noted", addNote(editor.flow, [far(), far()]).flow),
    () => {
      const face = pick(editor.faces());
      const to = pick(Object.keys(editor.flow.steps));
      if (!face || !to) return;
      const port = pick(face.ports).name;
      editor.connect(port ? `${face.id}:${port}` : face.id, to);
    },
    () => {
      const id = pick(nodeIds(editor.flow));
      if (id) editor.place(new Map([[id, [far(), far()]]]), "Moved");
    },
    () => {
      const id = pick(Object.keys(editor.flow.steps));
      const cases = [{ port: "gold", when: "true" }, { port: "Not a port!" }, { port: "error" }];
      if (id) editor.patch(id, { config: { cases } }, "Set up");
    },
    () => {
      editor.select(some());
      editor.removeSelection();
    },
    () => paste(editor, copyPart(editor.flow, new Set(some())), "pasted", [far(), far()]),
    () => editor.undo(),
    () => editor.redo(),
  ];
  for (let n = 0; n < EDITS_EACH; n += 1) pick(deeds)();
  return nest(editor.flow);
}

const { catalogue, documents, seeds } = JSON.parse(await text(process.stdin));
const answers = documents.map((/** @type {any} */ document) => ({
  ...drawn(document, catalogue),
  edited: seeds.map((/** @type {number} */ seed) => edited(document, catalogue, seed)),
}));
process.stdout.write(JSON.stringify(answers));
