/**
 * Tidy: a layered layout from left to right by dagre, which is loaded when first asked for; of a large
 * workflow in a worker, so that the page goes on.
 * @import {Face, Flow, Point} from "./types.js"
 */
import { arrange } from "./tidy_layout.js";

const MANY = 800;

/**
 * @param {Flow} flow
 * @param {Face[]} faces
 * @param {string[]} [chosen]  only these; all when there are none
 * @returns {Promise<Map<string, Point>>} the upper left corner of every node
 */
export async function tidyPlaces(flow, faces, chosen = []) {
  const rects = new Map(faces.map(({ id, rect }) => [id, rect]));
  if (faces.length <= MANY) {
    const { default: dagre } = await import("../../vendor/dagre/dagre.esm.js");
    return arrange(dagre, flow, rects, chosen);
  }
  const worker = new Worker(new URL("./tidy_worker.js", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = reject;
      worker.postMessage({ flow, rects, chosen });
    });
  } finally {
    worker.terminate();
  }
}
