import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { mountTogether } from "./together.js";

class Place extends EventTarget {
  returnValue = "";
  open = false;
  show() {
    this.open = true;
  }
  focus() {}
  querySelector = () => this;
  /** @param {string} [value] */
  close(value) {
    this.returnValue = value ?? this.returnValue;
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }
}

/** @type {Place} */
let place;
/** @type {any} */
let saving;
/** @type {any[]} */
let merged;

beforeEach(() => {
  [place, merged] = [new Place(), []];
  Object.assign(globalThis, {
    HTMLElement: Place,
    document: place,
    addEventListener() {},
    FormData: function FormData() {
      return [["/vars/lost", "mine"]];
    },
  });
  const merge = (/** @type {any} */ choices) => merged.push([choices, saving.pending]);
  saving = { page: "p", state: "saved", pending: "kept", merge };
  mountTogether(/** @type {any} */ ({ deeds: {}, sends: {}, editor: { on() {} }, saving }));
  saving.ask("");
});

test("changes that are looked at and left for later wait no more", () => {
  place.close();

  assert.equal(saving.pending, null);
  assert.deepEqual(merged, []);
});

test("a collision that is left for later can still be chosen about", () => {
  saving.state = "conflict";

  place.close();

  assert.equal(saving.pending, "kept");
});

test("what was chosen is merged, also after it was left for later once", () => {
  place.close("merge");
  saving.ask("");
  place.close();

  assert.deepEqual(merged, [[{ "/vars/lost": "mine" }, "kept"]]);
});
