/**
 * Renaming a step or variable: the server says what reads it and gives the document renamed, which
 * enters like any other edit, so undo takes it back.
 * @import {DesignerPage} from "./page.js"
 */
import { flatten } from "./bodies.js";
import { need } from "./dom.js";
import { nodeIds } from "./graph.js";

/** @param {DesignerPage} page */
export function mountRenaming(page) {
  const { deeds, editor, sends } = page;
  let asked = editor.flow;
  sends.renaming = (body) => {
    asked = editor.flow;
    sends.document(body);
    if (!body.has("what")) body.set("what", editor.only ? `step:${editor.only}` : "");
  };
  deeds.renamed = (_event, button) => {
    if (editor.flow !== asked) {
      button.form.requestSubmit();
      return editor.say("The workflow was changed meanwhile. See once more what follows.");
    }
    const result = flatten(JSON.parse(button.dataset.document));
    const renamed = nodeIds(result).find((id) => !nodeIds(asked).includes(id));
    /** @type {HTMLDialogElement} */ (need("#rename")).close();
    editor.change("Renamed, with all that reads it", result);
    page.show(renamed ?? "");
  };
}
