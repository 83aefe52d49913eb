import assert from "node:assert/strict";
import { test } from "node:test";
import { chordOf } from "./keys.js";

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
