/**
 * The theme button: as the system, light, dark, in turn; remembered in this browser.
 */

/** @typedef {"system" | "light" | "dark"} Theme */

const KEY = "garland.theme";

/** @type {Record<Theme, string>} */
const WORDS = { system: "as the system", light: "light", dark: "dark" };

/**
 * The theme that follows in the round.
 * @param {Theme} theme
 * @returns {Theme}
 */
export function nextTheme(theme) {
  if (theme === "system") return "light";
  return theme === "light" ? "dark" : "system";
}

/**
 * What a root element's data-theme or a stored word means; anything unknown is the system's theme.
 * @param {string | null | undefined} word
 * @returns {Theme}
 */
export function readTheme(word) {
  return word === "light" || word === "dark" ? word : "system";
}

/** @param {Theme} theme */
function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // storage is refused: the choice lasts as long as the page
  }
}

/** @param {Theme} theme */
function apply(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

/** Make the theme button work. */
export function startTheme() {
  const button = document.getElementById("theme-toggle");
  if (!button) return;
  const name = () => {
    const text = `Theme: ${WORDS[readTheme(document.documentElement.dataset.theme)]}`;
    button.setAttribute("aria-label", text);
    button.title = text;
  };
  button.hidden = false;
  name();
  button.addEventListener("click", () => {
    const theme = nextTheme(readTheme(document.documentElement.dataset.theme));
    remember(theme);
    apply(theme);
    name();
  });
}
