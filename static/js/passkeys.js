/** Forms that a passkey answers (tenancy/_passkey_form.html): the browser is asked as one is sent. */
import { hear } from "./canvas/dom.js";

/** @param {HTMLFormElement} form */
async function ask(form) {
  const answer = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer"));
  const refused = /** @type {HTMLElement} */ (form.querySelector("[data-refused]"));
  refused.hidden = true;
  try {
    const options = await (await fetch(form.dataset.options ?? "")).json();
    const found = /** @type {PublicKeyCredential | null} */ (
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          })
        : await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
          })
    );
    answer.value = JSON.stringify(found);
    form.submit();
  } catch {
    refused.hidden = false;
  }
}

if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined) {
  for (const form of document.querySelectorAll("form[data-passkey]"))
    form.removeAttribute("hidden");
  for (const note of document.querySelectorAll("[data-no-passkeys]")) note.remove();
}
hear(document, "submit", "form[data-passkey]", (form, event) => {
  event.preventDefault();
  ask(/** @type {HTMLFormElement} */ (form));
});
