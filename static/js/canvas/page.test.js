import assert from "node:assert/strict";
import { test } from "node:test";
import { Editor } from "./editor.js";
import { DesignerPage } from "./page.js";

test("a step that is gone is said to be, and nothing is selected", () => {
  const editor = new Editor({ triggers: {}, steps: {}, wires: [] }, {});
  /** @type {string[]} */
  const said = [];
  editor.on("say", (text) => said.push(text));

  DesignerPage.prototype.show.call(/** @type {any} */ ({ editor }), "mail");

  assert.deepEqual(said, ["That step is gone."]);
  assert.equal(editor.only, null);
});
