/**
 * What can be done with steps beside drawing them: groups and notes, switching off, into loops and out,
 * and looking into a workflow that a step calls. Each is a deed of the page; their keys stand in designer/workflows/deeds.py.
 * @import {DesignerPage} from "./page.js"
 */
import { hear, hit } from "./dom.js";
import { shiftInside } from "./looping.js";
import { groupSelection, mountMarks, newNote } from "./mark_handling.js";
import { outlineOrder } from "./walking.js";

/** @param {DesignerPage} page */
export function mountModelling(page) {
  const { deeds, editor, scene } = page;
  const order = () => outlineOrder(editor.flow, scene.faces());
  mountMarks(page);
  Object.assign(deeds, {
    group: () => groupSelection(page),
    note: () => newNote(page),
    disable: () => switchSteps(page),
    inside: () => {
      if (editor.only && editor.flow.steps[editor.only]?.loops) page.addInside(editor.only);
      else editor.say("Select a loop first, then press B to put a step into it.");
    },
    "put-in": () => shiftInside(editor, order(), true),
    "take-out": () => shiftInside(editor, order(), false),
    "open-here": () => {
      const link = document.querySelector("#inspector [data-open-here]");
      if (link instanceof HTMLAnchorElement) link.click();
      else editor.say("Select a step that calls a workflow, then press O to look into it.");
    },
  });
  hear(scene.frames.layer, "click", "[data-inside]", (_button, event) =>
    page.addInside(hit(event, "data-mark")?.slice("box:".length) ?? ""),
  );
}

/** Switch the selected steps off, or on again when all of them are off. @param {DesignerPage} page */
function switchSteps({ editor }) {
  const steps = [...editor.selection].filter((id) => Object.hasOwn(editor.flow.steps, id));
  if (steps.length === 0)
    return editor.say("Select a step first; a trigger can't be switched off.");
  const off = !steps.every((id) => editor.flow.steps[id].disabled);
  const what = steps.length === 1 ? editor.face(steps[0]).title : `${steps.length} steps`;
  const patches = Object.fromEntries(steps.map((id) => [id, { disabled: off || undefined }]));
  editor.patchEach(patches, `${what} switched ${off ? "off" : "on"}`);
}
