/**
 * Connecting by keyboard: `C` on a step, arrows choose the target, `O` the output, Enter confirms (and
 * on a target that is connected already, disconnects), Escape leaves.
 * @import {Editor} from "./editor.js"
 * @import {Linking} from "./linking.js"
 */
import { inputPoint, outputPoint } from "./face.js";
import { judge } from "./fits.js";
import { joinEnd, targetsFor } from "./graph.js";
import { loosePath } from "./routing.js";
import { readingOrder } from "./walking.js";

export class KeyLink {
  active = false;
  #source = "";
  #output = 0;
  #target = 0;
  /** @type {string[]} */
  #targets = [];

  /** @param {Editor} editor @param {Linking} linking */
  constructor(editor, linking) {
    this.editor = editor;
    this.linking = linking;
  }

  begin() {
    const source = this.editor.only;
    if (!source) {
      this.editor.say("Select one step first, then press C.");
      return;
    }
    this.active = true;
    this.#source = source;
    this.#output = 0;
    this.#choose();
  }

  get #from() {
    const port = this.editor.face(this.#source).ports[this.#output];
    return joinEnd(this.#source, port.name);
  }

  #choose() {
    const linked = this.editor.flow.wires.filter((wire) => wire.from === this.#from);
    const fitting = targetsFor(this.editor.flow, this.#from);
    for (const wire of linked) fitting.add(wire.to);
    const order = readingOrder(this.editor.faces());
    const at = order.indexOf(this.#source);
    // What stands after the step comes first: it is what one wants to reach.
    this.#targets = [...order.slice(at), ...order.slice(0, at)].filter((id) => fitting.has(id));
    this.#target = 0;
    this.verdict = judge(this.editor.flow, this.#from, this.editor.catalogue);
    this.#show();
  }

  #show() {
    const face = this.editor.face(this.#source);
    const port = face.ports[this.#output];
    const id = this.#targets[this.#target];
    this.linking.glow(this.verdict ?? null, id);
    if (!id) {
      this.editor.say(`${port.title}: there is no step it could lead to. O for the next output.`);
      return;
    }
    const target = this.editor.face(id);
    this.linking.scene.svg.append(this.linking.ghost);
    const path = loosePath(outputPoint(face, port.name), inputPoint(target.rect));
    this.linking.ghost.setAttribute("d", path);
    const verb = this.#isLinked(id)
      ? "is connected, Enter disconnects."
      : `Enter connects. ${this.verdict?.(id).why}`;
    this.editor.say(`${port.title} to ${target.title}: ${verb}`);
  }

  /** @param {string} id */
  #isLinked(id) {
    return this.editor.flow.wires.some((wire) => wire.from === this.#from && wire.to === id);
  }

  /** @param {1|-1} by */
  turn(by) {
    const count = Math.max(this.#targets.length, 1);
    this.#target = (this.#target + by + count) % count;
    this.#show();
  }

  nextOutput() {
    this.#output = (this.#output + 1) % this.editor.face(this.#source).ports.length;
    this.#choose();
  }

  confirm() {
    const id = this.#targets[this.#target];
    const from = this.#from;
    this.end("");
    if (!id) return;
    if (this.#isLinked(id)) this.editor.disconnect(from, id);
    else this.editor.connect(from, id);
  }

  /** @param {string} text */
  end(text) {
    this.active = false;
    this.linking.glow(null);
    this.linking.ghost.remove();
    if (text) this.editor.say(text);
  }
}
