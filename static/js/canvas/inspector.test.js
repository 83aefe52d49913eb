import assert from "node:assert/strict";
import { test } from "node:test";
import { Editor } from "./editor.js";
import { mountInspector } from "./inspector.js";

/** Whose form is shown, and each field that got the focus. */
let shown = "log";
/** @type {string[]} */
const focused = [];

class Place extends EventTarget {
  dataset = {};
  name = "";
  open = false;
  contains = () => false;
  closest = () => null;
  matches = () => false;
  checkVisibility = () => true;
  scrollIntoView = () => {};
  querySelectorAll = () => [this];
  getElementById = () => null;
  createElement = () => new Place();
  setAttribute() {}
  append() {}
  body = { append() {} };
  getAttribute = () => shown;
  blur() {}
  focus = () => focused.push(`${this.name} of ${shown}`);
  /** @param {string} selector */
  querySelector(selector) {
    const [, field] = /^\[data-field="(.*)"\]$/.exec(selector) ?? [];
    const place = new Place();
    place.name = field;
    return selector === "#inspector-value" ? null : place;
  }
}

/** Two steps, of which none is selected. */
function arranged() {
  const document = new Place();
  Object.assign(globalThis, {
    document,
    HTMLElement: Place,
    HTMLInputElement: class {},
    Element: Place,
    CSS: { escape: String },
    htmx: { ajax() {} },
    addEventListener() {},
  });
  const steps = { log: { block: "x", version: "1" }, mail: { block: "x", version: "1" } };
  const editor = new Editor({ triggers: {}, steps, wires: [] }, {});
  /** @type {any} */
  const page = { editor, facts: {}, document: () => "" };
  return { document, editor, page };
}

test("a problem waits for the form that its field is in", () => {
  const { document, editor, page } = arranged();
  const inspector = mountInspector(page);
  editor.select(["mail"]);

  inspector.focusField("/config/body");
  document.dispatchEvent(new Event("htmx:after:swap")); // of another part of the page
  assert.deepEqual(focused, []);

  shown = "mail";
  document.dispatchEvent(new Event("htmx:after:swap"));
  assert.deepEqual(focused, ["/config/body of mail"]);
});

test("what is typed is in the document before what needs it is asked for", async () => {
  const { document, page } = arranged();
  mountInspector(page);
  const ctx = { sourceElement: { id: "inspector-form" } };
  const told = (/** @type {string} */ name) =>
    document.dispatchEvent(new CustomEvent(`htmx:${name}`, { detail: { ctx } }));
  let isSettled = false;
  told("config:request");

  const settled = page.settled().then(() => {
    isSettled = true;
  });
  await new Promise(setImmediate);
  assert.equal(isSettled, false);

  told("finally:request");
  await settled;
});
