/**
 * Marks on steps: pinned, held before, changed since a run. They hang on the node's element, apart
 * from what the scene draws in it, and are said after its name.
 * @import {DesignerPage} from "./page.js"
 * @import {RunOverlay} from "./types.js"
 */

export class TrialMarks {
  /** Steps that test runs hold before. @type {Set<string>} */
  stops = new Set();
  /** @type {RunOverlay|null} */
  #progress = null;

  /** @param {DesignerPage} page */
  constructor(page) {
    this.page = page;
    /** @type {Set<string>} */
    this.pins = new Set(page.facts.pins);
    /** @param {any} event */
    const take = ({ detail: { called = {}, pins } }) => {
      for (const was in called) if (this.stops.delete(was)) this.stops.add(called[was]);
      this.pins = new Set(pins);
      this.#draw();
    };
    document.body.addEventListener("pins", take);
    document.addEventListener("draft:checked", take);
    document.addEventListener("htmx:after:swap", () => this.#draw());
    page.editor.on("flow", () => this.#draw());
    page.deeds.hold = (_event, button) => this.#toggle(button.value);
    page.sends.stops = (body) => {
      for (const id of this.stopsThere) body.append("stops", id);
    };
    this.#draw();
  }

  /** Of the steps to hold before, those that still stand. */
  get stopsThere() {
    return [...this.stops].filter((id) => Object.hasOwn(this.page.editor.flow.steps, id));
  }

  /** @param {RunOverlay|null} progress */
  show(progress) {
    this.#progress = progress;
    this.#draw();
  }

  /** @param {string} id */
  #toggle(id) {
    if (!this.stops.delete(id)) this.stops.add(id);
    const held = this.stops.has(id) ? "Test runs hold before" : "Test runs no longer hold before";
    this.page.editor.say(`${held} ${this.page.editor.face(id).title}.`);
    this.#draw();
  }

  #draw() {
    const button = document.querySelector("[data-deed=hold]");
    button?.setAttribute(
      "aria-pressed",
      String(this.stops.has(button.getAttribute("value") ?? "")),
    );
    for (const id of Object.keys(this.page.editor.flow.steps)) {
      const words = marksOf(id, this.pins, this.stops, this.#progress);
      const element = this.page.scene.element(id);
      if (!element) continue;
      element.dataset.marks = words.join(" ");
      element.setAttribute("aria-description", words.join(", "));
    }
  }
}

/**
 * @param {string} id
 * @param {Set<string>} pins
 * @param {Set<string>} stops
 * @param {RunOverlay|null} progress
 */
export function marksOf(id, pins, stops, progress) {
  return [
    pins.has(id) ? "pinned" : "",
    stops.has(id) ? "stop" : "",
    progress?.held.includes(id) ? "held" : "",
    progress?.changed.includes(id) ? "changed" : "",
  ].filter(Boolean);
}
