import assert from "node:assert/strict";
import { test } from "node:test";
import { takesText } from "./shortcuts.js";

test("a shortcut never steals from a text box", () => {
  assert.equal(takesText({ tagName: "INPUT", type: "search" }), true);
  assert.equal(takesText({ tagName: "TEXTAREA" }), true);
  assert.equal(takesText({ tagName: "DIV", isContentEditable: true }), true);
});

test("a checkbox and the page take no text", () => {
  assert.equal(takesText({ tagName: "INPUT", type: "checkbox" }), false);
  assert.equal(takesText({ tagName: "BODY" }), false);
});
