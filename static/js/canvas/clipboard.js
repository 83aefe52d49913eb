/**
 * Copy, cut and paste through the system's clipboard, as text: between workflows, tabs and tenants, and
 * into a text editor and back. By the browser's own events, so nobody is asked for permission and no
 * field loses its keys. What is pasted is read by the server first: anybody may have written it.
 * @import {Flow, Point} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { takesText } from "../shortcuts.js";
import { flatten, nest } from "./bodies.js";
import { copyPart, takenOut } from "./document.js";
import { bounds } from "./geometry.js";
import { nodeIds } from "./graph.js";
import { paste } from "./placing.js";

/**
 * What is copied: the chosen steps, the wires between them, and the groups that hold no others.
 * @param {Flow} flow @param {Set<string>} chosen
 */
export function partOf(flow, chosen) {
  const { canvas, ...copied } = takenOut(copyPart(flow, chosen));
  const { steps, triggers, wires } = nest(copied);
  const ids = nodeIds(copied);
  const all = Object.entries(canvas?.groups ?? {});
  const groups = Object.fromEntries(
    all.filter(([, one]) => one.steps.every((id) => ids.includes(id))),
  );
  return { garland: "flow-part", triggers, steps, wires, canvas: { groups } };
}

/** @param {DesignerPage} page */
export function mountClipboard(page) {
  const { deeds, editor, facts, root, viewport } = page;
  /** @type {Point|undefined} where the pointer is, unless keys were used since */
  let at;
  root.addEventListener("pointermove", (event) => {
    at = viewport.point(event);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow") || event.key === "Tab") at = undefined;
  });

  /** @param {"copy"|"cut"|"paste"} kind @param {(event: ClipboardEvent) => void} then */
  const on = (kind, then) =>
    document.addEventListener(kind, (event) => {
      const active = document.activeElement;
      if (!active || !root.contains(active) || takesText(/** @type {any} */ (active))) return;
      event.preventDefault();
      then(event);
    });
  /** @param {ClipboardEvent} event @param {string} word */
  const copy = (event, word) => {
    const count = editor.selection.size;
    if (count === 0) {
      editor.say("Select steps first.");
      return;
    }
    const part = JSON.stringify(partOf(editor.flow, editor.selection), null, 2);
    event.clipboardData?.setData("text/plain", part);
    editor.say(`${count} ${count === 1 ? "step" : "steps"} ${word}.`);
  };
  on("copy", (event) => copy(event, "copied"));
  on("cut", (event) => {
    copy(event, "cut");
    if (editor.selection.size) editor.removeSelection();
  });
  on("paste", (event) => take(event.clipboardData?.getData("text/plain") ?? ""));
  /** @param {string} text */
  const take = async (text) => {
    const answer = await fetch(facts.part_url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": facts.csrf,
      },
      body: JSON.stringify({ text }),
    }).catch(() => null);
    const body = await answer?.json();
    if (!answer?.ok) {
      editor.say(`Not pasted: ${body?.errors?.[0]?.message ?? "no connection, try again"}.`);
      return;
    }
    paste(editor, flatten(body.part), "pasted", at);
    const pasted = bounds([...editor.selection].map((id) => editor.face(id).rect));
    if (pasted) viewport.reveal(pasted);
    page.focus();
    if (body.missing.length) editor.say(`Pasted. Not installed here: ${body.missing.join(", ")}.`);
  };
  deeds.copy = () => document.execCommand("copy");
  deeds.cut = () => document.execCommand("cut");
  deeds.paste = () =>
    navigator.clipboard
      ? navigator.clipboard.readText().then(take, () => editor.say("Press Ctrl+V to paste."))
      : editor.say("Press Ctrl+V to paste.");
}
