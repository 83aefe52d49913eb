/**
 * Draws the figures of ui/plot.html with uPlot, from the numbers of their own table, so that page
 * and plot cannot disagree. Draws again when a swap, the theme or the width changes them.
 */

import { hatched, patternOf, stacked } from "./plot-stack.js";

/** @typedef {[number[], ...number[][]]} Series seconds since the epoch, and the numbers of each part */

/** @type {WeakMap<Element, import("../vendor/uplot/uPlot")>} */
const drawn = new WeakMap();
const HEIGHT_PX = 150;
const BAR_SHARE = 0.72;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/**
 * Read the rows of a figure's table.
 * @param {Iterable<{ at: string, numbers: string[] }>} rows
 * @returns {Series}
 */
export function readSeries(rows) {
  /** @type {Series} */
  const series = [[]];
  for (const { at, numbers } of rows) {
    series[0].push(Date.parse(at) / 1000);
    numbers.forEach((number, part) => {
      series[part + 1] ??= [];
      series[part + 1].push(Number(number));
    });
  }
  return series;
}

/** @param {Element} figure */
function* rowsOf(figure) {
  for (const row of figure.querySelectorAll("tbody tr")) {
    yield {
      at: row.querySelector("time")?.dateTime ?? "",
      numbers: [...row.querySelectorAll("td.number")].map((cell) => cell.textContent ?? ""),
    };
  }
}

/** @param {number} seconds */
const inUtc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");

/**
 * Give the parts of a figure's bars: in a stack the highest first, since the others lie before it.
 * @param {Element} figure
 * @param {(name: string) => string} colour
 * @returns {import("../vendor/uplot/uPlot").Series[]}
 */
function partsOf(figure, colour) {
  const names = figure.getAttribute("data-stack")?.split(" ") ?? [""];
  const bar = { width: 0, points: { show: false } };
  const paths = uPlot.paths.bars?.({ size: [BAR_SHARE, 48], radius: names.length > 1 ? 0 : 0.15 });
  return names
    .map((name, place) => ({
      ...bar,
      paths,
      fill: name
        ? (/** @type {import("../vendor/uplot/uPlot")} */ plot) =>
            hatched(plot.ctx, patternOf(place), colour(`--plot-${name}`), colour("--plot-ground"))
        : colour("--plot-bar"),
    }))
    .reverse();
}

/** @param {Element} figure @param {number} width @param {Series} series @returns {import("../vendor/uplot/uPlot").Options} */
function options(figure, width, series) {
  const most = Math.max(...series[1]);
  const step = series[0].length > 1 ? series[0][1] - series[0][0] : HOUR_S;
  const spread = (series[0].at(-1) ?? 0) - series[0][0];
  const style = getComputedStyle(figure);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name);
  const axis = {
    stroke: colour("--plot-axis"),
    grid: { stroke: colour("--plot-grid"), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  };
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    ...(step < DAY_S ? {} : { tzDate: inUtc }), // days are counted so, wherever the reader is
    scales: {
      x: { range: (_plot, from, to) => [from - step / 2, to + step / 2] },
      y: { range: [0, Math.max(4, Math.ceil(most * 1.1))] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        values: spread > 2 * DAY_S ? "{D} {MMM}" : "{HH}:{mm}",
        space: 56,
      },
      {
        ...axis,
        size: 34,
        space: 28,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10000],
      },
    ],
    series: [{}, ...partsOf(figure, colour)],
  };
}

/** @param {Element} figure */
function draw(figure) {
  const canvas = figure.querySelector(".plot__canvas");
  const [times, ...numbers] = readSeries(rowsOf(figure));
  if (!(canvas instanceof HTMLElement) || times.length === 0) return;
  /** @type {Series} */
  const series = [times, ...stacked(numbers).reverse()];
  drawn.get(figure)?.destroy();
  canvas.replaceChildren();
  const width = canvas.clientWidth;
  drawn.set(figure, new uPlot(options(figure, width, series), series, canvas));
}

function drawAll() {
  for (const figure of document.querySelectorAll("[data-plot]")) draw(figure);
}

/** Draw every figure, and again when something changes under it. */
function startPlots() {
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
  document.addEventListener("themechange", drawAll);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(drawAll, 150);
  });
}

if (typeof document !== "undefined") startPlots();
