import assert from "node:assert/strict";
import { test } from "node:test";
import { chordOf, mountKeys } from "./keys.js";

for (const [event, chord] of /** @type {const} */ ([
  [{ key: "N" }, "n"],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: "+", shiftKey: true }, "+"],
  [{ key: "z", metaKey: true }, "ctrl+z"],
  [{ key: "Z", ctrlKey: true, shiftKey: true }, "ctrl+shift+z"],
  [{ key: "ArrowLeft", altKey: true }, "alt+arrow"],
  [{ key: "ArrowUp", shiftKey: true }, "shift+arrow"],
  [{ key: "F2" }, "f2"],
  [{ key: "Delete" }, "delete"],
])) {
  test(`${JSON.stringify(event)} is written ${chord}`, () => {
    assert.equal(chordOf(event), chord);
  });
}

test("a text field on the canvas keeps its keys; after a deed the canvas has the focus at once", () => {
  /** @type {string[]} */
  const done = [];
  const root = Object.assign(new EventTarget(), { tagName: "TEXTAREA" });
  const facts = { deeds: [{ name: "first", keys: ["home"] }] };
  const page = { deeds: { first: () => done.push("first") }, facts, root };
  mountKeys(/** @type {any} */ ({ ...page, keepFocus: () => done.push("focus") }));
  const press = () =>
    root.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { key: "Home" }));

  assert.ok(press());
  root.tagName = "DIV";

  assert.ok(!press());
  assert.deepEqual(done, ["first", "focus"]);
});
