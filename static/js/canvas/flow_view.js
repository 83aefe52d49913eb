/**
 * A workflow drawn to be looked at: on its page, and on a run's page with how each step went. Reads
 * what to draw from JSON islands; pans, zooms and fits, changes nothing.
 * @import {Catalogue, Flow, Progress} from "./types.js"
 */
import { island, make } from "./dom.js";
import { bounds } from "./geometry.js";
import { Scene } from "./scene.js";
import { Viewport } from "./viewport.js";

/**
 * @param {HTMLElement} root
 * @param {{flow: Flow, blocks: Catalogue, progress?: Progress|null}} drawing
 * @returns {{show: (progress: Progress|null) => void}} to light up the path while a run goes on
 */
export function mountFlowView(root, { flow, blocks, progress = null }) {
  const dots = make("div", { class: "canvas__dots" });
  const world = make("div", { class: "canvas__world", role: "listbox", "aria-label": "Steps" });
  root.classList.add("canvas");
  root.replaceChildren(dots, world);
  const viewport = new Viewport(root, world, dots);
  const scene = new Scene(world, blocks);
  scene.draw(flow);
  scene.showProgress(progress);
  scene.showSelection(new Set(), null);
  viewport.fit(bounds(scene.faces().map((face) => face.rect)));
  root.addEventListener("pointerdown", (event) => follow(root, viewport, event));
  root.addEventListener("keydown", (event) => onKey(scene, viewport, event));
  return { show: (next) => scene.showProgress(next) };
}

/** @param {HTMLElement} root @param {Viewport} viewport @param {PointerEvent} event */
function follow(root, viewport, event) {
  if (event.button !== 0) return;
  let last = viewport.local(event);
  const stop = new AbortController();
  root.setPointerCapture(event.pointerId);
  const move = (/** @type {PointerEvent} */ other) => {
    const now = viewport.local(other);
    viewport.pan(now[0] - last[0], now[1] - last[1]);
    last = now;
  };
  root.addEventListener("pointermove", move, { signal: stop.signal });
  root.addEventListener("pointerup", () => stop.abort(), { signal: stop.signal });
  root.addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
}

/** @param {Scene} scene @param {Viewport} viewport @param {KeyboardEvent} event */
function onKey(scene, viewport, event) {
  /** @type {Record<string, () => void>} */
  const deeds = {
    "+": () => viewport.zoom(1.2),
    "-": () => viewport.zoom(1 / 1.2),
    0: () => viewport.actual(),
    1: () => viewport.fit(bounds(scene.faces().map((face) => face.rect))),
    ArrowLeft: () => viewport.pan(48, 0),
    ArrowRight: () => viewport.pan(-48, 0),
    ArrowUp: () => viewport.pan(0, 48),
    ArrowDown: () => viewport.pan(0, -48),
  };
  const deed = deeds[event.key];
  if (!deed || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  deed();
}

for (const root of document.querySelectorAll("[data-flow-view]")) {
  if (root instanceof HTMLElement) mountFlowView(root, island(root.dataset.flowView ?? ""));
}
