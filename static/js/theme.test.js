import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTheme, readTheme } from "./theme.js";

test("goes round from system to light to dark and back", () => {
  assert.equal(nextTheme("system"), "light");
  assert.equal(nextTheme("light"), "dark");
  assert.equal(nextTheme("dark"), "system");
});

test("takes an unknown stored word for the system's theme", () => {
  assert.equal(readTheme("sepia"), "system");
  assert.equal(readTheme(null), "system");
});
