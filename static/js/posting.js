/**
 * Sending a form without leaving the page: what came of it is told by events that the answer names
 * in HX-Trigger, as htmx does it, so that a toast or a list hears of it either way.
 */
import { explainStatus, toast } from "./toast.js";

/**
 * The events that an answer raises; none where the header is missing or is no JSON object.
 * @param {string | null} header
 * @returns {[string, unknown][]}
 */
export function readEvents(header) {
  try {
    const named = JSON.parse(header ?? "{}");
    return named && typeof named === "object" ? Object.entries(named) : [];
  } catch {
    return [];
  }
}

/** @returns {Record<string, string>} */
function headers() {
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
  return { "HX-Request": "true", "HX-Request-Type": "partial", ...token };
}

/**
 * Send it; tell whether it was taken.
 * @param {string} address
 * @param {FormData} [form]
 */
export async function post(address, form = new FormData()) {
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body: form, headers: headers() });
  } catch {
    toast("Garland cannot be reached. Check the connection and try again.", "bad");
    return false;
  }
  if (!answer.ok) {
    toast(explainStatus(answer.status), "bad");
    return false;
  }
  for (const [name, detail] of readEvents(answer.headers.get("HX-Trigger")))
    document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  return true;
}

/** Undo what a toast offers to undo. */
export function startPosting() {
  document.addEventListener("undo", (event) => {
    post(/** @type {CustomEvent<string>} */ (event).detail);
  });
}
