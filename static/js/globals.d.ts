/** What the vendored classic scripts put on the window. */
declare const uPlot: typeof import("../vendor/uplot/uPlot");
