/**
 * The problems panel: made on the server, step by step; a problem leads to its place, by click or
 * with F8, and what is obvious is mended by a button. A step that was just put down is not judged
 * before it is left.
 * @import {DesignerPage} from "./page.js"
 * @import {Flow, Problem} from "./types.js"
 */
import { need } from "./dom.js";
import { nodeIds, splitEnd, wireKey, withinOf } from "./graph.js";

/**
 * Where a problem leads: its wire by the number it has as it is kept, its step or trigger ("" for none).
 * @param {Flow} flow @param {string} pointer @param {string} step
 */
export function placeOf(flow, pointer, step) {
  const [, shelf, name] = /^\/(wires|triggers)\/([^/]+)/.exec(pointer) ?? [];
  const outermost = flow.wires.filter(({ from }) => !withinOf(flow, splitEnd(from).id));
  const wire = shelf === "wires" ? outermost[Number(name)] : undefined;
  return { wire, id: step || (shelf === "triggers" ? name : "") };
}

/** @param {DesignerPage} page */
export function mountProblems(page) {
  const { editor } = page;
  const list = need("#problem-list");
  const count = need("#problem-count");
  const filter = /** @type {HTMLInputElement} */ (need("#problem-filter"));
  let known = nodeIds(editor.flow);
  /** @type {string[]} */
  let fresh = [];
  /** @type {Problem[]} */
  let all = page.facts.problems;
  let at = -1;

  /** @param {HTMLElement} group */
  function sift(group) {
    const has = group.textContent?.toLowerCase().includes(filter.value.toLowerCase());
    const hidden = !has || fresh.includes(group.dataset.group ?? "");
    for (const row of group.querySelectorAll("li")) row.hidden = hidden;
    group.hidden = hidden;
  }

  function draw() {
    const shown = all.filter((one) => !fresh.includes(one.step ?? ""));
    list.querySelectorAll("section").forEach(sift);
    const tones = shown.map((one) => (one.severity === "error" ? "bad" : "notice")).sort();
    count.dataset.tone = tones[0] ?? "good";
    const words = shown.length === 1 ? "1 problem" : `${shown.length || "No"} problems`;
    need("span", count).textContent = words;
    editor.setProblems(shown);
  }

  /** @param {HTMLElement} place */
  function go({ dataset: { problem = "", step = "" } }) {
    const { wire, id } = placeOf(editor.flow, problem, step);
    if (wire) editor.select([], wireKey(wire));
    page.show(id);
    if (id && editor.only === id) page.focusField(problem);
  }

  /** @param {any} deed */
  function mend(deed) {
    if (deed.do === "unwire") return editor.disconnect(deed.from, deed.to);
    const needed = deed.step ? [deed.step] : [splitEnd(deed.from).id, deed.to];
    if (!needed.every((id) => known.includes(id))) return editor.say("That step is gone.");
    if (deed.do === "wire") return editor.connect(deed.from, deed.to);
    const [name, inner] = deed.path;
    const before = /** @type {any} */ (editor.flow.steps[deed.step])?.[name];
    const value = inner ? { ...before, [inner]: deed.value } : deed.value;
    editor.patch(deed.step, { [name]: value }, `${editor.face(deed.step).title} mended`);
  }

  document.addEventListener("draft:checked", (event) => {
    const told = /** @type {CustomEvent} */ (event).detail;
    all = told.problems;
    list.innerHTML = told.panel;
    draw();
  });
  editor.on("flow", () => {
    fresh.push(...nodeIds(editor.flow).filter((id) => !known.includes(id)));
    known = nodeIds(editor.flow);
  });
  editor.on("selection", () => {
    const before = fresh.length;
    fresh = fresh.filter((id) => editor.selection.has(id));
    if (fresh.length < before) draw();
  });
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest("[data-problem], [data-fix]");
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.fix) mend(JSON.parse(button.dataset.fix));
    else go(button);
  });
  filter.addEventListener("input", draw);
  document.addEventListener("keydown", (event) => {
    const found = [...list.querySelectorAll("li:not([hidden]) .problem")];
    if (event.key !== "F8" || !found.length) return;
    event.preventDefault();
    at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    go(/** @type {HTMLElement} */ (found[at]));
    editor.say(`Problem ${at + 1} of ${found.length}: ${found[at].textContent}`);
  });
  draw();
}
