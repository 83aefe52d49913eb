/**
 * The designer's page as its parts see it: the document, the drawing, the view, saving, and what the
 * buttons of the page do. Parts add themselves by a function `mount…(page)`, called by designer.js.
 */
import { nest } from "./bodies.js";
import { island, need } from "./dom.js";
import { Editor } from "./editor.js";
import { nodeIds } from "./graph.js";
import { Saving } from "./saving.js";
import { Scene } from "./scene.js";
import { Viewport } from "./viewport.js";

export class DesignerPage {
  /** @type {any} what the server laid into the page: see designer/workflows/facts.py */
  facts = island("designer-facts");
  element = need(".designer");
  root = need("#canvas");
  world = need(".canvas__world", this.root);
  /** What a button with `data-deed`, or a key, does, by that name. @type {Record<string, (event: any, button?: any) => void>} */
  deeds = {};
  /** What goes along with what htmx asks for, by the names in `data-sends`. @type {Record<string, (body: FormData) => void>} */
  sends = { document: (body) => body.set("document", this.document()) };
  /** Offer steps to hang on a port. @type {(from: string, at?: import("./types.js").Point) => void} */
  addFromPort = () => {};
  /** Set by handling.js. */
  linking = /** @type {import("./linking.js").Linking} */ (/** @type {unknown} */ (null));
  /** Offer steps to put into a loop. @type {(loop: string) => void} */
  addInside = () => {};
  /** Open the settings of what is selected at a field, such as /config/when. @type {(name: string) => void} */
  focusField = () => this.deeds.settings(null);

  constructor() {
    this.editor = new Editor(this.facts.flow, this.facts.blocks);
    this.viewport = new Viewport(this.root, this.world, need(".canvas__dots", this.root));
    this.scene = new Scene(this.world, this.facts.blocks);
    const place = need("#save-state");
    this.saving = new Saving(this.editor, this.facts, (state, message) => {
      place.dataset.state = state;
      place.textContent = message || place.getAttribute(`data-${state}`);
    });
  }

  /** What there is to add, in the palette's order. @returns {import("./types.js").Entry[]} */
  get entries() {
    return Object.values(this.facts.blocks).sort(
      (a, b) => a.order - b.order || a.title.localeCompare(b.title),
    );
  }

  /** The workflow as it is now, as the server reads it. */
  document() {
    return JSON.stringify(nest(this.editor.flow));
  }

  /** Select a node, bring it on screen and give it the focus. @param {string} id */
  show(id) {
    if (!id) return; // what was refused
    if (!nodeIds(this.editor.flow).includes(id)) return this.editor.say("That step is gone.");
    this.choose(id);
    this.viewport.reveal(this.editor.face(id).rect);
  }

  /** Select a node where it is. @param {string} id */
  choose(id) {
    this.editor.select([id]);
    this.focus();
  }

  /** Give the focus to where the keys act: the selected step, or the canvas. */
  focus() {
    (this.scene.element(this.editor.only ?? "") ?? this.root).focus({ preventScroll: true });
  }

  /** The same where nothing has it, such as after what had it was removed. */
  keepFocus() {
    if (document.activeElement === document.body) this.focus();
  }

  fit() {
    this.viewport.fit(this.scene.bounds());
  }

  /** On narrow screens palette and inspector are drawers. @param {string} name "" closes them */
  openDrawer(name) {
    this.element.dataset.drawer = name;
  }

  /** @param {string} name */
  toggleDrawer(name) {
    this.openDrawer(this.element.dataset.drawer === name ? "" : name);
  }
}
