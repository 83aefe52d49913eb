/**
 * Rectangles, places and views. Pure; sizes come from `face.js`, nothing is measured in the page.
 * @import {Point, Rect, View} from "./types.js"
 */

export const GRID = 16;
/** The ways that keys go. @type {Record<string, Point>} */
export const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
export const ZOOM_LEAST = 0.15;
export const ZOOM_MOST = 2;

/** @param {number} value */
export function snap(value) {
  return Math.round(value / GRID) * GRID;
}

/** @param {number} value @param {number} least @param {number} most */
export function clamp(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

/** @param {Rect} a @param {Rect} b @param {number} [gap] @returns {boolean} */
export function overlaps(a, b, gap = 0) {
  return (
    a.x < b.x + b.w + gap && b.x < a.x + a.w + gap && a.y < b.y + b.h + gap && b.y < a.y + a.h + gap
  );
}

/** @param {Rect} rect @param {Point} point */
export function holds(rect, [x, y]) {
  return x >= rect.x && x <= rect.x + rect.w && y >= rect.y && y <= rect.y + rect.h;
}

/**
 * The rectangle between two corners, whichever way it was drawn.
 * @param {Point} a
 * @param {Point} b
 * @returns {Rect}
 */
export function between(a, b) {
  const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return { x, y, w: Math.abs(a[0] - b[0]), h: Math.abs(a[1] - b[1]) };
}

/**
 * The smallest rectangle around all; null of none.
 * @param {Rect[]} rects
 * @returns {Rect|null}
 */
export function bounds(rects) {
  if (rects.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const rect of rects) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.w);
    bottom = Math.max(bottom, rect.y + rect.h);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/**
 * The nearest free place for a new node: first the wish itself, then below and above in turn, then a
 * column further right. Nothing that stands is moved.
 * @param {Rect} wish
 * @param {Rect[]} taken
 * @returns {Point}
 */
export function freePlace(wish, taken) {
  const step = GRID * 2;
  for (let column = 0; column < 40; column += 1) {
    const x = snap(wish.x + column * (wish.w + step * 2));
    const near = taken.filter((rect) => overlaps(rect, { ...wish, x, y: rect.y }, GRID));
    for (let n = 0; n < 60; n += 1) {
      const y = snap(wish.y + (n % 2 ? 1 : -1) * Math.ceil(n / 2) * step);
      if (!near.some((rect) => overlaps(rect, { ...wish, x, y }, GRID))) return [x, y];
    }
  }
  return [snap(wish.x), snap(wish.y)];
}

/**
 * The view that shows a rectangle whole, centred, never larger than 100 %.
 * @param {Rect|null} content
 * @param {{w: number, h: number}} screen  CSS pixels
 * @param {number} [margin]
 * @returns {View}
 */
export function fitView(content, screen, margin = 48) {
  if (!content) return { x: screen.w / 2, y: screen.h / 3, zoom: 1 };
  const { x, y, w, h } = content;
  const most = Math.min((screen.w - margin * 2) / w, (screen.h - margin * 2) / h);
  return viewOf([x + w / 2, y + h / 2], clamp(most, ZOOM_LEAST, 1), screen);
}

/**
 * The view with a point in the middle.
 * @param {Point} point @param {number} zoom @param {{w: number, h: number}} screen
 * @returns {View}
 */
export function viewOf([x, y], zoom, { w, h }) {
  return { x: w / 2 - x * zoom, y: h / 2 - y * zoom, zoom };
}

/**
 * Zoom about a point of the screen: what is under the pointer stays under it.
 * @param {View} view
 * @param {number} factor
 * @param {Point} at  screen point
 * @returns {View}
 */
export function zoomAt(view, factor, [sx, sy]) {
  const zoom = clamp(view.zoom * factor, ZOOM_LEAST, ZOOM_MOST);
  const ratio = zoom / view.zoom;
  return { x: sx - (sx - view.x) * ratio, y: sy - (sy - view.y) * ratio, zoom };
}

/** @param {View} view @param {Point} screen @returns {Point} */
export function toCanvas(view, [sx, sy]) {
  return [(sx - view.x) / view.zoom, (sy - view.y) / view.zoom];
}

/** @param {View} view @param {Point} point @returns {Point} */
export function toScreen(view, [x, y]) {
  return [x * view.zoom + view.x, y * view.zoom + view.y];
}

/**
 * The least pan that brings a rectangle on screen; the same view when it is there already.
 * @param {View} view
 * @param {Rect} rect
 * @param {{w: number, h: number}} screen
 * @param {number} [margin]
 * @returns {View}
 */
export function reveal(view, rect, screen, margin = 24) {
  const [left, top] = toScreen(view, [rect.x, rect.y]);
  const [right, bottom] = toScreen(view, [rect.x + rect.w, rect.y + rect.h]);
  const dx = shift(left, right, screen.w, margin);
  const dy = shift(top, bottom, screen.h, margin);
  return dx || dy ? { ...view, x: view.x + dx, y: view.y + dy } : view;
}

/** @param {number} start @param {number} end @param {number} size @param {number} margin */
function shift(start, end, size, margin) {
  if (start < margin) return margin - start;
  if (end > size - margin) return Math.max(size - margin - end, margin - start);
  return 0;
}

/**
 * Below all and left-aligned: where a node goes that follows nothing.
 * @param {Rect[]} rects
 * @returns {Point}
 */
export function looseSpot(rects) {
  const all = bounds(rects);
  return all ? [all.x, all.y + all.h + GRID * 2] : [0, 0];
}

/** @param {Point} a @param {Point} b */
export function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/**
 * How far to pan in this frame, for a pointer near the edge of the canvas.
 * @param {Point} at  on screen
 * @param {{w: number, h: number}} screen
 * @param {number} [margin]
 * @returns {Point}
 */
export function edgePan([x, y], { w, h }, margin = 32) {
  const speed = (/** @type {number} */ place, /** @type {number} */ size) =>
    clamp(margin - place, 0, margin) / 3 - clamp(place - size + margin, 0, margin) / 3;
  return [speed(x, w), speed(y, h)];
}
