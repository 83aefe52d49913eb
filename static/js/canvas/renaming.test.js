import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Editor } from "./editor.js";
import { mountRenaming } from "./renaming.js";

const flowWith = (/** @type {string[]} */ ...ids) => {
  const steps = ids.map((id) => [id, { block: "x", version: "1", position: [0, 0] }]);
  return { triggers: {}, steps: Object.fromEntries(steps), wires: [] };
};

/** @type {any} */
let page;
/** What the form of the dialog sends, each time. @type {FormData[]} */
let sent;
/** @type {string[]} */
let shown;
let isOpen = true;

class Dialog {
  querySelector = () => this;
  close = () => {
    isOpen = false;
  };
}

/** The button that the server made of what was sent. */
const button = {
  dataset: { document: JSON.stringify(flowWith("letter", "wait")) },
  form: { requestSubmit: () => ask({ what: "step:mail", name: "letter" }) },
};

/** @param {Record<string, string>} about */
function ask(about) {
  const body = new FormData();
  for (const [name, value] of Object.entries(about)) body.set(name, value);
  page.sends.renaming(body);
  sent.push(body);
}

beforeEach(() => {
  [sent, shown, isOpen] = [[], [], true];
  Object.assign(globalThis, { HTMLElement: Dialog, document: new Dialog() });
  const editor = new Editor(flowWith("mail", "wait"), {});
  const show = (/** @type {string} */ id) => shown.push(id);
  const document = (/** @type {FormData} */ body) =>
    body.set("document", JSON.stringify(editor.flow));
  page = { deeds: {}, editor, sends: { document }, show };
  mountRenaming(page);
  editor.select(["mail"]);
  ask({});
});

test("what is selected is offered to be renamed", () => {
  assert.equal(sent[0].get("what"), "step:mail");
});

test("a step that was renamed is selected under its new name", () => {
  page.deeds.renamed(null, button);

  assert.deepEqual(Object.keys(page.editor.flow.steps), ["letter", "wait"]);
  assert.deepEqual(shown, ["letter"]);
  assert.equal(isOpen, false);
});

test("what changed since the dialog opened is asked about anew, and stays", () => {
  page.editor.replace(flowWith("mail", "wait", "theirs"));

  page.deeds.renamed(null, button);

  assert.deepEqual(Object.keys(page.editor.flow.steps), ["mail", "wait", "theirs"]);
  assert.equal(sent[1].get("name"), "letter");
  assert.ok("theirs" in JSON.parse(String(sent[1].get("document"))).steps);
  assert.equal(isOpen, true);
});
