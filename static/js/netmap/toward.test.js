import assert from "node:assert/strict";
import { test } from "node:test";
import { along, toward } from "./toward.js";

const SPOTS = [
  { id: "middle", x: 0, y: 0 },
  { id: "right", x: 200, y: 0 },
  { id: "far right", x: 400, y: 0 },
  { id: "below", x: 0, y: 100 },
  { id: "steep", x: 60, y: 300 },
];

test("an arrow goes to the nearest card that way", () => {
  assert.equal(toward(SPOTS, "middle", "ArrowRight"), "right");
  assert.equal(toward(SPOTS, "middle", "ArrowDown"), "below");
  assert.equal(toward(SPOTS, "far right", "ArrowLeft"), "right");
});

test("where no card lies that way the focus stays", () => {
  assert.equal(toward(SPOTS, "middle", "ArrowUp"), null);
  assert.equal(toward(SPOTS, "middle", "Enter"), null);
});

test("what lies more aside than ahead is no way on", () => {
  assert.equal(toward([SPOTS[0], SPOTS[4]], "middle", "ArrowRight"), null);
});

test("brackets walk from left to right, line by line, and round", () => {
  assert.equal(along(SPOTS, "middle", 1), "right");
  assert.equal(along(SPOTS, "far right", 1), "below");
  assert.equal(along(SPOTS, "middle", -1), "steep");
  assert.equal(along(SPOTS, "", 1), "middle");
  assert.equal(along([], "", 1), null);
});
