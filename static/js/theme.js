/**
 * The theme button: as the system, light, dark, in turn; remembered in this browser. Its style shows and
 * says which it is.
 */

/** @typedef {"" | "light" | "dark"} Theme  "": as the system */

/**
 * The theme that follows in the round; anything unknown is the system's.
 * @param {string | undefined} theme
 * @returns {Theme}
 */
export function nextTheme(theme) {
  if (theme === "light") return "dark";
  return theme === "dark" ? "" : "light";
}

if (typeof document !== "undefined") {
  const { dataset } = document.documentElement;
  document.getElementById("theme-toggle")?.addEventListener("click", () => {
    const theme = nextTheme(dataset.theme);
    if (theme) dataset.theme = theme;
    else delete dataset.theme;
    try {
      localStorage.setItem("garland.theme", theme);
    } catch {
      // storage is refused: the choice lasts as long as the page
    }
  });
}
