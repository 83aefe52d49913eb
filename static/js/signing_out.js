/** Signing out leaves no unsaved drafts in the browser, nor does a session's end to the next person. */
import { KEPT, tidied } from "./canvas/keeping.js";

const { person } = document.body.dataset;
if (person) tidied({ flow: "", person, open: [], now: Date.now() });
document.addEventListener("submit", ({ target }) => {
  const leaves = target instanceof HTMLFormElement && target.action.endsWith("/sign-out");
  if (leaves) indexedDB.deleteDatabase(KEPT);
});
