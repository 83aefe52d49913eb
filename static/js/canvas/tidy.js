/**
 * Tidy: a layered layout from left to right by dagre, which is loaded when first asked for.
 * @import {Face, Flow, Point} from "./types.js"
 */
import { snap } from "./geometry.js";
import { splitEnd } from "./graph.js";

/**
 * @param {Flow} flow
 * @param {Face[]} faces
 * @returns {Promise<Map<string, Point>>} the upper left corner of every node
 */
export async function tidyPlaces(flow, faces) {
  const { default: dagre } = await import("../../vendor/dagre/dagre.esm.js");
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, rect } of faces) graph.setNode(id, { width: rect.w, height: rect.h });
  for (const wire of flow.wires) graph.setEdge(splitEnd(wire.from).id, wire.to, {}, wire.from);
  dagre.layout(graph);
  return new Map(
    faces.map(({ id, rect }) => {
      const { x, y } = graph.node(id);
      return [id, [snap(x - rect.w / 2), snap(y - rect.h / 2)]];
    }),
  );
}
