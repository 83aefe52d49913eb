/**
 * What the page adds to what htmx asks for: `data-sends` names what of `page.sends` goes along, and with
 * `draft` among them the draft is saved first. What is asked for outside of a dialog and comes into it
 * opens it and goes when it closes; what comes elsewhere closes the dialog it was asked for in.
 * @import {DesignerPage} from "./page.js"
 */

/**
 * Ask the server something in JSON.
 * @param {string} url @param {object} body @param {string} csrf @param {RequestInit} [how]
 */
export function askJson(url, body, csrf, how = {}) {
  const json = "application/json";
  const headers = { "Content-Type": json, Accept: json, "X-CSRFToken": csrf };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), ...how });
}

/** @param {DesignerPage} page */
export function mountAsking(page) {
  const { editor, saving, sends } = page;
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const names = ctx.sourceElement.dataset.sends?.split(" ") ?? [];
    for (const name of names) sends[name]?.(ctx.request.body);
    if (names.includes("draft")) ctx.confirm = "draft";
  });
  document.addEventListener("htmx:confirm", async (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    if (ctx.confirm !== "draft") return;
    event.preventDefault();
    await page.settled();
    if (await saving.all()) return issueRequest();
    dropRequest();
    editor.say("The draft could not be saved.");
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    if (ctx.swap === "none") return;
    const into = tasks.find((/** @type {any} */ one) => one.type === "main")?.target;
    const [asked, comes] = [ctx.sourceElement, into].map((one) => one?.closest("dialog"));
    if (asked === comes || comes?.open) return;
    asked?.close();
    if (!comes) return;
    comes.showModal();
    comes.addEventListener("close", () => into.replaceChildren(), { once: true });
  });
}
