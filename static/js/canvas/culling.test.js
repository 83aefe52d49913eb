import assert from "node:assert/strict";
import { test } from "node:test";
import { mountCulling } from "./culling.js";
import { Editor } from "./editor.js";

test("of many steps the one with the focus is drawn, wherever it stands", () => {
  const away = new Set();
  const classList = (/** @type {number} */ at) => ({
    toggle: (/** @type {string} */ _name, /** @type {boolean} */ on) => on && away.add(at),
  });
  const elements = Array.from({ length: 200 }, (_, at) => ({ classList: classList(at) }));
  const rect = { x: 9000, y: 0, w: 10, h: 10 };
  const scene = {
    faces: () => elements.map((_, id) => ({ id, rect })),
    element: (/** @type {number} */ id) => elements[id],
  };
  const shown = { x: 0, y: 0, w: 100, h: 100 };
  const viewport = { shown, view: { zoom: 1 }, onMove: (/** @type {() => void} */ look) => look() };
  const editor = new Editor({ triggers: {}, steps: {}, wires: [] }, {});
  const world = { classList: { toggle() {} } };
  Object.assign(globalThis, { document: { activeElement: elements[7] } });

  mountCulling(/** @type {any} */ ({ editor, scene, viewport, world }));

  assert.equal(away.size, 199);
  assert.ok(!away.has(7));
});
