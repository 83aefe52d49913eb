/** Tidies a large workflow apart from the page. */
import dagre from "../../vendor/dagre/dagre.esm.js";
import { arrange } from "./tidy_layout.js";

addEventListener("message", ({ data: { flow, rects, chosen } }) =>
  postMessage(arrange(dagre, flow, rects, chosen)),
);
