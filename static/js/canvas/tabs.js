/** The inspector's tabs: one part of the form is shown, and stays so when the form is drawn anew. */

export class Tabs {
  current = "";

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.panel = panel;
    panel.addEventListener("click", (event) => {
      const tab = event.target instanceof Element ? event.target.closest("[data-tab]") : null;
      if (tab instanceof HTMLElement) this.show(tab.dataset.tab);
    });
    panel.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const all = this.#all();
      const at = all.findIndex((tab) => tab === event.target);
      if (!way || at < 0) return;
      const next = all[(at + way + all.length) % all.length];
      this.show(next.dataset.tab);
      next.focus();
    });
  }

  #all() {
    return /** @type {HTMLElement[]} */ ([...this.panel.querySelectorAll("[data-tab]")]);
  }

  /** @param {string} [name]  the one shown last where there is none of that name */
  show(name = this.current) {
    const all = this.#all();
    this.current = all.some((tab) => tab.dataset.tab === name) ? name : "settings";
    for (const tab of all) {
      const isShown = tab.dataset.tab === this.current;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      document.getElementById(`tab-${tab.dataset.tab}`)?.toggleAttribute("hidden", !isShown);
    }
  }
}
