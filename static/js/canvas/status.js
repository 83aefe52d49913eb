/**
 * The status bar: whether the draft is saved.
 * @import {SaveState} from "./saving.js"
 */
import { need } from "./dom.js";

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
