/**
 * The designer's edits without a page: takes documents and numbers to edit them by at random, and
 * prints what it makes of them, for `tests/unit/designer/test_canvas_and_schema.py`.
 */
import { text } from "node:stream/consumers";
import { flatten, nest } from "../../static/js/canvas/bodies.js";
import * as edit from "../../static/js/canvas/document.js";
import { faceOf, firstPort, inputPoint, outputPoint } from "../../static/js/canvas/face.js";
import { joinEnd, nodeIds, splitEnd } from "../../static/js/canvas/graph.js";
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
  const flow = flatten(document);
  const faces = nodeIds(flow).map((id) => faceOf(flow, id, catalogue));
  const nodes = faces.map((face) => [face.id, face.rect.x, face.rect.y, face.rect.w, face.rect.h]);
  const wires = [];
  for (const wire of flow.wires) {
    const end = splitEnd(wire.from);
    const source = faces.find((face) => face.id === end.id);
    const target = faces.find((face) => face.id === wire.to);
    if (!source || !target) continue;
    const from = outputPoint(source, end.port);
    wires.push(wirePath(from, inputPoint(target.rect), source.rect, target.rect));
  }
  return { nodes, wires };
}

/** @param {Record<string, any>} document @param {Record<string, any>} catalogue @param {number} seed */
function edited(document, catalogue, seed) {
  let flow = flatten(document);
  const next = numbers(seed);
  const pick = (/** @type {any[]} */ list) => list[Math.floor(next() * list.length)];
  const entries = Object.values(catalogue);
  const far = () => Math.round((next() - 0.5) * 5_000_000);
  const face = (/** @type {string} */ id) => faceOf(flow, id, catalogue);
  const some = () => new Set(nodeIds(flow).filter(() => next() < 0.4));
  const cases = [{ port: "gold", when: "true" }, { port: "Not a port!" }, { port: "error" }];
  const deeds = [
    () => edit.addNode(flow, pick(entries), [far(), far()]).flow,
    () => {
      const wire = pick(flow.wires);
      const added = edit.addNode(flow, pick(entries.filter((one) => one.sort === "step")), [0, 0]);
      if (!wire) return added.flow;
      const port = firstPort(faceOf(added.flow, added.id, catalogue));
      return edit.insertOnWire(added.flow, wire, added.id, port);
    },
    () => {
      const from = pick(nodeIds(flow));
      const to = pick(Object.keys(flow.steps));
      if (!from || !to) return flow;
      return edit.connect(flow, joinEnd(from, pick(face(from).ports).name), to);
    },
    () => {
      const id = pick(nodeIds(flow));
      return id ? edit.placeNodes(flow, new Map([[id, [far(), far()]]])) : flow;
    },
    () => {
      const id = pick(Object.keys(flow.steps));
      if (!id) return flow;
      const changed = edit.patchNode(flow, id, { config: { cases }, title: undefined });
      const ports = faceOf(changed, id, catalogue).ports.map((port) => port.name);
      return edit.pruneWires(changed, id, new Set(ports));
    },
    () => edit.removeNodes(flow, some(), (id) => firstPort(face(id))),
    () => edit.pastePart(flow, edit.copyPart(flow, some()), [far(), far()]).flow,
  ];
  for (let n = 0; n < EDITS_EACH; n += 1) flow = pick(deeds)();
  return nest(flow);
}

const { catalogue, documents, seeds } = JSON.parse(await text(process.stdin));
const answers = documents.map((/** @type {any} */ document) => ({
  ...drawn(document, catalogue),
  edited: seeds.map((/** @type {number} */ seed) => edited(document, catalogue, seed)),
}));
process.stdout.write(JSON.stringify(answers));
