/** Tests of steering.js: what fingers, the wheel and keys do to a view. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { steer, viewKeys, wheel } from "./steering.js";

function view() {
  /** @type {any[]} */
  const done = [];
  const viewport = /** @type {any} */ ({
    local: (/** @type {any} */ { clientX, clientY }) => [clientX, clientY],
    pan: (/** @type {number} */ x, /** @type {number} */ y) => done.push(["pan", x, y]),
    zoom: (/** @type {number} */ by, /** @type {any} */ at) => done.push(["zoom", by, at]),
  });
  return { viewport, done };
}
const at = (/** @type {number} */ x, /** @type {number} */ y) =>
  /** @type {any} */ ({ pointerId: 1, clientX: x, clientY: y });

test("one finger pans by as much as it moves", () => {
  const { viewport, done } = view();
  const held = new Map([[1, /** @type {[number, number]} */ ([10, 10])]]);

  steer(viewport, held, at(15, 8));
  steer(viewport, held, at(15, 9));

  assert.deepEqual(done, [
    ["pan", 5, -2],
    ["pan", 0, 1],
  ]);
});

test("two fingers zoom by as much as they part, about the one that rests", () => {
  const { viewport, done } = view();
  /** @type {Map<number, [number, number]>} */
  const held = new Map([
    [1, [10, 0]],
    [2, [0, 0]],
  ]);

  steer(viewport, held, at(20, 0));

  assert.deepEqual(done, [["zoom", 2, [0, 0]]]);
});

test("two fingers in one place are no division by nothing", () => {
  const { viewport, done } = view();
  /** @type {Map<number, [number, number]>} */
  const held = new Map([
    [1, [5, 5]],
    [2, [5, 5]],
  ]);

  steer(viewport, held, at(7, 5));

  assert.deepEqual(done, [["zoom", 2, [5, 5]]]);
});

test("the wheel pans, with Shift to the side, and zooms with Ctrl", () => {
  const { viewport, done } = view();
  const turned = (/** @type {object} */ more) =>
    /** @type {any} */ ({ ...at(3, 4), deltaX: 0, deltaY: 30, preventDefault() {}, ...more });

  wheel(viewport, turned({}));
  wheel(viewport, turned({ shiftKey: true }));
  wheel(viewport, turned({ ctrlKey: true }));

  assert.deepEqual(done, [
    ["pan", -0, -30],
    ["pan", -30, 0],
    ["zoom", Math.exp(-0.1), [3, 4]],
  ]);
});

test("arrows move what is seen their way, and 1 shows all", () => {
  const { viewport, done } = view();
  const keys = viewKeys(viewport, () => done.push("all"));

  keys.ArrowRight();
  keys["1"]();

  assert.deepEqual(done, [["pan", -48, 0], "all"]);
});
