/** Signing out leaves no unsaved drafts in the browser (`canvas/keeping.js` keeps them there). */
export function startSigningOut() {
  document.addEventListener("submit", ({ target }) => {
    const leaves = target instanceof HTMLFormElement && target.action.endsWith("/sign-out");
    if (leaves) indexedDB.deleteDatabase("garland-drafts");
  });
}
