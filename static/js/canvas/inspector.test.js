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

test("a problem waits for the form that its field is in", () => {
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
  const page = { editor, facts: {}, document: () => "" };
  const inspector = mountInspector(/** @type {any} */ (page));
  editor.select(["mail"]);

  inspector.focusField("/config/body");
  document.dispatchEvent(new Event("htmx:after:swap")); // of another part of the page
  assert.deepEqual(focused, []);

  shown = "mail";
  document.dispatchEvent(new Event("htmx:after:swap"));
  assert.deepEqual(focused, ["/config/body of mail"]);
});
