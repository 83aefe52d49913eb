import assert from "node:assert/strict";
import { test } from "node:test";
import { composed, filled, startOf } from "./texts.js";

const OBJECT = { path: "trigger.alarm.managed_object", kind: "text" };

test("a path takes the place of an empty text, and joins what is written", () => {
  assert.equal(filled("text", "", 0, OBJECT), "= trigger.alarm.managed_object");
  assert.equal(
    filled("text", 'Say "down": ', 12, OBJECT),
    '= "Say \\"down\\": " + trigger.alarm.managed_object',
  );
  assert.equal(
    filled("text", "a b", 2, { path: "run.n", kind: "number" }),
    '= "a " + string(run.n) + "b"',
  );
});

test("a number or a choice takes the path alone, a condition takes it where the caret is", () => {
  assert.equal(filled("value", "5", 1, OBJECT), "= trigger.alarm.managed_object");
  assert.equal(filled("condition", " == 'x'", 0, { path: "item", kind: "" }), "item == 'x'");
  assert.equal(filled("code", "= ", 2, OBJECT), "= trigger.alarm.managed_object");
  assert.equal(filled("code", "= 1 + ", 6, { path: "item", kind: "" }), "= 1 + item");
});

test("a rule's text takes a field in braces", () => {
  assert.equal(filled("braces", "Down: ", 6, { path: "place", kind: "text" }), "Down: {place}");
});

test("a text without data is plain again, and data alone a path", () => {
  assert.equal(composed([{ text: "Down" }]), "Down");
  assert.equal(composed([{ text: "" }, { text: "x", ...OBJECT }]), `= ${OBJECT.path}`);
  const twice = [
    { text: "", ...OBJECT },
    { text: "", path: "vars.all", kind: "list" },
  ];
  assert.equal(composed(twice), `= "" + ${OBJECT.path} + vars.all.join(', ')`);
});

test("an expression is completed by path, by title, and by what can follow a path", () => {
  const offer = { insert: 'trigger.?alarm.?place.orValue("")', words: "alarm › place" };
  assert.equal(startOf("= trigger.al", 12, offer), 2);
  assert.equal(startOf("= pla", 5, offer), 2);
  assert.equal(startOf("= other", 7, offer), -1);
  assert.equal(startOf("= ", 2, offer), -1);
  const follows = { insert: '.contains("', words: "" };
  assert.equal(startOf("item.con", 8, follows), 4);
  assert.equal(startOf(".con", 4, follows), -1);
});
