/**
 * The map as a tool: what the server drew can be panned, zoomed and walked by keys, and a card opens its
 * panel beside it. Live refreshes morph the drawing under it; the view, the focus and what is open stay.
 * @import {Rect} from "../canvas/types.js"
 */
import { hear } from "../canvas/dom.js";
import { startSteering, viewKeys } from "../canvas/steering.js";
import { Viewport } from "../canvas/viewport.js";
import { announce } from "../toast.js";
import { along, toward } from "./toward.js";

const NARROW_PX = 640;
const LEGIBLE = 0.75;
const CARD = { w: 172, h: 48 };

/** @type {{root: HTMLElement, viewport: Viewport, scene: string}|null} */
let shown = null;

const byId = (/** @type {string} */ id) => document.getElementById(id);
/** Cards, the worst first, then the marks of links. @returns {SVGElement[]} */
const cards = () =>
  ["dot", "mark"].flatMap((kind) => [
    .../** @type {any} */ (document.querySelectorAll(`#netmap a.netmap-${kind}`)),
  ]);
const cardOf = (/** @type {string} */ id) => cards().find((card) => card.dataset.node === id);
const focused = () =>
  document.activeElement?.closest("#netmap [data-node]")?.getAttribute("data-node") ?? "";
const openKey = () => byId("map-panel")?.dataset.open ?? "";

/** @param {SVGElement} card @returns {Rect} on the sheet */
const rectOf = ({ dataset: { x, y } }) => ({ x: Number(x), y: Number(y), ...CARD });

const spots = () => cards().map((card) => ({ id: card.dataset.node ?? "", ...rectOf(card) }));

/** Take over the drawing that is on the page now, and mend what a morph took away. */
function adopt() {
  const root = byId("netmap");
  const world = byId("netmap-world");
  const dots = root?.querySelector(".netmap__dots");
  if (!root || !world || !(dots instanceof HTMLElement)) {
    shown = null;
    return;
  }
  root.classList.add("netmap--live");
  if (shown?.root !== root) {
    shown = { root, viewport: new Viewport(root, world, dots), scene: "" };
    // Once it has the focus: till then the page is scrolled past it.
    startSteering(root, shown.viewport, () => root.contains(document.activeElement));
    root.addEventListener("keydown", onKey);
  }
  shown.viewport.set(shown.viewport.view);
  const scene = root.dataset.scene ?? "";
  if (scene !== shown.scene) open();
  shown.scene = scene;
  markOpen();
  rove(focused());
}

function showAll() {
  /** @type {SVGSVGElement|null} */
  const box = document.querySelector("#netmap .netmap__sheet");
  const [w, h] = [box?.width.baseVal.value ?? 0, box?.height.baseVal.value ?? 0];
  shown?.viewport.fit(box && { x: 0, y: 0, w, h });
}

/** Show all that is drawn; where it would be too small to read, what it is about or the worst. */
function open() {
  if (!shown) return;
  showAll();
  const { viewport } = shown;
  const card = cards().find((one) => one.matches(".netmap-dot--focus")) ?? cards()[0];
  if (!card || viewport.size.w > NARROW_PX || viewport.view.zoom > LEGIBLE) return;
  const { x, y, w, h } = rectOf(card);
  viewport.zoom(LEGIBLE / viewport.view.zoom);
  viewport.centreOn([x + w / 2, y + h / 2]);
}

/** One card is reached by Tab; the others by the arrows. @param {string} id */
function rove(id) {
  const one = cardOf(id) ?? cards()[0];
  for (const card of cards()) card.setAttribute("tabindex", card === one ? "0" : "-1");
}

/** @param {string|null} id */
function go(id) {
  const card = cardOf(id ?? "");
  if (!id || !card || !shown) return announce("Nothing that way");
  rove(id);
  card.focus({ preventScroll: true });
  shown.viewport.reveal(rectOf(card));
}

function markOpen() {
  const open = openKey();
  for (const card of cards()) card.classList.toggle("is-open", card.dataset.node === open);
}

/** @param {HTMLElement} link */
async function openPanel({ dataset: { panel = "" } }) {
  await htmx.ajax("GET", panel, { target: "#map-side", swap: "innerHTML" });
  const title = byId("map-panel-title");
  if (!title) return;
  markOpen();
  const card = cardOf(openKey());
  if (card) requestAnimationFrame(() => shown?.viewport.reveal(rectOf(card)));
  announce(`${title.textContent} is open beside the map`);
  const { top } = title.getBoundingClientRect();
  if (top < 0 || top > innerHeight) title.focus();
}

function closePanel() {
  const card = cardOf(openKey());
  byId("map-side")?.replaceChildren();
  markOpen();
  (card ?? shown?.root)?.focus({ preventScroll: true });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (!shown || event.ctrlKey || event.metaKey || event.altKey) return;
  const { viewport } = shown;
  const from = focused();
  /** @type {Record<string, () => void>} */
  const deeds = {
    ...viewKeys(viewport, showAll),
    "[": () => go(along(spots(), from, -1)),
    "]": () => go(along(spots(), from, 1)),
    Escape: () => (openKey() ? closePanel() : shown?.root.focus()),
    ...(from ? arrowsFrom(from) : {}),
  };
  if (event.target === shown.root) deeds.Enter = () => go(spots()[0]?.id ?? null);
  const deed = deeds[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}

/** @param {string} from */
function arrowsFrom(from) {
  const names = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
  return Object.fromEntries(names.map((name) => [name, () => go(toward(spots(), from, name))]));
}

hear(document, "click", "[data-zoom]", ({ dataset }) => {
  if (shown) viewKeys(shown.viewport, showAll)[dataset.zoom ?? ""]();
});
hear(document, "click", "[data-close-panel]", closePanel);
hear(document, "click", "#netmap a[data-panel]", (link, event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  rove(link.dataset.node ?? "");
  openPanel(link);
});
document.addEventListener("htmx:after:swap", adopt);
adopt();
