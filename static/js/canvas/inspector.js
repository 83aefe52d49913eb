/**
 * The form of the selected node, made on the server from its block's schemas. Each change posts the
 * form; the answer carries the node's new value, which enters the document like any other edit.
 * @import {Editor} from "./editor.js"
 */
import { make } from "./dom.js";
import { inserted, readable } from "./variables.js";

const HOLD_MOST_MS = 5000;
const TEXT = "input[type=text], input:not([type]), textarea";

export class Inspector {
  /** @type {HTMLInputElement|HTMLTextAreaElement|null} the text field the person was in last */
  #field = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #held;
  /** @type {string|null} */
  #shown = null;
  /** @type {unknown} */
  #value = null;

  /** @param {Editor} editor @param {HTMLElement} panel @param {string} url */
  constructor(editor, panel, url) {
    this.editor = editor;
    this.panel = panel;
    this.url = url;
    this.hint = [...panel.childNodes];
    for (const kind of ["change", "submit"]) {
      panel.addEventListener(kind, () => this.#hold());
    }
    document.addEventListener("htmx:finally:request", (event) => {
      if (event.target instanceof Element && event.target.id === "inspector-form") this.#release();
    });
    editor.on("selection", () => this.#follow());
    editor.on("flow", () => this.#follow());
    document.addEventListener("htmx:after:swap", () => {
      this.#take();
      this.#offer();
    });
    panel.addEventListener("focusin", (event) => {
      const field = event.target;
      const isText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
      if (isText && field.matches(TEXT) && /^\/(config|input)\//.test(field.name))
        this.#field = field;
    });
  }

  /** @param {string} id */
  #nodeOf(id) {
    return this.editor.flow.steps[id] ?? this.editor.flow.triggers[id];
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

  #follow() {
    const active = document.activeElement;
    const leaves = this.editor.only !== this.#shown && active && this.panel.contains(active);
    if (leaves && active instanceof HTMLElement) active.blur(); // so that its change is sent first
    if (this.#held !== undefined) return;
    const id = this.editor.only;
    const value = id ? settingsOf(this.#nodeOf(id)) : "";
    if (id === this.#shown && value === this.#value) return;
    this.#shown = id;
    this.#value = value;
    if (!id) {
      this.panel.replaceChildren(...this.hint);
      return;
    }
    const values = { node: id, value: JSON.stringify(this.#nodeOf(id)) };
    htmx.ajax("POST", this.url, { target: "#inspector", swap: "innerHTML", values });
  }

  #take() {
    const data = this.panel.querySelector("#inspector-value");
    if (!data) return;
    const { node, value, changed } = JSON.parse(data.textContent ?? "null");
    data.remove();
    if (changed && this.#nodeOf(node)) this.#enter(node, value);
    if (node === this.#shown) return;
    this.#value = null;
    this.#follow();
  }

  /** @param {string} node @param {Record<string, unknown>} value */
  #enter(node, value) {
    const current = this.#nodeOf(node);
    if (node === this.#shown) this.#value = settingsOf(value);
    if (settingsOf(current) === settingsOf(value)) return;
    const gone = Object.fromEntries(Object.keys(current).map((key) => [key, undefined]));
    const patch = { ...gone, ...value, position: current.position };
    this.editor.patch(node, patch, `${this.editor.face(node).title} changed`);
  }

  /** Fill the data picker with what this step can read. */
  #offer() {
    const place = this.panel.querySelector("[data-picker]");
    if (!place || !this.#shown || place.childElementCount > 0) return;
    const items = readable(this.editor.flow, this.#shown, this.editor.catalogue);
    place.replaceChildren(
      ...items.map(({ path, from }) => {
        const button = make("button", { type: "button", class: "data-item" }, [
          make("code", {}, [path]),
          make("span", { class: "faint" }, [from]),
        ]);
        button.addEventListener("click", () => this.#insert(path));
        return make("li", {}, [button]);
      }),
    );
  }

  /** @param {string} path */
  #insert(path) {
    const field = this.#field;
    if (!field?.isConnected) {
      this.editor.say("Click into a field first, then choose what goes there.");
      return;
    }
    field.value = inserted(field.value, field.selectionStart ?? field.value.length, path);
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
    this.editor.say(`${path} put in.`);
  }

  focus() {
    const first = this.panel.querySelector("input:not([type=hidden]), select, textarea");
    if (first instanceof HTMLElement) first.focus();
  }
}

/** A node's settings as text, its place apart: moving a node is no reason to draw the form again. @param {object} node */
function settingsOf(node) {
  const entries = Object.entries(node).filter(([key]) => key !== "position");
  return JSON.stringify(Object.fromEntries(entries.sort()));
}
