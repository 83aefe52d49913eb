/** What the vendored classic scripts put on the window. */
declare const htmx: {
  ajax(verb: string, path: string, options: Record<string, unknown>): Promise<void>;
  trigger(source: EventTarget, name: string): void;
};
/** What the page's parts tell each other, and htmx of its requests. */
interface DocumentEventMap {
  "draft:checked": CustomEvent;
  toast: CustomEvent;
  "htmx:after:swap": CustomEvent;
  "htmx:before:request": CustomEvent;
  "htmx:before:swap": CustomEvent;
  "htmx:config:request": CustomEvent;
  "htmx:confirm": CustomEvent;
  "htmx:finally:request": CustomEvent;
}
