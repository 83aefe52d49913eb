/**
 * Renaming a step or variable: the server says what reads it and gives the document renamed, which
 * enters like any other edit, so undo takes it back.
 * @import {DesignerPage} from "./page.js"
 */
import { flatten, nest } from "./bodies.js";
import { need } from "./dom.js";
import { nodeIds } from "./graph.js";

/** @param {DesignerPage} page */
export function mountRenaming(page) {
  const { deeds, editor, facts } = page;
  const dialog = /** @type {HTMLDialogElement} */ (need("#rename"));
  let asked = editor.flow;
  const ask = (/** @type {Record<string, any>} */ about) => {
    asked = editor.flow;
    const values = { document: JSON.stringify(nest(asked)), ...about };
    htmx.ajax("POST", facts.rename_url, { target: "#rename-part", swap: "outerHTML", values });
  };
  deeds["rename-id"] = () => {
    ask({ what: editor.only ? `step:${editor.only}` : "" });
    dialog.showModal();
  };
  deeds.renamed = () => {
    const { what, name } = Object.fromEntries(
      new FormData(/** @type {any} */ (need("#rename-part", dialog))),
    );
    if (editor.flow !== asked) {
      ask({ what, name });
      return editor.say("The workflow was changed meanwhile. See once more what follows.");
    }
    const result = flatten(JSON.parse(need("[data-document]", dialog).dataset.document ?? ""));
    const renamed = nodeIds(result).find((id) => !nodeIds(asked).includes(id));
    dialog.close();
    editor.change("Renamed, with all that reads it", result);
    page.show(renamed ?? "");
  };
}
