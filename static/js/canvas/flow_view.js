/**
 * A workflow drawn to be looked at: on its page, on a run's page with how each step went, and two states
 * of one: what was added, changed, removed or moved is marked, and the list of changes beside it leads to
 * the place. Reads what to draw from JSON islands; pans, zooms and fits, changes nothing.
 * @import {Catalogue, Json, Progress} from "./types.js"
 */
import { flatten } from "./bodies.js";
import { hear, hit, island, make, need } from "./dom.js";
import { Scene } from "./scene.js";
import { startSteering, viewKeys } from "./steering.js";
import { Viewport } from "./viewport.js";
import { step } from "./walking.js";

const TOO_SMALL = 0.5;
const LEGIBLE = 0.75;

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
  const drawn = /** @type {HTMLTemplateElement} */ (need("template", root));
  root.classList.add("canvas");
  root.replaceChildren(drawn.content);
  const world = need(".canvas__world", root);
  const viewport = new Viewport(root, world, need(".canvas__dots", root));
  const scene = new Scene(world, blocks);
  scene.draw(flatten(flow));
  scene.showProgress(progress);
  scene.showSelection(new Set(), null);
  /** @param {1|-1} by */
  const walk = (by) => {
    const from = document.activeElement?.getAttribute("data-node") ?? null;
    const next = step(scene.faces(), from, by);
    if (!next) return;
    scene.element(next)?.focus({ preventScroll: true });
    reveal(next);
  };
  /** @type {Record<string, () => void>} */
  const keys = {
    ...viewKeys(viewport, () => viewport.fit(scene.bounds())),
    "[": () => walk(-1),
    "]": () => walk(1),
  };
  keys[1]();
  hear(root, "click", "[data-key]", ({ dataset }) => keys[dataset.key ?? ""]());
  startSteering(root, viewport);
  hear(root, "click", "[data-node]", ({ dataset }, event) => {
    if (!event.defaultPrevented) onPick?.(dataset.node ?? "");
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = hit(event, "data-node");
    const picks = event.key === "Enter" && id && onPick;
    const deed = picks ? () => onPick(id) : keys[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  /** @param {string} id */
  const reveal = (id) => {
    const rect = scene.face(id)?.rect;
    if (rect) viewport.reveal(rect);
  };
  return {
    show: (next) => scene.showProgress(next),
    choose: (id) => {
      scene.showSelection(new Set([id]), null);
      const isSmall = viewport.view.zoom < TOO_SMALL && scene.face(id);
      if (isSmall) viewport.zoom(LEGIBLE / viewport.view.zoom);
      reveal(id);
    },
  };
}

/** @type {WeakMap<Element, FlowView>} */
const views = new WeakMap();

/** Draw what came with a part of the page. @param {HTMLElement} root */
function mount(root) {
  const drawing = island(root.dataset.diffView ?? root.dataset.flowView ?? "");
  views.set(root, mountFlowView(root, drawing));
  /** @type {NodeListOf<HTMLElement>} */
  const nodes = root.querySelectorAll("[data-node]");
  for (const one of nodes) one.id = `view-${one.dataset.node}`; // the designer's own canvas may have the same
  if (drawing.marks) mark(root, drawing.marks);
}

/** Show what differs between two states. @param {HTMLElement} root @param {Record<string, Record<string, string>>} marks */
function mark(root, { nodes, wires }) {
  /** @type {NodeListOf<HTMLElement>} */
  const drawn = root.querySelectorAll("[data-node], [data-wire]");
  for (const one of drawn) {
    const { node, wire } = one.dataset;
    const kind = node ? nodes[node] : wires[wire ?? ""];
    if (typeof kind !== "string") continue; // `constructor` may be an id
    one.dataset.diff = kind;
    if (node) one.append(make("span", { class: "node__status" }, [kind]));
  }
}

function mountAll() {
  /** @type {NodeListOf<HTMLElement>} */
  const fresh = document.querySelectorAll(":is([data-diff-view], [data-flow-view]):not(.canvas)");
  fresh.forEach(mount);
}

hear(document, "click", "[data-change]", ({ dataset }) => {
  const root = document.querySelector("[data-diff-view]");
  if (root) views.get(root)?.choose(dataset.change ?? "");
});
document.addEventListener("htmx:after:swap", mountAll);
mountAll();
