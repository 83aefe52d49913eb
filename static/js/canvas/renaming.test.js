import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Editor } from "./editor.js";
import { mountRenaming } from "./renaming.js";

const flowWith = (/** @type {string[]} */ ...ids) => {
  const steps = ids.map((id) => [id, { block: "x", version: "1", position: [0, 0] }]);
  return { triggers: {}, steps: Object.fromEntries(steps), wires: [] };
};

class Dialog {
  dataset = { document: JSON.stringify(flowWith("letter", "wait")) };
  isOpen = false;
  querySelector = () => this;
  showModal = () => {
    this.isOpen = true;
  };
  close = () => {
    this.isOpen = false;
  };
}

/** @type {any} */
let page;
/** @type {any[]} */
let sent;
/** @type {string[]} */
let shown;
/** @type {Dialog} */
let dialog;

beforeEach(() => {
  [dialog, sent, shown] = [new Dialog(), [], []];
  Object.assign(globalThis, {
    HTMLElement: Dialog,
    FormData: function FormData() {
      return Object.entries({ what: "step:mail", name: "letter" });
    },
    document: dialog,
    htmx: { ajax: (/** @type {any} */ ...asked) => sent.push(asked[2].values) },
  });
  const editor = new Editor(flowWith("mail", "wait"), {});
  const show = (/** @type {string} */ id) => shown.push(id);
  page = { deeds: {}, editor, facts: {}, show };
  mountRenaming(page);
  editor.select(["mail"]);
  page.deeds["rename-id"]();
});

test("a step that was renamed is selected under its new name", () => {
  page.deeds.renamed();

  assert.deepEqual(Object.keys(page.editor.flow.steps), ["letter", "wait"]);
  assert.deepEqual(shown, ["letter"]);
  assert.equal(dialog.isOpen, false);
});

test("what changed since the dialog opened is asked about anew, and stays", () => {
  page.editor.replace(flowWith("mail", "wait", "theirs"));

  page.deeds.renamed();

  assert.deepEqual(Object.keys(page.editor.flow.steps), ["mail", "wait", "theirs"]);
  const { document, ...about } = sent[1];
  assert.deepEqual(about, { what: "step:mail", name: "letter" });
  assert.ok("theirs" in JSON.parse(document).steps);
  assert.equal(dialog.isOpen, true);
});
