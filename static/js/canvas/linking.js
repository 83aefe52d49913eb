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

/** @typedef {ReturnType<typeof mountLinking>} Linking */

/** @param {DesignerPage} page @param {Pointer} pointer */
export function mountLinking(page, pointer) {
  const { editor, root, scene, viewport } = page;
  const ghost = makeSvg("path", { class: "wire-ghost" });
  /** The port a finger tapped: the next tap says where its wire ends. */
  let tapped = "";

  /** @param {PointerEvent} event @param {string} from */
  function begin(event, from) {
    const end = splitEnd(from);
    const start = outputPoint(editor.face(end.id), end.port);
    const verdict = judge(editor.flow, from, editor.catalogue);
    /** @type {string|null} */
    let told = null;
    glow(verdict);
    scene.svg.append(ghost);
    const move = (/** @type {PointerEvent} */ other) => {
      const point = viewport.point(other);
      const near = nodeAt(point);
      if (near && near !== told && near !== end.id) editor.say(verdict(near).why);
      told = near;
      const snaps = near && verdict(near).fit !== "bad";
      const goal = snaps ? inputPoint(editor.face(near).rect) : point;
      ghost.setAttribute("d", loosePath(start, goal));
    };
    const done = (/** @type {PointerEvent} */ other, /** @type {boolean} */ cancelled) =>
      cancelled ? unlink() : lift(from, start, other);
    pointer.follow(event, move, done, true);
  }

  /** A pointer is lifted that drew from a port, or only tapped it. @param {string} from @param {Point} start @param {PointerEvent} event */
  function lift(from, start, event) {
    const gap = distance(viewport.point(event), start) * viewport.view.zoom;
    if (gap > SNAP_PX / 2) return land(from, event);
    if (event.pointerType === "touch") {
      tapped = from;
      return editor.say("Tap the step it leads to, or an empty place for a new one.");
    }
    unlink();
    page.addFromPort(from);
  }

  /** The tap that says where the wire of a tapped port ends. @param {PointerEvent} event */
  function second(event) {
    const from = tapped;
    const end = (/** @type {PointerEvent} */ other) => afterClick(() => land(from, other));
    pointer.follow(event, () => {}, end);
  }

  /** A wire ends: on a node, or on nothing, where a new one is offered. @param {string} from @param {PointerEvent} event */
  function land(from, event) {
    unlink();
    const point = viewport.point(event);
    const near = nodeAt(point);
    if (!near) page.addFromPort(from, point);
    else if (near === splitEnd(from).id) page.addFromPort(from);
    else connect(from, near);
  }

  /** Connect, and say what is still missing. @param {string} from @param {string} to */
  function connect(from, to) {
    const { why, fit } = judge(editor.flow, from, editor.catalogue)(to);
    if (editor.connect(from, to) && fit === "amber") editor.say(why);
  }

  function unlink() {
    tapped = "";
    glow(null);
    ghost.remove();
  }

  /** Show where a wire may end: green, amber or faded; null ends it. @param {((id: string) => Verdict)|null} verdict */
  function glow(verdict) {
    root.classList.toggle("canvas--linking", verdict !== null);
    for (const { id } of scene.faces())
      scene.element(id)?.setAttribute("data-fit", verdict?.(id).fit ?? "");
  }

  /** @param {Point} point */
  function nodeAt(point) {
    return nodeNear(scene.faces(), point, SNAP_PX / viewport.view.zoom);
  }

  return { begin, connect, glow, second, isTapped: () => tapped !== "" };
}
