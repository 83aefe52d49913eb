/**
 * Instants in the reader's own zone. The server writes them in UTC as <time class="instant">, or with
 * data-at where a <time> may not stand, between data-before and data-after; this rewrites the text
 * and keeps UTC in the title.
 */

/** Seconds, and what so many are called. @type {[number, string][]} */
const UNITS = Object.entries({ d: 86_400, h: 3_600, min: 60, s: 1 }).map(([name, s]) => [s, name]);

const clock = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const short = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short", ...clock });
/** @type {Record<string, Intl.DateTimeFormat>} */
const FORMS = {
  clock: new Intl.DateTimeFormat(undefined, clock),
  day: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }),
  time: new Intl.DateTimeFormat(undefined, { ...clock, second: "2-digit" }),
};

/**
 * How long ago `at` was, in words; both in milliseconds since the epoch.
 * @param {number} at
 * @param {number} now
 */
export function ago(at, now) {
  const seconds = Math.round((now - at) / 1000);
  if (seconds < 5) return "just now";
  const [length, name] = UNITS.find(([least]) => seconds >= least) ?? UNITS[0];
  return `${Math.floor(seconds / length)} ${name} ago`;
}

/**
 * The text for an instant in one of the forms of ui/time.html, or one of ui/plot_parts.html: clock, day.
 * @param {Date} at
 * @param {string | undefined} form
 * @param {number} now
 */
export function write(at, form, now) {
  if (form === "ago") return ago(at.getTime(), now);
  return (FORMS[form ?? ""] ?? short).format(at);
}

/** @param {Pick<ParentNode, "querySelectorAll">} root */
export function rewrite(root) {
  const now = Date.now();
  for (const time of root.querySelectorAll(".instant")) {
    const { dateTime, dataset } = /** @type {HTMLTimeElement} */ (time);
    const at = new Date(dataset.at ?? dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const { before = "", after = "" } = dataset;
    time.textContent = before + write(at, dataset.form, now) + after;
  }
}

const REFRESH_MS = 30_000;

// What is there, what comes later, and the "ago" ones as time goes by.
if (typeof document !== "undefined") {
  rewrite(document);
  document.addEventListener("htmx:after:swap", () => rewrite(document));
  setInterval(() => rewrite(document), REFRESH_MS);
}
