/** Asking the server. */

/**
 * Ask the server something in JSON.
 * @param {string} url @param {object} body @param {string} csrf @param {RequestInit} [how]
 */
export function askJson(url, body, csrf, how = {}) {
  const json = "application/json";
  const headers = { "Content-Type": json, Accept: json, "X-CSRFToken": csrf };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), ...how });
}
