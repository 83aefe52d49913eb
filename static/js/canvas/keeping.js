/**
 * Changes that are not saved yet are kept in this browser, so that neither a crash nor a power cut
 * takes them; they are offered when the workflow is opened again, and go once they are saved, after
 * a week, and when the person signs out.
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";

export const KEPT = "garland-drafts";
const STORE = "drafts";
const PAUSE_MS = 150;
const WEEK_MS = 7 * 24 * 3_600_000;

/** @typedef {import("./saving.js").Kept & {key: string, flow: string, person: string, at: number}} Drawn */

/**
 * What to offer: the newest of a person's workflow that no open page has. The rest is of no use to
 * anybody: another person's, and what is too old.
 * @param {Drawn[]} all @param {{flow: string, person: string, open: (string|undefined)[], now: number}} asked
 */
export function sorted(all, { flow, person, open, now }) {
  const mine = all.filter((one) => one.person === person && now - one.at < WEEK_MS);
  const lost = mine.filter((one) => one.flow === flow && !open.includes(one.page));
  lost.sort((a, b) => b.at - a.at);
  return { offer: lost[0], useless: all.filter((one) => !mine.includes(one)) };
}

/**
 * One transaction, on the disk when it is over; a browser that keeps nothing is no error.
 * @param {(store: IDBObjectStore) => IDBRequest} work
 */
function keep(work) {
  return new Promise((done) => {
    const opening = indexedDB.open(KEPT, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "key" });
    opening.onerror = () => done(undefined);
    opening.onsuccess = () => {
      const deal = opening.result.transaction(STORE, "readwrite", { durability: "strict" });
      const request = work(deal.objectStore(STORE));
      deal.oncomplete = deal.onabort = () => {
        opening.result.close(); // or signing out could not delete it
        done(request.result);
      };
    };
  });
}

/**
 * Gives what to offer, and lets go of what is of no use: on every page, and so at the first that
 * another person sees.
 * @param {Parameters<typeof sorted>[1]} asked
 */
export async function tidied(asked) {
  const { offer, useless } = sorted((await keep((store) => store.getAll())) ?? [], asked);
  for (const one of useless) keep((store) => store.delete(one.key));
  return offer;
}

/** @param {DesignerPage} page */
export async function mountKeeping({ deeds, editor, facts, saving }) {
  const { person, draft_url: flow } = facts;
  const key = `${flow} ${saving.page}`;
  const forget = (/** @type {string} */ one) => keep((store) => store.delete(one));
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  editor.on("flow", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (!saving.isDirty) return;
      const drawn = { key, flow, person, at: Date.now(), ...saving.current };
      await keep((store) => store.put(drawn));
      need("#save-state").dataset.kept = "yes";
    }, PAUSE_MS);
  });
  document.addEventListener("draft:saved", () => forget(key));
  navigator.locks?.request(saving.page, () => new Promise(() => {})); // shows that it is open
  const open = ((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name);
  const offer = await tidied({ flow, person, open, now: Date.now() });
  if (!offer) return;
  const { revision, page, document: drawn } = offer;
  const subject = { revision, page, document: drawn };
  const merged = await saving.compare(subject);
  if (merged && !merged.is_news) return forget(offer.key); // it was saved at the last moment
  const at = new Date(offer.at);
  need("#kept-at").textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  need("#recovery").hidden = false;
  editor.say("Changes that were not saved are kept in this browser.");
  deeds["drop-kept"] = () => {
    need("#recovery").hidden = true;
    forget(offer.key);
  };
  document.addEventListener("draft:saved", () => saving.taken === subject && deeds["drop-kept"](0));
  deeds["take-kept"] = () => {
    saving.pending = subject;
    saving.merge();
  };
  deeds["look-kept"] = async () => {
    const found = await saving.compare(subject);
    if (found) saving.ask(found.html);
    saving.pending = subject;
  };
}
