// A classic script that runs before the first paint, so that no page flashes in the other theme.
// theme.js keeps the choice; this only applies it. CSS learns what the browser can do.
(() => {
  const root = document.documentElement;
  root.dataset.scripts = "on";
  if (navigator.clipboard) root.dataset.copies = "on";
  try {
    const chosen = localStorage.getItem("garland.theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // storage is refused: the system's theme it is
  }
})();
