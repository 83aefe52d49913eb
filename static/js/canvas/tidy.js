/**
 * Tidy: the server lays out in layers from left to right what it is told stands on the canvas.
 * @import {DesignerPage} from "./page.js"
 * @import {Point} from "./types.js"
 */
import { askJson } from "./asking.js";
import { withinOf } from "./graph.js";
import { noteRect } from "./marks.js";

/** Tidy what is selected where it is several, else all. @param {DesignerPage} page */
export async function tidy(page) {
  const { editor, facts } = page;
  const { flow } = editor;
  const { groups = {}, notes = {} } = flow.canvas ?? {};
  const chosen = editor.only ? [] : [...editor.selection];
  const nodes = editor.faces().map(({ id, rect, ports }) => {
    const place = { within: withinOf(flow, id), loops: flow.steps[id]?.loops === true };
    return [id, { ...rect, ...place, ports: ports.map((port) => port.name) }];
  });
  const drawn = {
    nodes: Object.fromEntries(nodes),
    notes: Object.fromEntries(Object.keys(notes).map((id) => [id, noteRect(flow, `note:${id}`)])),
    wires: flow.wires,
    groups: Object.values(groups).map((group) => group.steps),
    chosen,
  };
  const answer = await askJson(facts.tidy_url, drawn, facts.csrf).catch(() => null);
  const { places, errors } = (await answer?.json().catch(() => null)) ?? {};
  if (!places)
    return editor.say(`Not tidied: ${errors?.[0]?.message ?? "no connection, try again"}.`);
  editor.place(new Map(/** @type {[string, Point][]} */ (Object.entries(places))), "Tidied");
  if (chosen.length === 0) page.fit();
}
