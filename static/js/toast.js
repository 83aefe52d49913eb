/**
 * Short messages at the corner, spoken through the page's one live region. A response raises one
 * with the header HX-Trigger: {"toast": {"text": "Saved"}}; with "tone": "bad" it stays longer, with
 * "undo": an address, there is a button that posts to it. A request that failed says so here as well.
 */

const STAYS_MS = { neutral: 5_000, bad: 12_000, undo: 20_000 };

/** @typedef {{ text: string, tone: "neutral" | "bad", undo: string }} Toast */

/** The page's words for an answer that was refused or failed. @param {number} status HTTP status */
function explain(status) {
  const words = document.getElementById("toast-words");
  if (!(words instanceof HTMLTemplateElement)) return "";
  const all = words.content;
  const said =
    all.querySelector(`[data-status="${status}"]`) ?? all.querySelector("[data-status='']");
  return (said?.textContent ?? "").replace("{status}", `${status}`);
}

/**
 * Speak through the live region. The text is set a moment later, so that the same words twice are spoken twice.
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** Says that Garland cannot be reached: once, until it is. @type {Element | undefined} */
let away;

/** How long it stays. @param {Toast} said */
export const staysFor = ({ tone, undo }) => STAYS_MS[undo ? "undo" : tone];

/**
 * Show a message and speak it.
 * @param {string} text
 * @param {"neutral" | "bad"} [tone]
 * @param {string} [undo] the address that undoes it
 */
export function toast(text, tone = "neutral", undo = "") {
  const box = notice(text, tone, undo);
  setTimeout(() => box?.remove(), staysFor({ text, tone, undo }));
}

/** Show a message that stays, and speak it. @param {string} text @param {string} tone @param {string} undo */
function notice(text, tone, undo) {
  const corner = document.getElementById("toasts");
  const form = document.getElementById("toast-form");
  if (!corner || !(form instanceof HTMLTemplateElement) || !text) return;
  const box = /** @type {DocumentFragment} */ (form.content.cloneNode(true)).children[0];
  const [words, back, close] = box.children;
  box.classList.add(`toast--${tone}`);
  words.textContent = text;
  close.addEventListener("click", () => box.remove());
  back.addEventListener("click", () => {
    box.remove();
    htmx.ajax("POST", undo, { target: "#toasts", swap: "none" });
  });
  if (undo) for (const old of corner.querySelectorAll(".toast__undo")) old.remove();
  else back.remove();
  for (const old of corner.querySelectorAll(".toast--bad"))
    if (old.children[0].textContent === text) old.remove();
  corner.append(box);
  announce(undo ? `${text} Press z to undo.` : text);
  return box;
}

/** The statuses whose body htmx swaps in: the part itself says what is wrong. */
const SPEAKS_FOR_ITSELF = [409, 422];

if (typeof document !== "undefined") {
  document.addEventListener("toast", ({ detail: { text, tone, undo } }) => toast(text, tone, undo));
  document.addEventListener("htmx:response:error", (event) => {
    const { response, swap } = /** @type {CustomEvent} */ (event).detail.ctx;
    if (swap === "none" || !SPEAKS_FOR_ITSELF.includes(response.status))
      toast(explain(response.status), "bad");
  });
  document.addEventListener("htmx:error", (event) => {
    const ctx = /** @type {CustomEvent} */ (event).detail.ctx;
    if (!ctx || ctx.response || event.target === document.getElementById("live")) return;
    if (!away?.isConnected)
      away = notice("The server cannot be reached. Check the connection and try again.", "bad", "");
  });
  document.addEventListener("htmx:after:request", () => away?.remove());
  addEventListener("online", () => away?.remove());
}
