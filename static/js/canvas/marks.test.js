/** Tests of marks.js: groups and notes follow the steps, and change nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { copyPart, pastePart } from "./document.js";
import { Editor } from "./editor.js";
import { addGroup, addNote, groupRect, noteRect, patchMark, stepsOf } from "./marks.js";

const LOG = { key: "log@1", sort: "step", id: "log", version: "1", title: "Log", outputs: [] };
const BLOCKS = /** @type {any} */ ({ "log@1": LOG });
const log = (/** @type {number} */ x) => ({ block: "log", version: "1", position: [x, 0] });

function editor() {
  const steps = { a: log(0), b: log(256), c: log(512) };
  const wires = [{ from: "a:done", to: "b" }];
  return new Editor({ flow: 1, name: "x", triggers: {}, steps, wires }, BLOCKS);
}

test("a step stands in one group at most, and a group that lost all of its steps is gone", () => {
  const one = addGroup(editor().flow, ["a"]);

  const { flow, key } = addGroup(one.flow, ["a", "b"], { title: "Both", colour: "red" });

  assert.deepEqual(Object.values(flow.canvas?.groups ?? {}), [
    { title: "Both", colour: "red", steps: ["a", "b"] },
  ]);
  assert.deepEqual(stepsOf(flow, key), ["a", "b"]);
});

test("a frame lies round its steps and the box of a loop among them", () => {
  const group = { title: "", colour: "blue", steps: ["a"] };
  const rect = { x: 0, y: 0, w: 208, h: 76 };
  const boxes = new Map([["a", { x: 0, y: 132, w: 256, h: 132 }]]);

  assert.deepEqual(
    groupRect(group, () => rect, new Map()),
    { x: -16, y: -48, w: 240, h: 140 },
  );
  assert.equal(groupRect(group, () => rect, boxes).h, 264 + 48 + 16);
});

test("steps that are removed leave their group, and undo brings both back", () => {
  const one = editor();
  one.change("2 steps grouped", addGroup(one.flow, ["a", "b"]).flow);
  one.select(["a"]);

  one.removeSelection();
  assert.deepEqual(stepsOf(one.flow, "group:group_1"), ["b"]);
  one.select(["b"]);
  one.removeSelection();
  assert.deepEqual(one.flow.canvas?.groups, {});
  one.undo();
  one.undo();

  assert.deepEqual(stepsOf(one.flow, "group:group_1"), ["a", "b"]);
});

test("a group that is copied whole is pasted, one that is copied in part is not", () => {
  const { flow } = addGroup(editor().flow, ["a", "b"], { title: "Both", colour: "red" });

  const whole = pastePart(flow, copyPart(flow, new Set(["a", "b"])), [0, 200]).flow;
  const half = pastePart(flow, copyPart(flow, new Set(["a"])), [0, 200]).flow;

  assert.deepEqual(whole.canvas?.groups?.group_2, {
    title: "Both",
    colour: "red",
    steps: ["a_2", "b_2"],
  });
  assert.deepEqual(Object.keys(half.canvas?.groups ?? {}), ["group_1"]);
});

test("a note is written, coloured, moved, resized and taken away; steps stay as they are", () => {
  const before = editor().flow;
  const { flow, key } = addNote(before, [16, 32]);

  const written = patchMark(flow, key, { text: "Ask Ada", colour: "green", size: [240, 96] });
  const moved = patchMark(written, key, { position: [0, 0] });

  assert.deepEqual(noteRect(flow, key), { x: 16, y: 32, w: 208, h: 144 });
  assert.deepEqual(noteRect(moved, key), { x: 0, y: 0, w: 240, h: 96 });
  assert.equal(moved.steps, before.steps);
  assert.deepEqual(patchMark(moved, key, null).canvas?.notes, {});
  assert.equal(patchMark(before, "note:none", { text: "x" }), before);
});
