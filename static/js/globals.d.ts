/** What the vendored classic scripts put on the window. */
declare const htmx: {
  ajax(verb: string, path: string, options: Record<string, unknown>): Promise<void>;
};
