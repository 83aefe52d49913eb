import assert from "node:assert/strict";
import { test } from "node:test";
import { whatIsNext } from "./steps.js";

/** @param {string} value @returns {import("./steps.js").Held} */
const click = (value) => ({ isClick: true, name: "_op", value, checked: false });
/** @type {import("./steps.js").Held} */
const change = { isClick: false, name: "/mib", value: "X", checked: false };

test("changes before the next click are written, what is behind it waits on", () => {
  const held = [change, click("add:/objects"), click("key:1")];

  assert.deepEqual(whatIsNext({ step: "add:/objects", held }), {
    changes: [change],
    click: click("add:/objects"),
    rest: [click("key:1")],
  });
});

test("without a click all changes are written", () => {
  assert.deepEqual(whatIsNext({ step: "add:/objects", held: [change] }), {
    changes: [change],
    click: undefined,
    rest: [],
  });
});

test("once a row is gone, no other row is taken for it", () => {
  const held = [change, click("del:/objects/1"), click("add:/objects")];

  assert.deepEqual(whatIsNext({ step: "del:/objects/0", held }), {
    changes: [],
    click: click("add:/objects"),
    rest: [],
  });
});
