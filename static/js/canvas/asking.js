/** Asking the server for what the canvas can't work out itself. */

/**
 * @param {string} url
 * @param {string} csrf
 * @param {object} question
 * @returns {Promise<any>} the answer; where there is none, `refusal` is the reason as a sentence
 */
export async function ask(url, csrf, question) {
  const json = "application/json";
  const headers = { "Content-Type": json, Accept: json, "X-CSRFToken": csrf };
  const sent = { method: "POST", headers, body: JSON.stringify(question) };
  const answer = await fetch(url, sent).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok && told) return told;
  return { refusal: told?.errors?.[0]?.message ?? "no connection, try again" };
}
