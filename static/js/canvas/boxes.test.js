/** Tests of boxes.js and looping.js: where boxes stand, and what may go into them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { flatten, nest } from "./bodies.js";
import { boxCorner, boxesOf, carried, dropTarget, whyNotInside, withInside } from "./boxes.js";
import { copyPart, pastePart } from "./document.js";
import { Editor } from "./editor.js";
import { drop, moveInside, shiftInside } from "./looping.js";

const LOG = { key: "log@1", sort: "step", id: "log", version: "1", title: "Log", outputs: [] };
const EACH = { ...LOG, key: "each@1", id: "each", title: "For each", loops: true };
const BLOCKS = /** @type {any} */ ({ "log@1": LOG, "each@1": EACH });

/** @param {number} x @param {number} y @param {object} [more] */
const log = (x, y, more = {}) => ({ block: "log", version: "1", position: [x, y], ...more });

/** A loop with a chain of two in it, and a step beside that nothing is wired to. */
function editor() {
  const body = { steps: { a: log(0, 0), b: log(256, 0) }, wires: [{ from: "a:done", to: "b" }] };
  const each = { block: "each", version: "1", position: [0, 0], body };
  const flow = { flow: 1, name: "x", triggers: {}, steps: { each, c: log(900, 0) }, wires: [] };
  const found = new Editor(flow, BLOCKS);
  /** @type {string[]} */
  const said = [];
  found.on("say", (text) => said.push(text));
  return { editor: found, said };
}

test("a box lies round what stands in it, at the same place before and after it was kept", () => {
  const { editor: one } = editor();
  const again = new Editor(nest(one.flow), BLOCKS);

  const box = one.boxes.get("each");

  assert.deepEqual(box, { x: 0, y: 132, w: 512, h: 144 });
  assert.deepEqual(again.boxes.get("each"), box);
});

test("an empty box hangs below its loop, and lower below a taller one", () => {
  const flow = flatten({
    ...editor().editor.flow,
    steps: { e: log(16, 0, { body: { steps: {}, wires: [] } }) },
  });
  const rectOf = () => ({ x: 16, y: 0, w: 208, h: 98 });

  assert.deepEqual(boxesOf(flow, rectOf).get("e"), { x: 16, y: 132, w: 256, h: 132 });
  assert.deepEqual(boxCorner({ x: 0, y: 0, w: 208, h: 300 }), [0, 316]);
});

test("a loop takes its body along, and is removed and copied with it", () => {
  const { editor: one } = editor();

  const moved = carried(one.flow, new Map([["each", [100, 50]]]));
  one.select(["each"]);
  const part = copyPart(one.flow, one.selection);
  const { flow, ids } = pastePart(one.flow, part, [0, 600]);

  assert.deepEqual(moved.get("b"), [380, 226]);
  assert.deepEqual([...withInside(one.flow, ["each"])], ["each", "a", "b"]);
  assert.deepEqual(ids, ["each_2", "a_2", "b_2"]);
  assert.equal(flow.steps.a_2.within, "each_2");
  one.removeSelection();
  assert.deepEqual(Object.keys(one.flow.steps), ["c"]);
});

test("what is dropped on a box goes in, and what is dragged off it comes out", () => {
  const { editor: one, said } = editor();

  drop(one, new Map([["c", [100, 180]]]), "Log moved");
  assert.equal(one.flow.steps.c.within, "each");
  drop(one, new Map([["c", [1200, 600]]]), "Log moved");

  assert.equal("within" in one.flow.steps.c, false);
  assert.deepEqual(said, ["Log put into For each.", "Log taken out of the loop."]);
});

test("a wire keeps a step on its side of the edge, and the refusal names both ends", () => {
  const { editor: one, said } = editor();
  const before = one.flow;

  drop(one, new Map([["b", [1200, 600]]]), "Log moved");

  assert.equal(one.flow, before);
  assert.match(said[0], /^Log is connected to Log: remove that connection first/);
});

test("both ends of a wire may leave together", () => {
  const { editor: one } = editor();

  moveInside(one, ["a", "b"], "");

  assert.equal(one.flow.steps.b.within, undefined);
  assert.equal(one.flow.wires.length, 1);
});

test("a step that stood over a box before is only moved", () => {
  const { editor: one } = editor();
  one.place(new Map([["c", [100, 180]]]), "Moved");

  drop(one, new Map([["c", [120, 190]]]), "Log moved");

  assert.equal(one.flow.steps.c.within, undefined);
});

test("neither a trigger nor a fifth loop goes into a loop", () => {
  const inner = { body: { steps: {}, wires: [] } };
  const deep = [1, 2, 3].reduce(
    (body) => ({ body: { steps: { [`d${Math.random()}`]: log(0, 0, body) }, wires: [] } }),
    inner,
  );
  const flow = flatten({
    ...editor().editor.flow,
    triggers: { t: { kind: "rule" } },
    steps: { top: log(0, 0, inner), deep: log(0, 0, deep) },
  });
  const titleOf = (/** @type {string} */ id) => id;

  assert.match(whyNotInside(flow, ["t"], "top", titleOf) ?? "", /trigger/);
  assert.match(whyNotInside(flow, ["deep"], "top", titleOf) ?? "", /four deep/);
  assert.equal(whyNotInside(flow, ["top"], "deep", titleOf), null);
});

test("by keys a step goes into the loop before it and out again", () => {
  const { editor: one, said } = editor();
  one.select(["c"]);

  shiftInside(one, ["each", "a", "b", "c"], true);
  assert.equal(one.flow.steps.c.within, "each");
  shiftInside(one, ["each", "a", "b", "c"], false);
  shiftInside(one, ["each", "a", "b", "c"], false);

  assert.equal(said.at(-1), "It stands in no loop.");
});

test("a loop is never dropped into its own box", () => {
  const { editor: one } = editor();
  const rectOf = (/** @type {string} */ id) => one.face(id).rect;

  assert.equal(dropTarget(one.flow, one.boxes, new Map([["each", [60, 150]]]), rectOf), "");
});

test("a loop is put into no loop that is put in with it, itself least of all", () => {
  const { editor: one, said } = editor();
  const loop = () => /** @type {any} */ (log(900, 0, { loops: true }));
  one.replace({ ...one.flow, steps: { ...one.flow.steps, d: loop(), e: loop() } });

  moveInside(one, ["c", "d"], "d");
  assert.equal(said.at(-1), "A loop can't stand in itself.");
  one.select(["e", "d"]);
  shiftInside(one, ["each", "d", "e"], true);
  assert.deepEqual([one.flow.steps.d.within, one.flow.steps.e.within], ["each", "each"]);
  moveInside(one, ["each"], "d");

  assert.equal(said.at(-1), "A loop can't stand in itself.");
  assert.equal(one.flow.steps.each.within, undefined);
});

test("a wire that leads to nothing keeps no step out of a loop", () => {
  const { editor: one } = editor();
  one.replace({ ...one.flow, wires: [...one.flow.wires, { from: "c:done", to: "gone" }] });

  moveInside(one, ["c"], "each");

  assert.equal(one.flow.steps.c.within, "each");
});
