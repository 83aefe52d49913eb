import assert from "node:assert/strict";
import { test } from "node:test";
import { deedOf, keyName } from "./keys.js";

const PLAIN = { ctrlKey: false, metaKey: false, altKey: false };

test("a key is named with what is held", () => {
  assert.equal(keyName({ ...PLAIN, key: "Enter", ctrlKey: true }), "ctrl+Enter");
  assert.equal(keyName({ ...PLAIN, key: "Enter", metaKey: true }), "ctrl+Enter");
  assert.equal(keyName({ ...PLAIN, key: "ArrowUp", altKey: true }), "alt+ArrowUp");
});

test("while one edits, left and right are for the caret", () => {
  assert.equal(deedOf("ArrowLeft", true), null);
  assert.notEqual(deedOf("ArrowLeft", false), null);
  assert.notEqual(deedOf("ArrowDown", true), null);
});

test("letters and the browser's own keys are left alone", () => {
  assert.equal(deedOf("a", false), null);
  assert.equal(deedOf("ctrl+c", false), null);
});
