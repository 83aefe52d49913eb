/**
 * The form of what is selected: a node, several, or the workflow itself. The server makes it and is
 * told the document with each change; the answer carries the new value, which enters the document like
 * any other edit.
 * @import {DesignerPage} from "./page.js"
 * @import {Flow, Json} from "./types.js"
 */
import { mountExpressions } from "../data/expression.js";
import { fieldAt, focusIn } from "../data/fields.js";
import { DataPicker } from "../data/picker.js";
import { mountRich } from "../data/rich.js";
import { nest } from "./bodies.js";
import { need } from "./dom.js";

const HOLD_MOST_MS = 5000;

export class Inspector {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #held;
  /** @type {string|null} */
  #shown = null;
  /** @type {unknown} */
  #value = null;
  /** Where the focus goes once the form is there: a place in it. */
  #awaited = "";
  /** The field that had the focus before the form was drawn anew, and may have lost it. */
  #before = "";
  panel = need("#inspector");

  /** @param {DesignerPage} page */
  constructor({ editor, facts }) {
    this.editor = editor;
    this.facts = facts;
    const { panel } = this;
    for (const kind of ["change", "submit"]) {
      panel.addEventListener(kind, ({ target }) => {
        if (target instanceof Element && target.closest("#inspector-form")) this.#hold();
      });
    }
    document.addEventListener("htmx:config:request", (event) => {
      const { ctx } = /** @type {CustomEvent} */ (event).detail;
      if (event.target instanceof Element && event.target.id === "inspector-form")
        ctx.request.body.set("document", this.document());
    });
    document.addEventListener("htmx:before:swap", () => {
      const active = document.activeElement;
      const field = panel.contains(active) && active?.closest("[data-field]");
      this.#before = field instanceof HTMLElement ? (field.dataset.field ?? "") : "";
    });
    document.addEventListener("htmx:finally:request", (event) => {
      if (event.target instanceof Element && event.target.id === "inspector-form") this.#release();
    });
    document.addEventListener("htmx:after:swap", () => this.#take());
    editor.on("selection", () => {
      this.#awaited = "";
      this.#follow();
    });
    editor.on("flow", () => this.#follow());
    const facts_ = () => ({ document: this.document(), step: editor.only ?? "" });
    const picker = new DataPicker(panel, { facts: facts_, say: (text) => editor.say(text) });
    mountExpressions(panel, picker);
    mountRich(panel);
    this.#follow();
  }

  /** The workflow as it is now, as the server reads it. */
  document() {
    return JSON.stringify(nest(this.editor.flow));
  }

  /** @param {string} id */
  #nodeOf(id) {
    const flow = /** @type {Flow & Json} */ (this.editor.flow);
    if (!id) return { description: flow.description, vars: flow.vars };
    return flow.steps[id] ?? flow.triggers[id];
  }

  /** A change is on its way: the form stays until the answer came, or the change would be lost. */
  #hold() {
    clearTimeout(this.#held);
    this.#held = setTimeout(() => this.#release(), HOLD_MOST_MS);
  }

  #release() {
    clearTimeout(this.#held);
    this.#held = undefined;
    this.#follow();
  }

  /** What is selected: a node's id, several with commas between them, "" for the workflow itself. */
  get #wanted() {
    return [...this.editor.selection].join(",");
  }

  #follow() {
    const id = this.#wanted;
    const active = document.activeElement;
    if (id !== this.#shown && active instanceof HTMLElement && this.panel.contains(active))
      active.blur(); // so that its change is sent first
    if (this.#held !== undefined) return;
    const value = settingsOf(this.#nodeOf(id) ?? {});
    if (id === this.#shown && value === this.#value) return;
    this.#shown = id;
    this.#value = value;
    this.#ask(id);
  }

  /** Ask for the form of what is selected. @param {string} id */
  #ask(id) {
    const node = this.editor.only ? this.#nodeOf(id) : null;
    const url = node ? this.facts.inspector_url : this.facts.whole_url;
    const document = this.document();
    const values = node
      ? { document, node: id, value: JSON.stringify(node) }
      : { document, nodes: id };
    htmx.ajax("POST", url, {
      source: "#inspector-asks", // htmx sends along what stands in its source
      target: "#inspector",
      swap: "innerHTML",
      values,
    });
  }

  #take() {
    this.#refocus();
    const data = this.panel.querySelector("#inspector-value");
    if (!data) return;
    const { node, value, changed, settings } = JSON.parse(data.textContent ?? "null");
    data.remove();
    if (settings) this.editor.change("Workflow changed", { ...this.editor.flow, ...{ settings } });
    if (changed && this.#nodeOf(node)) this.#enter(node, value);
    if (node === this.#shown) return;
    this.#value = null;
    this.#follow();
  }

  /** Give the focus to what is waited for, or back to what was drawn anew under it. */
  #refocus() {
    const shown = this.panel.querySelector("[name=node]")?.getAttribute("value");
    if (this.#awaited && shown !== this.editor.only) return; // its form is on the way
    const lost = document.activeElement === document.body ? this.#before : "";
    const name = this.#awaited || this.panel.dataset.returns || lost;
    const field = name && fieldAt(this.panel, name);
    delete this.panel.dataset.returns;
    this.#awaited = "";
    if (!field) return;
    const tab = field.closest(".inspector__tab")?.id.slice("tab-".length);
    const shows = document.getElementById(`show-${tab}`);
    if (shows instanceof HTMLInputElement) shows.checked = true;
    focusIn(field);
  }

  /** @param {string} node @param {Record<string, unknown>} value */
  #enter(node, value) {
    const current = this.#nodeOf(node);
    if (node === this.#shown) this.#value = settingsOf(value);
    if (settingsOf(current) === settingsOf(value)) return;
    const gone = Object.fromEntries(Object.keys(current).map((key) => [key, undefined]));
    if (!node) {
      this.editor.change("Workflow changed", { ...this.editor.flow, ...gone, ...value });
      return;
    }
    const { position, within, loops } = /** @type {any} */ (current);
    const patch = { ...gone, ...value, position, within, loops };
    this.editor.patch(node, patch, `${this.editor.face(node).title} changed`);
  }

  /** Show the place a problem points to, such as /steps/x/config/when. @param {string} pointer */
  focusField(pointer) {
    const [, id, rest] = /^\/(?:steps|triggers)\/(?:.*\/steps\/)?([^/]+)(.*)$/.exec(pointer) ?? [];
    if (!id) return;
    const name = /^\/(config|input|undo|connections)\//.test(rest) ? rest : `/node${rest}`;
    if (this.editor.only !== id) this.editor.select([id]);
    this.#awaited = name;
    this.#refocus();
  }

  focus() {
    const field = this.panel.querySelector("#tab-settings [data-field]");
    if (field instanceof HTMLElement) focusIn(field);
  }
}

/** A node's settings as text, its place apart: moving a node is no reason to draw the form again. @param {object} node */
function settingsOf(node) {
  const apart = ["position", "within", "loops"];
  const entries = Object.entries(node).filter(
    ([key, value]) => !apart.includes(key) && value !== undefined,
  );
  return JSON.stringify(Object.fromEntries(entries.sort()));
}
