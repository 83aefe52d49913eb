/**
 * The status bar: whether the draft is saved, and its problems; a problem leads to its step.
 * @import {Editor} from "./editor.js"
 * @import {SaveState} from "./saving.js"
 */
import { icon, make, need } from "./dom.js";

/** @type {Record<SaveState, string>} */
const WORDS = {
  saved: "Saved",
  waiting: "Unsaved changes",
  saving: "Saving…",
  conflict: "Not saved: changed elsewhere",
  refused: "Not saved",
  offline: "Offline",
  "signed-out": "Signed out. Your changes are kept in this browser",
};

/** @param {SaveState} state @param {string} message */
export function showSaveState(state, message) {
  const place = need("#save-state");
  place.dataset.state = state;
  place.textContent = message || WORDS[state];
  need("#conflict").hidden = state !== "conflict";
  need("#signed-out").hidden = state !== "signed-out";
}

/** @param {Editor} editor @param {(id: string) => void} go */
export function mountProblems(editor, go) {
  const list = need("#problem-list");
  const count = need("#problem-count");
  const draw = () => {
    const { problems } = editor;
    const worst = problems.some((problem) => problem.severity === "error") ? "bad" : "notice";
    count.dataset.tone = problems.length ? worst : "good";
    const words = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    count.replaceChildren(
      icon(problems.length ? "triangle-alert" : "circle-check"),
      problems.length ? words : "No problems",
    );
    list.replaceChildren(
      ...problems.map((problem) => {
        const button = make("button", { type: "button", class: "problem" }, [problem.message]);
        const id = problem.step || /^\/(?:steps|triggers)\/([^/]+)/.exec(problem.pointer)?.[1];
        button.addEventListener("click", () => id && go(id));
        return make("li", {}, [button]);
      }),
    );
  };
  editor.on("problems", draw);
  draw();
}
