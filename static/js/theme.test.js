import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTheme } from "./theme.js";

test("goes round from system to light to dark and back", () => {
  assert.equal(nextTheme(""), "light");
  assert.equal(nextTheme("light"), "dark");
  assert.equal(nextTheme("dark"), "");
});

test("takes an unknown theme for the system's", () => {
  assert.equal(nextTheme("sepia"), "light");
  assert.equal(nextTheme(undefined), "light");
});
