/**
 * The map as a tool: what the server drew can be panned, zoomed and walked by keys, and a card opens its
 * panel beside it. Live refreshes morph the drawing under it; the view, the focus and what is open stay.
 * @import {Rect} from "../canvas/types.js"
 */
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
  ["#netmap a.netmap-dot", "#netmap a.netmap-mark"].flatMap((kind) => [
    .../** @type {NodeListOf<SVGElement>} */ (document.querySelectorAll(kind)),
  ]);
const cardOf = (/** @type {string} */ id) =>
  /** @type {SVGElement|null} */ (
    document.querySelector(`#netmap [data-node="${CSS.escape(id)}"]`)
  );
const focused = () =>
  document.activeElement?.closest("#netmap [data-node]")?.getAttribute("data-node") ?? "";
const openKey = () => byId("map-panel")?.dataset.open ?? "";

/** @param {SVGElement} card @returns {Rect} on the sheet */
function rectOf(card) {
  return { x: Number(card.dataset.x), y: Number(card.dataset.y), ...CARD };
}

const spots = () =>
  cards().map((card) => ({
    id: card.dataset.node ?? "",
    x: Number(card.dataset.x),
    y: Number(card.dataset.y),
  }));

/** All that is drawn. @returns {Rect|null} */
function sheet() {
  const box = document.querySelector("#netmap .netmap__sheet");
  if (!box) return null;
  return {
    x: 0,
    y: 0,
    w: Number(box.getAttribute("width")),
    h: Number(box.getAttribute("height")),
  };
}

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
  shown?.viewport.fit(sheet());
}

/** Show all that is drawn; where it would be too small to read, what it is about or the worst. */
function open() {
  if (!shown) return;
  showAll();
  const { viewport } = shown;
  const card = document.querySelector("#netmap .netmap-dot--focus") ?? cards()[0];
  if (viewport.size.w > NARROW_PX || viewport.view.zoom > LEGIBLE) return;
  if (!(card instanceof SVGElement)) return;
  const { x, y, w, h } = rectOf(card);
  const middle = { x: viewport.size.w / 2, y: viewport.size.h / 2 };
  const [left, upper] = [(x + w / 2) * LEGIBLE, (y + h / 2) * LEGIBLE];
  viewport.set({ x: middle.x - left, y: middle.y - upper, zoom: LEGIBLE });
}

/** One card is reached by Tab; the others by the arrows. @param {string} id */
function rove(id) {
  const all = cards();
  const one = all.find((card) => card.dataset.node === id) ?? all[0];
  for (const card of all) card.setAttribute("tabindex", card === one ? "0" : "-1");
}

/** @param {string|null} id */
function go(id) {
  const card = id ? cardOf(id) : null;
  if (!card || !shown) return announce("Nothing that way");
  rove(id ?? "");
  card.focus({ preventScroll: true });
  shown.viewport.reveal(rectOf(card));
}

function markOpen() {
  const open = openKey();
  for (const card of cards()) card.classList.toggle("is-open", card.dataset.node === open);
}

/** @param {Element} link */
async function openPanel(link) {
  await htmx.ajax("GET", link.getAttribute("data-panel") ?? "", {
    target: "#map-side",
    swap: "innerHTML",
  });
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
  const id = openKey();
  byId("map-side")?.replaceChildren();
  markOpen();
  const card = id ? cardOf(id) : null;
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

/** @param {MouseEvent} event */
function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  const zoom = target?.closest("[data-zoom]")?.getAttribute("data-zoom");
  if (shown && zoom) viewKeys(shown.viewport, showAll)[zoom]();
  if (target?.closest("[data-close-panel]")) closePanel();
  const link = target?.closest("#netmap a[data-panel]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const id = link.getAttribute("data-node");
  if (id) rove(id);
  openPanel(link);
}

document.addEventListener("htmx:after:swap", adopt);
document.addEventListener("click", onClick);
adopt();
