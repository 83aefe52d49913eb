import assert from "node:assert/strict";
import { test } from "node:test";
import { copyPart } from "./document.js";
import { Editor } from "./editor.js";
import { overlaps } from "./geometry.js";
import { addAfter, insert, paste } from "./placing.js";

/** @type {any} */
const ENTRY = {
  ...{ key: "log@1", sort: "step", id: "log", version: "1", title: "Log", summary: "" },
  ...{ outputs: [{ name: "done", title: "Done", tone: "good" }], config: {}, input: {} },
};
const step = (/** @type {[number, number]} */ position) => ({
  block: "log",
  version: "1",
  position,
});
const editor = () =>
  new Editor(
    {
      ...{ flow: 1, name: "", triggers: {} },
      steps: { a: step([0, 0]), b: step([272, 0]), c: step([544, 0]), alone: step([272, 400]) },
      wires: [
        { from: "a:done", to: "b" },
        { from: "b:done", to: "c" },
      ],
    },
    { "log@1": ENTRY },
  );

/** @param {Editor} one */
const isFree = (one) => {
  const faces = one.faces();
  return faces.every((a) => faces.every((b) => a.id === b.id || !overlaps(a.rect, b.rect)));
};

test("a step laid into a wire makes room: what follows moves, what does not stays", () => {
  const one = editor();
  const id = insert(one, ENTRY, one.flow.wires[0]);

  assert.deepEqual(one.flow.steps.a.position, [0, 0]);
  assert.deepEqual(one.flow.steps.alone.position, [272, 400]);
  assert.equal(one.flow.steps.c.position?.[0], 544 + 272);
  assert.ok(one.flow.wires.some((wire) => wire.from === "a:done" && wire.to === id));
  assert.ok(one.flow.wires.some((wire) => wire.from === `${id}:done` && wire.to === "b"));
  assert.ok(isFree(one));
  assert.equal(one.only, id);
});

test("one undo takes it out again, and what moved comes back", () => {
  const one = editor();
  const before = one.flow;
  insert(one, ENTRY, one.flow.wires[0]);
  one.undo();

  assert.equal(one.flow, before);
});

test("what is added or pasted lies on nothing", () => {
  const one = editor();
  addAfter(one, ENTRY, "a", "done");
  paste(one, copyPart(one.flow, new Set(["a", "b"])), "pasted", [0, 0]);

  assert.ok(isFree(one));
});
