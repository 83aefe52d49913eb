/**
 * Changes that are not saved yet are kept in this browser, so that neither a crash nor a power cut
 * takes them; they are offered when the workflow is opened again, and go once they are saved, or
 * when the person signs out.
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";

export const KEPT = "garland-drafts";
const STORE = "drafts";
const MOST = 20;
const PAUSE_MS = 150;

/** @typedef {import("./saving.js").Kept & {key: string, flow: string, person: string, at: number}} Record */

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(KEPT, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // signing out deletes it
      done(request.result);
    };
  });
}

/**
 * One transaction that is on the disk when it is over; a browser that keeps nothing is no error.
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} work
 */
async function keep(mode, work) {
  try {
    const database = await open();
    const deal = database.transaction(STORE, mode, { durability: "strict" });
    const request = work(deal.objectStore(STORE));
    await new Promise((done) => {
      deal.oncomplete = deal.onabort = done;
    });
    database.close();
    return request.result;
  } catch {
    return undefined;
  }
}

/** Those to let go of: another person's, and what is too many. @param {Record[]} all @param {string} person */
export function tooMany(all, person) {
  const mine = all.filter((one) => one.person === person).sort((a, b) => b.at - a.at);
  return all.filter((one) => !mine.slice(0, MOST).includes(one));
}

/** The newest of a workflow that no open page has. @param {Record[]} all @param {string} flow @param {string[]} open */
export function toOffer(all, flow, open) {
  const lost = all.filter((one) => one.flow === flow && !open.includes(one.page));
  return lost.sort((a, b) => b.at - a.at)[0] ?? null;
}

/** @param {DesignerPage} page */
export async function mountKeeping({ deeds, editor, facts, saving }) {
  const { person, draft_url: flow } = facts;
  const state = need("#save-state");
  const key = `${flow} ${saving.page}`;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  editor.on("flow", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (!saving.isDirty) return;
      const record = { key, flow, person, at: Date.now(), ...saving.current };
      await keep("readwrite", (store) => store.put(record));
      state.dataset.kept = "yes";
    }, PAUSE_MS);
  });
  document.addEventListener("draft:saved", () => {
    state.dataset.kept = "";
    keep("readwrite", (store) => store.delete(key));
    if (kept && !saving.pending && taken) drop();
  });
  navigator.locks?.request(saving.page, () => new Promise(() => {})); // shows that it is open
  /** @type {Record[]} */
  const all = (await keep("readonly", (store) => store.getAll())) ?? [];
  for (const one of tooMany(all, person)) keep("readwrite", (store) => store.delete(one.key));
  const held = (await navigator.locks?.query())?.held?.map((lock) => lock.name ?? "") ?? [];
  const mine = all.filter((one) => one.person === person);
  const kept = toOffer(mine, flow, held);
  let taken = false;
  const offer = need("#recovery");
  const drop = () => {
    offer.hidden = true;
    if (kept) keep("readwrite", (store) => store.delete(kept.key));
  };
  if (!kept) return;
  const at = new Date(kept.at);
  need("#kept-at").textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  offer.hidden = false;
  editor.say("Changes that were not saved are kept in this browser.");
  const { revision, document: drawn } = kept;
  const subject = { revision, page: kept.page, document: drawn };
  deeds["drop-kept"] = drop;
  deeds["look-kept"] = async () => {
    const found = await saving.compare(subject);
    saving.pending = subject;
    if (found) saving.ask(found.html);
  };
  deeds["take-kept"] = async () => {
    saving.pending = subject;
    taken = true;
    await saving.merge();
  };
}
