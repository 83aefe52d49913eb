/**
 * The page's one server-sent event stream: its state in the top bar, a first connection that is
 * tried again, and a refresh of every part after a gap, since events of the gap are gone.
 *
 * htmx's hx-sse turns named events into DOM events that bubble from #live to body; reconnecting
 * an open stream is its work too. What it lacks is a second try when the very first one failed.
 */

/** The events a part can listen to; the server names them the same. */
export const EVENTS = "alarms runs rules workflows approvals webhooks services notices".split(" ");

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * How long to wait before try number `attempt` (0, 1, 2, …), in milliseconds.
 * @param {number} attempt
 */
export function retryDelay(attempt) {
  return Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS);
}

/** @typedef {"open" | "lost"} LiveState */

/** What the sign in the top bar shows and says. @param {LiveState} state */
function show(state) {
  document.getElementById("live-state")?.setAttribute("data-state", state);
}

/**
 * Follow the stream of `source` (#live) and speak of it.
 * @param {HTMLElement} source
 */
function follow(source) {
  let attempt = 0;
  let wasOpen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const opened = () => {
    clearTimeout(timer);
    show("open");
    for (const name of wasOpen ? EVENTS : []) htmx.trigger(source, name);
    wasOpen = true;
    attempt = 0;
  };
  const tryAgain = () => {
    show("lost");
    clearTimeout(timer);
    timer = setTimeout(() => htmx.trigger(source, "live:retry"), retryDelay(attempt));
    attempt += 1;
  };

  source.addEventListener("htmx:sse:after:connection", opened);
  source.addEventListener("htmx:sse:error", () => show("lost"));
  source.addEventListener("htmx:sse:close", tryAgain);
  source.addEventListener("htmx:error", tryAgain);
  source.addEventListener("htmx:response:error", (event) => {
    event.stopPropagation(); // the top bar says it; a toast each time would nag
    tryAgain();
  });
}

/**
 * The page's stream, if any. The first connection is asked for from here, once htmx knows the page and
 * the listeners are in place: one that opened earlier would go unnoticed.
 */
const source = globalThis.document?.getElementById("live");
if (source) {
  follow(source);
  const connect = () => htmx.trigger(source, "live:connect");
  if (document.readyState === "complete") connect();
  else addEventListener("load", connect, { once: true });
}
