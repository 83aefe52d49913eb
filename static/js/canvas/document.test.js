import assert from "node:assert/strict";
import { test } from "node:test";
import * as edit from "./document.js";
import { History } from "./history.js";
import { along, step } from "./walking.js";

/** @param {string} [block] @returns {import("./types.js").Step} */
const make = (block = "garland.wait") => ({ block, version: "1.0.0", position: [0, 0] });

/** @type {import("./types.js").Flow} */
const FLOW = {
  flow: 1,
  name: "",
  triggers: { start: { kind: "manual" } },
  steps: { a: make(), b: { ...make(), input: { key: "= steps.a.output.x" } }, c: make() },
  wires: [
    { from: "start", to: "a" },
    { from: "a:done", to: "b" },
    { from: "b:done", to: "c" },
  ],
};

test("an id is free and can stand in an expression", () => {
  assert.equal(edit.freshId(FLOW, "HTTP-request"), "http_request");
  assert.equal(edit.freshId(FLOW, "a"), "a_2");
  assert.equal(edit.freshId(FLOW, "9"), "step");
});

test("an id stays as short as the schema takes, however long what it is made of", () => {
  const long = "x".repeat(60);
  const flow = { ...FLOW, steps: { [long.slice(0, 54)]: make() } };

  assert.match(edit.freshId(flow, long), /^x{54}_2$/);
});

test("removing a step from a chain leaves the chain whole", () => {
  const next = edit.removeNodes(FLOW, ["b"], () => "done");

  assert.deepEqual(next.wires, [
    { from: "start", to: "a" },
    { from: "a:done", to: "c" },
  ]);
  assert.equal("b" in FLOW.steps, true, "the old document is untouched");
});

test("a step dropped on a wire is laid into it", () => {
  const flow = { ...FLOW, steps: { ...FLOW.steps, d: make() } };

  const next = edit.insertOnWire(flow, { from: "a:done", to: "b" }, "d", "done");

  assert.deepEqual(next.wires.slice(-2), [
    { from: "a:done", to: "d" },
    { from: "d:done", to: "b" },
  ]);
});

test("a pasted part gets new ids, and its expressions follow them", () => {
  const part = edit.copyPart(FLOW, new Set(["a", "b"]));

  const { flow, ids } = edit.pastePart(FLOW, part, [32, 32]);

  assert.deepEqual(ids, ["a_2", "b_2"]);
  assert.equal(flow.steps.b_2.input?.key, "= steps.a_2.output.x");
  assert.deepEqual(flow.wires.at(-1), { from: "a_2:done", to: "b_2" });
});

test("wires of ports that are gone go too", () => {
  const next = edit.pruneWires(FLOW, "a", new Set(["error"]));

  assert.equal(next.wires.length, 2);
  assert.equal(edit.pruneWires(FLOW, "a", new Set(["done"])), FLOW);
});

test("undo and redo walk over all changes, and typing in one field is one step", () => {
  const history = new History(0);
  history.push("First", 1);
  history.push("Typed", 2, "field");
  history.push("Typed", 3, "field");

  assert.equal(history.undo(), "Typed");
  assert.equal(history.state, 1);
  assert.equal(history.redo(), "Typed");
  assert.equal(history.state, 3);
  history.undo();
  history.push("Other", 9);
  assert.equal(history.redo(), null);
});

test("the keyboard walks along wires and in reading order", () => {
  /** @param {string} id @param {number} x */
  const face = (id, x) => /** @type {any} */ ({ id, rect: { x, y: 0, w: 1, h: 1 } });
  const faces = [face("b", 10), face("a", 0)];

  assert.equal(along(FLOW, "a", "ArrowRight"), "b");
  assert.equal(along(FLOW, "c", "ArrowRight"), null);
  assert.equal(step(faces, "a", 1), "b");
  assert.equal(step(faces, null, -1), "b");
});

test("a loop is copied with what stands in it, and the copies stand in the copy", () => {
  const loop = { ...make(), loops: true };
  const inner = { in: { ...loop, within: "b" }, deep: { ...make(), within: "in" } };
  const flow = { ...FLOW, steps: { ...FLOW.steps, b: loop, ...inner } };
  const part = edit.copyPart(flow, new Set(["b"]));
  const pasted = edit.pastePart(flow, part, [0, 0]);

  assert.deepEqual(Object.keys(part.steps), ["b", "in", "deep"]);
  assert.deepEqual(pasted.ids, ["b_2", "in_2", "deep_2"]);
  assert.equal(pasted.flow.steps.deep_2.within, "in_2");
});

test("a copied step stands in the loop it was copied from, where there is one", () => {
  const b = { ...make(), loops: true };
  const flow = { ...FLOW, steps: { ...FLOW.steps, b, in: { ...make(), within: "b" } } };
  const part = edit.copyPart(flow, new Set(["in"]));

  assert.equal(edit.pastePart(flow, part, [0, 0]).flow.steps.in_2.within, "b");
  assert.equal(edit.pastePart(FLOW, part, [0, 0]).flow.steps.in.within, undefined);
});

test("a step that is copied out of its loop for elsewhere stands in none", () => {
  const steps = { ...FLOW.steps, in: { ...make(), within: "b" } };
  const part = edit.copyPart({ ...FLOW, steps }, new Set(["in"]));

  assert.equal(edit.takenOut(part).steps.in.within, undefined);
});

test("a node may be called as what every object has, such as `constructor`", () => {
  /** @type {any} */
  const called = { flow: 1, name: "", steps: { a: make() }, wires: [] };
  called.triggers = { constructor: { kind: "manual" } };

  const patched = edit.patchNode(called, "constructor", { title: "By hand" });
  const placed = edit.placeNodes(patched, new Map([["constructor", [16, 32]]]));

  assert.deepEqual(Object.keys(placed.steps), ["a"]);
  assert.deepEqual(placed.triggers, {
    constructor: { kind: "manual", title: "By hand", position: [16, 32] },
  });
  assert.equal(edit.connect(called, "a:done", "constructor"), called);
  assert.equal(edit.patchNode(FLOW, "constructor", { title: "Nobody" }), FLOW);
  assert.equal(edit.freshId(FLOW, "constructor"), "constructor_2");
});
