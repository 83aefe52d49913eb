/** Forms that a passkey answers (tenancy/_passkey_form.html): the browser is asked as one is sent. */
import { hear } from "./canvas/dom.js";

/** @param {HTMLFormElement} form */
async function ask(form) {
  const answer = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer"));
  const refused = /** @type {HTMLElement} */ (form.querySelector("[data-refused]"));
  refused.hidden = true;
  try {
    const options = await (await fetch(form.dataset.options ?? "")).json();
    const isNew = form.dataset.passkey === "create";
    const { credentials } = /** @type {{credentials: any}} */ (navigator);
    const read = isNew ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    const asked = { publicKey: PublicKeyCredential[read](options) };
    answer.value = JSON.stringify(await credentials[isNew ? "create" : "get"](asked));
    form.submit();
  } catch {
    refused.hidden = false;
  }
}

if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined) {
  for (const one of document.querySelectorAll("form[data-passkey], [data-no-passkeys]"))
    one.toggleAttribute("hidden");
}
hear(document, "submit", "form[data-passkey]", (form, event) => {
  event.preventDefault();
  ask(/** @type {HTMLFormElement} */ (form));
});
