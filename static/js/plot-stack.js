/**
 * What the bars of a stacked figure need: numbers laid on each other, and a pattern for each part,
 * so that the parts can be told apart without their colours.
 */

/** How a severity is hatched, from the foot of a bar up; the words of their CSS twins in plots.css. */
const PATTERNS = ["plain", "slash", "dots", "lines", "cross"];
const TILE_PX = 8;

/**
 * Lay series on each other: each one becomes the sum of itself and all before it.
 * @param {number[][]} series
 */
export function stacked(series) {
  /** @type {number[][]} */
  const sums = [];
  for (const numbers of series) {
    const below = sums.at(-1);
    sums.push(below ? numbers.map((number, index) => number + below[index]) : [...numbers]);
  }
  return sums;
}

/**
 * Give the pattern of the part at a place in the bar.
 * @param {number} place
 */
export const patternOf = (place) => PATTERNS[place % PATTERNS.length];

/** @type {Record<string, (pen: CanvasRenderingContext2D) => void>} */
const DRAW = {
  plain: () => {},
  slash: (pen) => {
    for (const shift of [-TILE_PX, 0, TILE_PX]) line(pen, shift, TILE_PX, shift + TILE_PX, 0);
  },
  dots: (pen) => {
    pen.beginPath();
    pen.arc(TILE_PX / 2, TILE_PX / 2, 1.5, 0, 2 * Math.PI);
    pen.fill();
  },
  lines: (pen) => line(pen, 0, TILE_PX / 2, TILE_PX, TILE_PX / 2),
  cross: (pen) => {
    line(pen, 0, TILE_PX / 2, TILE_PX, TILE_PX / 2);
    line(pen, TILE_PX / 2, 0, TILE_PX / 2, TILE_PX);
  },
};

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} toX @param {number} toY */
function line(pen, x, y, toX, toY) {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  pen.stroke();
}

/**
 * Make the fill of one part: its colour, with a pattern in the colour of the ground.
 * @param {CanvasRenderingContext2D} target where it is to be drawn
 * @param {string} pattern
 * @param {string} colour
 * @param {string} ground
 * @returns {CanvasPattern | string}
 */
export function hatched(target, pattern, colour, ground) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = TILE_PX;
  const pen = tile.getContext("2d");
  if (!pen) return colour;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, TILE_PX, TILE_PX);
  pen.strokeStyle = pen.fillStyle = ground;
  pen.lineWidth = 1.5;
  DRAW[pattern](pen);
  return target.createPattern(tile, "repeat") ?? colour;
}
