/**
 * Tidy: the server lays out in layers, from left to right, what the canvas holds.
 * @import {DesignerPage} from "./page.js"
 * @import {Point} from "./types.js"
 */
import { askJson } from "./asking.js";
import { nest } from "./bodies.js";

/** Tidy what is selected where it is several, else all. @param {DesignerPage} page */
export async function tidy(page) {
  const { editor, facts } = page;
  const chosen = editor.only ? [] : [...editor.selection];
  const asked = { document: nest(editor.flow), chosen };
  const answer = await askJson(facts.tidy_url, asked, facts.csrf).catch(() => null);
  const { places, errors } = (await answer?.json().catch(() => null)) ?? {};
  if (!places)
    return editor.say(`Not tidied: ${errors?.[0]?.message ?? "no connection, try again"}.`);
  editor.place(new Map(/** @type {[string, Point][]} */ (Object.entries(places))), "Tidied");
  if (chosen.length === 0) page.fit();
}
