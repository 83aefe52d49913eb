/**
 * A workflow drawn to be looked at: on its page, and on a run's page with how each step went. Reads
 * what to draw from JSON islands; pans, zooms and fits, changes nothing.
 * @import {Catalogue, Json, Progress, Rect} from "./types.js"
 */
import { flatten } from "./bodies.js";
import { icon, island, make } from "./dom.js";
import { reveal } from "./geometry.js";
import { Scene } from "./scene.js";
import { Viewport } from "./viewport.js";

const TOO_SMALL = 0.5;
const LEGIBLE = 0.75;
const STILL_PX = 4;

/**
 * @typedef {Object} FlowView
 * @property {(progress: Progress|null) => void} show  light up the path while a run goes on
 * @property {(id: string) => void} choose  mark a node, and bring it on screen where it is not
 */

/**
 * @param {HTMLElement} root
 * @param {{flow: Json, blocks: Catalogue, progress?: Progress|null}} drawing  the workflow as it is kept
 * @param {(id: string) => void} [onPick]  a node was clicked, or Enter pressed on it
 * @returns {FlowView}
 */
export function mountFlowView(root, { flow, blocks, progress = null }, onPick) {
  const dots = make("div", { class: "canvas__dots" });
  const world = make("div", { class: "canvas__world" });
  root.classList.add("canvas");
  root.replaceChildren(dots, world);
  const viewport = new Viewport(root, world, dots);
  const scene = new Scene(world, blocks);
  scene.draw(flatten(flow));
  scene.showProgress(progress);
  scene.showSelection(new Set(), null);
  const all = () => scene.bounds();
  viewport.fit(all());
  root.append(zoomButtons(viewport, all));
  root.addEventListener("pointerdown", (event) => follow(root, viewport, event, onPick));
  root.addEventListener("keydown", (event) => onKey(scene, viewport, all, event, onPick));
  return {
    show: (next) => scene.showProgress(next),
    choose: (id) => choose(scene, viewport, id),
  };
}

/** @param {Viewport} viewport @param {() => Rect|null} all */
function zoomButtons(viewport, all) {
  /** @type {[string, string, () => void][]} */
  const deeds = [
    ["minus", "Smaller", () => viewport.zoom(1 / 1.2)],
    ["plus", "Larger", () => viewport.zoom(1.2)],
    ["maximize", "Show all", () => viewport.fit(all())],
  ];
  const bar = make("div", { class: "canvas__zoom" });
  for (const [name, label, deed] of deeds) {
    const look = "button button--icon button--ghost";
    const button = make("button", { type: "button", class: look, "aria-label": label });
    button.append(icon(name));
    button.addEventListener("click", deed);
    button.addEventListener("pointerdown", (event) => event.stopPropagation());
    bar.append(button);
  }
  return bar;
}

/** @param {Scene} scene @param {Viewport} viewport @param {string} id */
function choose(scene, viewport, id) {
  scene.showSelection(new Set([id]), null);
  const rect = scene.face(id)?.rect;
  if (!rect) return;
  if (viewport.view.zoom < TOO_SMALL) viewport.zoom(LEGIBLE / viewport.view.zoom);
  viewport.set(reveal(viewport.view, rect, viewport.size));
}

/**
 * Pan while the pointer moves; one that was put down and lifted in one place picks a node.
 * @param {HTMLElement} root
 * @param {Viewport} viewport
 * @param {PointerEvent} event
 * @param {(id: string) => void} [onPick]
 */
function follow(root, viewport, event, onPick) {
  if (event.button !== 0) return;
  const began = viewport.local(event);
  let last = began;
  const node = nodeOf(event.target);
  const stop = new AbortController();
  root.setPointerCapture(event.pointerId);
  const move = (/** @type {PointerEvent} */ other) => {
    const now = viewport.local(other);
    viewport.pan(now[0] - last[0], now[1] - last[1]);
    last = now;
  };
  const lift = () => {
    stop.abort();
    const still = Math.hypot(last[0] - began[0], last[1] - began[1]) < STILL_PX;
    if (still && node && onPick) onPick(node);
  };
  root.addEventListener("pointermove", move, { signal: stop.signal });
  root.addEventListener("pointerup", lift, { signal: stop.signal });
  root.addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
}

/** @param {EventTarget|null} target */
function nodeOf(target) {
  if (!(target instanceof Element)) return "";
  return target.closest("[data-node]")?.getAttribute("data-node") ?? "";
}

/**
 * @param {Scene} scene
 * @param {Viewport} viewport
 * @param {() => Rect|null} all
 * @param {KeyboardEvent} event
 * @param {(id: string) => void} [onPick]
 */
function onKey(scene, viewport, all, event, onPick) {
  const node = nodeOf(event.target);
  /** @type {Record<string, () => void>} */
  const deeds = {
    "+": () => viewport.zoom(1.2),
    "-": () => viewport.zoom(1 / 1.2),
    0: () => viewport.actual(),
    1: () => viewport.fit(all()),
    ArrowLeft: () => viewport.pan(48, 0),
    ArrowRight: () => viewport.pan(-48, 0),
    ArrowUp: () => viewport.pan(0, 48),
    ArrowDown: () => viewport.pan(0, -48),
    "[": () => walk(scene, viewport, node, -1),
    "]": () => walk(scene, viewport, node, 1),
  };
  if (node && onPick) deeds.Enter = () => onPick(node);
  const deed = deeds[event.key];
  if (!deed || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  deed();
}

/** Take the focus to the next node, left to right. @param {Scene} scene @param {Viewport} viewport @param {string} from @param {number} step */
function walk(scene, viewport, from, step) {
  const faces = scene.faces().sort((a, b) => a.rect.x - b.rect.x || a.rect.y - b.rect.y);
  const at = faces.findIndex((face) => face.id === from);
  const next = faces[at < 0 ? 0 : Math.max(0, Math.min(faces.length - 1, at + step))];
  if (!next) return;
  scene.element(next.id)?.focus({ preventScroll: true });
  viewport.set(reveal(viewport.view, next.rect, viewport.size));
}

for (const root of document.querySelectorAll("[data-flow-view]")) {
  if (root instanceof HTMLElement) mountFlowView(root, island(root.dataset.flowView ?? ""));
}
