/** Reads BPMN files, a JSON list of texts, as bpmn.io does, and prints what it has to complain of. */
import { text } from "node:stream/consumers";
import { BpmnModdle } from "bpmn-moddle";

const answers = [];
for (const file of JSON.parse(await text(process.stdin))) {
  const { rootElement, warnings } = await new BpmnModdle().fromXML(file);
  const process_ = rootElement.rootElements.find((one) => one.$type === "bpmn:Process");
  const shapes = rootElement.diagrams[0].plane.planeElement.length;
  const said = warnings.map((one) => one.message);
  answers.push({ warnings: said, nodes: process_.flowElements.length, shapes });
}
process.stdout.write(JSON.stringify(answers));
