/** Tests of tidy_layout.js and of the outline's order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import dagre from "../../vendor/dagre/dagre.esm.js";
import { flatten } from "./bodies.js";
import { boxesOf } from "./boxes.js";
import { overlaps } from "./geometry.js";
import { arrange } from "./tidy_layout.js";
import { outlineOrder } from "./walking.js";

const SIZE = { w: 208, h: 98 };
const log = (/** @type {object} */ more = {}) => ({
  block: "log",
  version: "1",
  position: [0, 0],
  ...more,
});
const chain = (/** @type {string[]} */ ...ids) =>
  ids.slice(1).map((to, at) => ({ from: `${ids[at]}:done`, to }));

/** Nested loops between two steps, and a branch beside. */
function flow() {
  const inner = { steps: { x: log(), y: log() }, wires: chain("x", "y") };
  const body = { steps: { p: log(), q: log({ body: inner }) }, wires: chain("p", "q") };
  const steps = {
    a: log(),
    each: log({ body }),
    b: log(),
    c: log(),
    empty: log({ body: { steps: {}, wires: [] } }),
  };
  const wires = [...chain("a", "each", "b"), ...chain("a", "c", "empty")];
  return flatten({ flow: 1, name: "x", triggers: {}, steps, wires });
}

/** @param {import("./types.js").Flow} drawn @param {Map<string, [number, number]>} places */
function rectsAt(drawn, places) {
  /** @param {string} id */
  const rectOf = (id) => ({ x: places.get(id)?.[0] ?? 0, y: places.get(id)?.[1] ?? 0, ...SIZE });
  return { rectOf, boxes: boxesOf(drawn, rectOf) };
}

test("nothing lies on anything else, and every body stays below its loop", () => {
  const drawn = flow();
  const rects = new Map(Object.keys(drawn.steps).map((id) => [id, { x: 0, y: 0, ...SIZE }]));

  const places = arrange(dagre, drawn, rects, []);

  const { rectOf, boxes } = rectsAt(drawn, places);
  const tops = ["a", "each", "b", "c", "empty"].map(rectOf);
  const all = [...tops, .../** @type {any[]} */ ([boxes.get("each"), boxes.get("empty")])];
  for (const one of all) for (const other of all) assert.ok(one === other || !overlaps(one, other));
  assert.ok(!overlaps(rectOf("p"), rectOf("q")));
  for (const [loop, box] of boxes) assert.ok(box.y > rectOf(loop).y + SIZE.h);
});

test("groups are kept together", () => {
  const drawn = flatten({
    flow: 1,
    name: "x",
    triggers: {},
    steps: { a: log(), b: log(), c: log(), d: log() },
    wires: [...chain("a", "b"), ...chain("a", "c"), ...chain("a", "d")],
    canvas: { groups: { g: { title: "", colour: "red", steps: ["b", "d"] } } },
  });
  const rects = new Map(Object.keys(drawn.steps).map((id) => [id, { x: 0, y: 0, ...SIZE }]));

  const places = arrange(dagre, drawn, rects, []);

  const down = (/** @type {string} */ id) => places.get(id)?.[1] ?? 0;
  const [top, bottom] = [Math.min(down("b"), down("d")), Math.max(down("b"), down("d"))];
  assert.ok(down("c") < top || down("c") > bottom);
});

test("of several chosen steps only those are placed, where they stood as a whole", () => {
  const drawn = flow();
  const rects = new Map([
    ["b", { x: 400, y: 320, ...SIZE }],
    ["c", { x: 400, y: 320, ...SIZE }],
  ]);

  const places = arrange(dagre, drawn, rects, ["b", "c"]);

  assert.deepEqual([...places.keys()].sort(), ["b", "c"]);
  assert.deepEqual(
    [...places.values()].map(([x]) => x),
    [400, 400],
  );
  assert.equal(Math.min(...[...places.values()].map(([, y]) => y)), 320);
});

test("a chain that is too long for dagre is laid out all the same", () => {
  const ids = Array.from({ length: 3000 }, (_none, at) => `s${at}`);
  const steps = Object.fromEntries(ids.map((id) => [id, log()]));
  const drawn = flatten({ flow: 1, name: "x", triggers: {}, steps, wires: chain(...ids) });
  const layout = () => {
    throw new RangeError("Maximum call stack size exceeded");
  };
  const rects = new Map(ids.map((id) => [id, { x: 0, y: 0, ...SIZE }]));

  const places = arrange({ ...dagre, layout }, drawn, rects, []);

  assert.deepEqual(places.get("s2"), [2 * 272, 0]);
  assert.equal(places.size, 3000);
});

test("the outline lists a loop's body after the loop, in reading order", () => {
  const drawn = flow();
  const at = (/** @type {string} */ id, /** @type {number} */ x) => ({
    id,
    rect: { x, y: 0, ...SIZE },
  });
  const faces = /** @type {any[]} */ ([
    at("b", 900),
    at("q", 500),
    at("x", 0),
    at("p", 300),
    at("each", 200),
    at("a", 100),
  ]);

  assert.deepEqual(outlineOrder(drawn, faces), ["a", "each", "p", "q", "x", "b"]);
});
