/**
 * The problems panel: made on the server, step by step; a problem leads to its place, by click or
 * with F8, and what is obvious is mended by a button. A step that was just put down is not judged
 * before it is left.
 * @import {DesignerPage} from "./page.js"
 * @import {Problem} from "./types.js"
 */
import { need } from "./dom.js";
import { nodeIds, splitEnd, wireKey } from "./graph.js";

/** @param {DesignerPage} page */
export function mountProblems(page) {
  const { deeds, editor } = page;
  const list = need("#problem-list");
  const count = need("#problem-count");
  let known = nodeIds(editor.flow);
  /** @type {string[]} */
  let fresh = [];
  /** @type {Problem[]} */
  let all = page.facts.problems;
  let at = -1;

  function draw() {
    const shown = all.filter((one) => !fresh.includes(one.step ?? ""));
    /** @type {NodeListOf<HTMLElement>} */
    const groups = list.querySelectorAll("[data-group]");
    for (const group of groups)
      group.toggleAttribute("data-fresh", fresh.includes(group.dataset.group ?? ""));
    need("#problem-filter").dispatchEvent(new Event("input", { bubbles: true }));
    const tones = shown.map((one) => (one.severity === "error" ? "bad" : "notice")).sort();
    count.dataset.tone = tones[0] ?? "good";
    const words = shown.length === 1 ? "1 problem" : `${shown.length || "No"} problems`;
    need("span", count).textContent = words;
    editor.setProblems(shown);
  }

  deeds["to-problem"] = (_event, button) => {
    const { wireKey: key, step, goal } = button.dataset;
    button.closest("dialog")?.close();
    if (editor.flow.wires.some((wire) => wireKey(wire) === key)) editor.select([], key);
    page.show(step);
    if (step && editor.only === step) page.focusField(goal);
  };
  deeds.problem = (event) => {
    const found = list.querySelectorAll(":not([hidden], [data-fresh]) > ul .problem");
    event.preventDefault();
    if (!found.length) return editor.say("No problems.");
    at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    deeds["to-problem"](event, found[at]);
    editor.say(`Problem ${at + 1} of ${found.length}: ${found[at].textContent}`);
  };
  deeds.mend = (_event, button) => {
    const deed = JSON.parse(button.dataset.fix);
    if (deed.do === "unwire") return editor.disconnect(deed.from, deed.to);
    const needed = deed.step ? [deed.step] : [splitEnd(deed.from).id, deed.to];
    if (!needed.every((id) => known.includes(id))) return editor.say("That step is gone.");
    if (deed.do === "wire") return editor.connect(deed.from, deed.to);
    const [name, inner] = deed.path;
    const before = /** @type {any} */ (editor.flow.steps[deed.step])?.[name];
    const value = inner ? { ...before, [inner]: deed.value } : deed.value;
    editor.patch(deed.step, { [name]: value }, `${editor.face(deed.step).title} mended`);
  };

  document.addEventListener("draft:checked", ({ detail }) => {
    all = detail.problems;
    list.innerHTML = detail.panel;
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
  document.addEventListener("keydown", (event) => event.key === "F8" && deeds.problem(event));
  draw();
}
