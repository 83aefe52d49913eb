/**
 * Instants in the reader's own zone. The server writes them in UTC as <time class="instant">;
 * this rewrites the text and keeps UTC in the title.
 */

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const shortForm = new Intl.DateTimeFormat(undefined, {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const timeForm = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/**
 * How long ago `at` was, in words; both in milliseconds since the epoch.
 * @param {number} at
 * @param {number} now
 */
export function ago(at, now) {
  const seconds = Math.round((now - at) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < MINUTE_S) return `${seconds} s ago`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ago`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h ago`;
  return `${Math.floor(seconds / DAY_S)} d ago`;
}

/**
 * The text for an instant in one of the forms of ui/time.html.
 * @param {Date} at
 * @param {string | undefined} form
 * @param {number} now
 */
export function write(at, form, now) {
  if (form === "ago") return ago(at.getTime(), now);
  return (form === "time" ? timeForm : shortForm).format(at);
}

/** @param {ParentNode} root */
function rewrite(root) {
  const now = Date.now();
  for (const time of root.querySelectorAll("time.instant")) {
    const element = /** @type {HTMLTimeElement} */ (time);
    const at = new Date(element.dateTime);
    if (!Number.isNaN(at.getTime())) element.textContent = write(at, element.dataset.form, now);
  }
}

const REFRESH_MS = 30_000;

/** Rewrite what is there, what comes later, and the "ago" ones as time goes by. */
export function startInstants() {
  rewrite(document);
  document.addEventListener("htmx:after:swap", () => rewrite(document));
  setInterval(() => rewrite(document), REFRESH_MS);
}
