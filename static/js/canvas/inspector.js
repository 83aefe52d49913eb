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

/** @param {DesignerPage} page */
export function mountInspector(page) {
  const { editor } = page;
  const panel = need("#inspector");
  /** Changes on their way: the form stays until their answers came, or they would be lost. */
  const underway = new Set();
  /** @type {string|null} */
  let shown = null;
  let formed = "";
  /** Where the focus goes once the form is there: a place in it. */
  let awaited = "";
  /** The field that had the focus before the form was drawn anew, and may have lost it. */
  let before = "";
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.id === "inspector-form") underway.add(ctx);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (underway.delete(ctx)) follow();
  });
  document.addEventListener("htmx:before:swap", () => {
    const field = panel.querySelector(":focus")?.closest("[data-field]");
    before = field?.getAttribute("data-field") ?? "";
  });
  document.addEventListener("htmx:after:swap", () => take());
  page.settled = async () => {
    /** @type {HTMLElement|null} */ (panel.querySelector("#inspector-form :focus"))?.blur();
    while (underway.size)
      await new Promise((done) =>
        document.addEventListener("htmx:finally:request", done, { once: true }),
      );
  };
  editor.on("selection", () => {
    awaited = "";
    follow();
  });
  editor.on("flow", () => follow());
  const facts = () => ({ document: page.document(), step: editor.only ?? "" });
  const picker = new DataPicker(panel, { facts, say: (text) => editor.say(text) });
  mountExpressions(panel, picker);
  mountRich(panel);
  follow();

  /** @param {string} id */
  function nodeOf(id) {
    const flow = /** @type {Flow & Json} */ (editor.flow);
    if (!id) return { description: flow.description, vars: flow.vars };
    return (Object.hasOwn(flow.steps, id) ? flow.steps : flow.triggers)[id];
  }

  /** What the form of what is selected was made from, as text. @param {string} id */
  function valueFor(id) {
    const nodes = id.split(",").map((one) => settingsOf(nodeOf(one) ?? {}));
    return nodes.join();
  }

  /** Ask for the form of what is selected: a node's id, several with commas between, "" for the workflow. */
  function follow() {
    const id = [...editor.selection].join(",");
    /** @type {HTMLElement|null} */
    const active = panel.querySelector(":focus");
    if (id !== shown) active?.blur(); // so that its change is sent first
    if (underway.size) return;
    const value = valueFor(id);
    if (id === shown && value === formed) return;
    shown = id;
    formed = value;
    const { facts } = page;
    const one = editor.only && nodeOf(id);
    htmx.ajax("POST", one ? facts.inspector_url : facts.whole_url, {
      source: "#inspector-asks", // htmx sends along what stands in its source
      target: "#inspector",
      swap: "innerHTML",
      values: { document: page.document(), node: id, value: JSON.stringify(one) },
    });
  }

  function take() {
    refocus();
    const data = panel.querySelector("#inspector-value");
    if (!data) return;
    const { node, value, changed, settings } = JSON.parse(data.textContent ?? "null");
    data.remove();
    if (settings) editor.change("Workflow changed", { ...editor.flow, ...{ settings } });
    if (changed) enter(node, value);
    formed = node === shown ? valueFor(node) : "";
    follow();
  }

  /** Give the focus to what is waited for, or back to what was drawn anew under it. */
  function refocus() {
    const shown = panel.querySelector("[name=node]")?.getAttribute("value");
    if (awaited && shown !== editor.only) return; // its form is on the way
    const lost = document.activeElement === document.body ? before : "";
    const name = [awaited, panel.dataset.returns, lost].find(Boolean);
    const field = name && fieldAt(panel, name);
    delete panel.dataset.returns;
    awaited = "";
    if (!field) return;
    const tab = field.closest(".inspector__tab")?.id.slice("tab-".length);
    const shows = document.getElementById(`show-${tab}`);
    if (shows instanceof HTMLInputElement) shows.checked = true;
    focusIn(field);
  }

  /** @param {string} node @param {Record<string, any>} value  of several: what changes, by id */
  function enter(node, value) {
    if (node.includes(",")) return editor.patchEach(value, "Steps changed");
    const current = nodeOf(node);
    if (!current || settingsOf(current) === settingsOf(value)) return;
    const gone = Object.fromEntries(Object.keys(current).map((key) => [key, undefined]));
    if (!node) return editor.change("Workflow changed", { ...editor.flow, ...gone, ...value });
    const { position, within, loops } = /** @type {any} */ (current);
    const patch = { ...gone, ...value, position, within, loops };
    editor.patch(node, patch, `${editor.face(node).title} changed`);
  }

  /** Show a field of what is selected, such as /config/when. @param {string} name */
  function focusField(name) {
    awaited = name;
    refocus();
  }

  function focus() {
    const field = panel.querySelector("#tab-settings [data-field]");
    if (field instanceof HTMLElement) focusIn(field);
  }

  return { focus, focusField };
}

/** A node's settings as text, its place apart: moving a node is no reason to draw the form again. @param {object} node */
function settingsOf(node) {
  const apart = ["position", "within", "loops"];
  const entries = Object.entries(node).filter(
    ([key, value]) => !apart.includes(key) && value !== undefined,
  );
  return JSON.stringify(Object.fromEntries(entries.sort()));
}
