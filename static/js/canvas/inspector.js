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
import { need } from "./dom.js";

export class Inspector {
  /** Changes on their way: the form stays until their answers came, or they would be lost. */
  #underway = new Set();
  /** @type {string|null} */
  #shown = null;
  #value = "";
  /** Where the focus goes once the form is there: a place in it. */
  #awaited = "";
  /** The field that had the focus before the form was drawn anew, and may have lost it. */
  #before = "";
  panel = need("#inspector");

  /** @param {DesignerPage} page */
  constructor(page) {
    const { editor } = page;
    const { panel } = this;
    this.page = page;
    this.editor = editor;
    document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
      if (ctx.sourceElement.id === "inspector-form") this.#underway.add(ctx);
    });
    document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
      if (this.#underway.delete(ctx)) this.#follow();
    });
    document.addEventListener("htmx:before:swap", () => {
      const field = panel.querySelector(":focus")?.closest("[data-field]");
      this.#before = field?.getAttribute("data-field") ?? "";
    });
    document.addEventListener("htmx:after:swap", () => this.#take());
    editor.on("selection", () => {
      this.#awaited = "";
      this.#follow();
    });
    editor.on("flow", () => this.#follow());
    const facts = () => ({ document: page.document(), step: editor.only ?? "" });
    const picker = new DataPicker(panel, { facts, say: (text) => editor.say(text) });
    mountExpressions(panel, picker);
    mountRich(panel);
    this.#follow();
  }

  /** @param {string} id */
  #nodeOf(id) {
    const flow = /** @type {Flow & Json} */ (this.editor.flow);
    if (!id) return { description: flow.description, vars: flow.vars };
    return (Object.hasOwn(flow.steps, id) ? flow.steps : flow.triggers)[id];
  }

  /** What the form of what is selected was made from, as text. @param {string} id */
  #valueOf(id) {
    const nodes = id.split(",").map((one) => settingsOf(this.#nodeOf(one) ?? {}));
    return nodes.join();
  }

  /** Ask for the form of what is selected: a node's id, several with commas between, "" for the workflow. */
  #follow() {
    const id = [...this.editor.selection].join(",");
    const active = this.panel.querySelector(":focus");
    if (id !== this.#shown && active instanceof HTMLElement) active.blur(); // so that its change is sent first
    if (this.#underway.size) return;
    const value = this.#valueOf(id);
    if (id === this.#shown && value === this.#value) return;
    this.#shown = id;
    this.#value = value;
    const { facts } = this.page;
    const one = this.editor.only && this.#nodeOf(id);
    htmx.ajax("POST", one ? facts.inspector_url : facts.whole_url, {
      source: "#inspector-asks", // htmx sends along what stands in its source
      target: "#inspector",
      swap: "innerHTML",
      values: { document: this.page.document(), node: id, value: JSON.stringify(one) },
    });
  }

  #take() {
    this.#refocus();
    const data = this.panel.querySelector("#inspector-value");
    if (!data) return;
    const { node, value, changed, settings } = JSON.parse(data.textContent ?? "null");
    data.remove();
    if (settings) this.editor.change("Workflow changed", { ...this.editor.flow, ...{ settings } });
    if (changed) this.#enter(node, value);
    this.#value = node === this.#shown ? this.#valueOf(node) : "";
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

  /** @param {string} node @param {Record<string, any>} value  of several: what changes, by id */
  #enter(node, value) {
    const { editor } = this;
    if (node.includes(",")) return editor.patchEach(value, "Steps changed");
    const current = this.#nodeOf(node);
    if (!current || settingsOf(current) === settingsOf(value)) return;
    const gone = Object.fromEntries(Object.keys(current).map((key) => [key, undefined]));
    if (!node) return editor.change("Workflow changed", { ...editor.flow, ...gone, ...value });
    const { position, within, loops } = /** @type {any} */ (current);
    const patch = { ...gone, ...value, position, within, loops };
    editor.patch(node, patch, `${editor.face(node).title} changed`);
  }

  /** Show a field of what is selected, such as /config/when. @param {string} name */
  focusField(name) {
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
