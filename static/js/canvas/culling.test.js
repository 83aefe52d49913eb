import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { mountCulling } from "./culling.js";
import { Editor } from "./editor.js";

const SHOWN = { x: 0, y: 0, w: 100, h: 100 };
const HERE = { x: 10, y: 10, w: 10, h: 10 };
const AWAY = { x: 9000, y: 0, w: 10, h: 10 };

/** @type {any} */
let scene;
/** @type {any} */
let viewport;
/** @type {string[]} */
let classes;

/** @param {number} size @param {number} zoom */
function mounted(size, zoom = 1) {
  Object.assign(scene, { size });
  Object.assign(viewport, { view: { zoom } });
  const root = { classList: { contains: (/** @type {string} */ one) => classes.includes(one) } };
  const world = { classList: { toggle() {} } };
  const editor = new Editor({ triggers: {}, steps: { s: {} }, wires: [] }, {});
  mountCulling(/** @type {any} */ ({ editor, root, scene, viewport, world }));
  return editor;
}

beforeEach(() => {
  classes = [];
  scene = { cull() {}, element: (/** @type {string} */ id) => id };
  viewport = { shown: SHOWN, onMove: (/** @type {() => void} */ look) => look() };
  Object.assign(globalThis, { document: { activeElement: "focused" } });
});

test("of many steps those near the screen are drawn, and the one with the focus wherever it stands", () => {
  mounted(200);

  assert.ok(scene.sight.isNear(["s"], HERE));
  assert.ok(!scene.sight.isNear(["s"], AWAY));
  assert.ok(scene.sight.isNear(["focused"], AWAY));
});

test("of many steps the selected one is drawn wherever it stands", () => {
  mounted(200).select(["s"]);

  assert.ok(scene.sight.isNear(["s"], AWAY));
});

test("a wire is drawn where one of its ends is held", () => {
  mounted(200);

  assert.ok(scene.sight.isNear(["s", "focused"], AWAY));
});

test("from afar many steps are boxes, but for the one with the focus", () => {
  mounted(200, 0.2);

  assert.ok(!scene.sight.isLegible("s"));
  assert.ok(scene.sight.isLegible("focused"));
});

test("few steps are all drawn at any distance", () => {
  mounted(20, 0.2);

  assert.ok(scene.sight.isNear(["s"], AWAY));
  assert.ok(scene.sight.isLegible("s"));
});

test("the outline has all steps", () => {
  mounted(200, 0.2);
  classes.push("canvas--outline");

  assert.ok(scene.sight.isNear(["s"], AWAY));
  assert.ok(scene.sight.isLegible("s"));
});
