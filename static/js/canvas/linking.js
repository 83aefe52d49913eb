/**
 * Drawing a wire by pointer or finger, and showing where a wire may end: green, amber or faded. What
 * does not fit says why. A click on a port, or a wire dropped on nothing, offers what can follow.
 * @import {Point} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 * @import {Pointer} from "./pointer.js"
 * @import {Verdict} from "./fits.js"
 */
import { makeSvg } from "./dom.js";
import { inputPoint, nodeNear, outputPoint } from "./face.js";
import { judge } from "./fits.js";
import { distance } from "./geometry.js";
import { splitEnd } from "./graph.js";
import { afterClick } from "./pointer.js";
import { loosePath } from "./routing.js";

const SNAP_PX = 36;

export class Linking {
  /** The port a finger tapped: the next tap says where its wire ends. */
  tapped = "";

  /** @param {DesignerPage} page @param {Pointer} pointer */
  constructor(page, pointer) {
    this.page = page;
    this.pointer = pointer;
    this.editor = page.editor;
    this.scene = page.scene;
    this.viewport = page.viewport;
    this.ghost = makeSvg("path", { class: "wire-ghost" });
  }

  /** @param {PointerEvent} event @param {string} from */
  begin(event, from) {
    const end = splitEnd(from);
    const start = outputPoint(this.editor.face(end.id), end.port);
    const verdict = judge(this.editor.flow, from, this.editor.catalogue);
    /** @type {string|null} */
    let told = null;
    this.glow(verdict);
    this.scene.svg.append(this.ghost);
    const move = (/** @type {PointerEvent} */ other) => {
      const point = this.viewport.point(other);
      const near = this.nodeNear(point);
      if (near && near !== told && near !== end.id) this.editor.say(verdict(near).why);
      told = near;
      const snaps = near && verdict(near).fit !== "bad";
      const goal = snaps ? inputPoint(this.editor.face(near).rect) : point;
      this.ghost.setAttribute("d", loosePath(start, goal));
    };
    const done = (/** @type {PointerEvent} */ other, /** @type {boolean} */ cancelled) => {
      const gap = distance(this.viewport.point(other), start) * this.viewport.view.zoom;
      const isTap = !cancelled && gap <= SNAP_PX / 2;
      if (isTap && event.pointerType === "touch") {
        this.tapped = from;
        this.editor.say("Tap the step it leads to, or an empty place for a new one.");
        return;
      }
      this.#unlink();
      if (isTap) this.page.addFromPort(from);
      else if (!cancelled) this.land(from, other);
    };
    this.pointer.follow(event, move, done, true);
  }

  /** The tap that says where the wire of a tapped port ends. @param {PointerEvent} event */
  second(event) {
    const from = this.tapped;
    const end = (/** @type {PointerEvent} */ other) => afterClick(() => this.land(from, other));
    this.pointer.follow(event, () => {}, end);
  }

  /** A wire ends: on a node, or on nothing, where a new one is offered. @param {string} from @param {PointerEvent} event */
  land(from, event) {
    this.#unlink();
    const point = this.viewport.point(event);
    const near = this.nodeNear(point);
    if (!near) this.page.addFromPort(from, point);
    else if (near === splitEnd(from).id) this.page.addFromPort(from);
    else this.connect(from, near);
  }

  /** Connect, and say what is still missing. @param {string} from @param {string} to */
  connect(from, to) {
    const { why, fit } = judge(this.editor.flow, from, this.editor.catalogue)(to);
    if (this.editor.connect(from, to) && fit === "amber") this.editor.say(why);
  }

  #unlink() {
    this.tapped = "";
    this.glow(null);
    this.ghost.remove();
  }

  /** Show where a wire may end: green, amber or faded; null ends it. @param {((id: string) => Verdict)|null} verdict */
  glow(verdict) {
    this.page.root.classList.toggle("canvas--linking", verdict !== null);
    for (const { id } of this.scene.faces())
      this.scene.element(id)?.setAttribute("data-fit", verdict?.(id).fit ?? "");
  }

  /** @param {Point} point */
  nodeNear(point) {
    return nodeNear(this.scene.faces(), point, SNAP_PX / this.viewport.view.zoom);
  }
}
