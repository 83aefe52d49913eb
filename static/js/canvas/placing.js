/**
 * Where something new comes to stand: what is dropped, what follows a step, what is laid into a wire,
 * what is pasted. Nothing is put on top of what stands, and in a loop it stands in that loop.
 * @import {Entry, Flow, Point, Rect, Wire} from "./types.js"
 * @import {Editor} from "./editor.js"
 */
import { boxAt, carried, putInside, whyNotInside } from "./boxes.js";
import * as edit from "./document.js";
import { faceOf, firstPort, nextPort, sizeOf } from "./face.js";
import { bounds, freePlace, GRID, looseSpot, snap } from "./geometry.js";
import { joinEnd, nodeIds, reach, splitEnd, wiredPorts, withinOf } from "./graph.js";

const GAP = 64;
/** A step that is laid into a wire that goes back pushes nothing. */
const MOST_PUSHED = 800;

/**
 * Put a new node into a document and select it; "" where it may not stand there.
 * @param {Editor} editor @param {Flow} before @param {Entry} entry
 * @param {{spot: Point, loop: string, where?: string, wired?: (flow: Flow, id: string) => Flow}} how
 */
function put(editor, before, entry, { spot, loop, where = "", wired = (flow) => flow }) {
  const { flow, id } = edit.addNode(before, entry, spot);
  const refusal = whyNotInside(flow, [id], loop, () => entry.title);
  if (refusal) return editor.refuse(refusal, "");
  editor.change(`${entry.title} added${where}`, wired(putInside(flow, [id], loop), id));
  editor.select([id]);
  return id;
}

/**
 * Add a node where it was dropped.
 * @param {Editor} editor @param {Entry} entry @param {Point} position
 * @param {string} [into]  the loop it goes into; else the one whose box it was dropped on
 */
export function addAt(editor, entry, [x, y], into) {
  const size = sizeOf(entry);
  const loop = into ?? boxAt(editor.boxes, [x + size.w / 2, y + size.h / 2]);
  const spot = freePlace({ x: snap(x), y: snap(y), ...size }, editor.taken(loop));
  return put(editor, editor.flow, entry, { spot, loop });
}

/**
 * Add a node to the right of one that stands, and lead a wire to it.
 * @param {Editor} editor @param {Entry} entry @param {string|null} after @param {string|null} [port]
 * @param {Point|null} [spot]  where its corner should be
 */
export function addAfter(editor, entry, after, port = null, spot = null) {
  if (!after || entry.sort === "trigger")
    return addAt(editor, entry, looseSpot(editor.taken()), "");
  const face = editor.face(after);
  const chosen = port ?? nextPort(face, wiredPorts(editor.flow, after));
  const row = face.ports.findIndex((candidate) => candidate.name === chosen);
  const [x, y] = spot ?? [face.rect.x + face.rect.w + GAP, face.rect.y + Math.max(row, 0) * 96];
  const loop = withinOf(editor.flow, after);
  return put(editor, editor.flow, entry, {
    spot: freePlace({ x, y, ...sizeOf(entry) }, editor.taken(loop)),
    loop,
    where: ` after ${face.title}`,
    wired: (flow, id) => edit.connect(flow, joinEnd(after, chosen), id),
  });
}

/**
 * Lay a step into a wire, midway; where it has no room, what follows makes way.
 * @param {Editor} editor @param {Entry} entry @param {Wire} wire
 */
export function insert(editor, entry, wire) {
  const source = splitEnd(wire.from).id;
  const [a, b] = [editor.face(source).rect, editor.face(wire.to).rect];
  const lack = Math.max(0, snap(a.x + a.w + sizeOf(entry).w + GAP * 2 - b.x));
  const after = [wire.to, ...reach(editor.flow, wire.to, "down")]
    .filter((id) => Object.hasOwn(editor.flow.steps, id)) // a wire may lead to nothing
    .map((id) => editor.face(id));
  const pushed = after.filter(({ rect }) => lack < MOST_PUSHED && rect.x >= b.x);
  /** @type {[string, Point][]} */
  const places = pushed.map(({ id, rect }) => [id, [rect.x + lack, rect.y]]);
  const made = edit.placeNodes(editor.flow, carried(editor.flow, new Map(places)));
  return put(editor, made, entry, {
    spot: [snap(a.x + a.w + GAP), snap((a.y + b.y) / 2)],
    loop: withinOf(editor.flow, source),
    where: " on the wire",
    wired: (flow, id) =>
      edit.insertOnWire(flow, wire, id, firstPort(faceOf(flow, id, editor.catalogue))),
  });
}

/**
 * Add a part under ids of its own.
 * @param {Editor} editor @param {Flow} part @param {string} verb
 * @param {Point} [at]  where its corner should be, else beside where it was copied
 */
export function paste(editor, part, verb, at) {
  const box = bounds(nodeIds(part).map((id) => faceOf(part, id, editor.catalogue).rect));
  if (!box) return;
  const [left, top] = at ?? [box.x + GRID * 2, box.y + GRID * 3];
  const [x, y] = freePlace({ ...box, x: left, y: top }, editor.taken());
  const pasted = edit.pastePart(editor.flow, part, [x - box.x, y - box.y]);
  const count = pasted.ids.length;
  editor.change(`${count} ${count === 1 ? "step" : "steps"} ${verb}`, pasted.flow);
  editor.select(pasted.ids);
}
