/**
 * Shapes the canvas modules share. Only type definitions; nothing here runs.
 *
 * @typedef {[number, number]} Point  x to the right, y down, in canvas units (one CSS pixel at 100 %).
 * @typedef {{x: number, y: number, w: number, h: number}} Rect
 * @typedef {Record<string, any>} Json
 *
 * @typedef {Object} Step
 * @property {string} block
 * @property {string} version
 * @property {Json} [config]
 * @property {Json} [input]
 * @property {string} [title]
 * @property {string} [notes]
 * @property {Json} [retry]
 * @property {number} [timeout_s]
 * @property {"all"|"any"} [join]
 * @property {Point} [position]
 * @property {boolean} [disabled]  it is passed over
 * @property {string} [within]  on the canvas alone: the loop whose body it stands in
 * @property {boolean} [loops]  on the canvas alone: it is a loop and has a body, which may be empty
 *
 * @typedef {{title: string, colour: string, steps: string[]}} Group
 * @typedef {{text: string, position: Point, size?: Point, colour?: string}} Note
 * @typedef {{groups?: Record<string, Group>, notes?: Record<string, Note>}} Drawn  What only the canvas knows.
 *
 * @typedef {{kind: string, position?: Point, title?: string, notes?: string, [key: string]: any}} Trigger
 * @typedef {{from: string, to: string}} Wire  `from` is "trigger" or "step:port", `to` is a step.
 * @typedef {{flow: number, name: string, triggers: Record<string, Trigger>, steps: Record<string, Step>, wires: Wire[], canvas?: Drawn}} Flow  As the canvas holds it; see bodies.js.
 *
 * @typedef {"neutral"|"good"|"bad"|"error"} Tone
 * @typedef {"alarm"|"record"|"list"|"value"|"nothing"} Kind  what a port hands on, in a word
 * @typedef {{name: string, title: string, tone: Tone, schema?: Json, kind?: Kind, gives?: string[]}} Port
 * @typedef {{part: "input"|"config", name: string, title: string, kinds?: string[]}} Need  what a fresh step must be given
 *
 * @typedef {Object} Entry  One thing the palette offers: a block or a kind of trigger.
 * @property {string} key  "garland.branch@1.0.0" or "trigger:rule"
 * @property {string} name  the same in every version
 * @property {boolean} [favourite]
 * @property {"step"|"trigger"} sort
 * @property {string} id
 * @property {string} version
 * @property {string} title
 * @property {string} summary
 * @property {string} category
 * @property {number} order  of its category in the palette
 * @property {[number, string, string[]][]} find  what it is found by: worth, what to say of it, words
 * @property {string} publisher
 * @property {string} icon  address of an SVG (begins with /), or a name in the sprite
 * @property {string} [effects]
 * @property {Port[]} outputs
 * @property {{from: string, name: string, title?: string}|null} [dynamic]
 * @property {{setting: string, paths: Record<string, string[]>}|null} [tables]  of a block that picks a decision table: what each answers
 * @property {Json} [config]  what a fresh step starts with
 * @property {Json} [input]
 * @property {Need[]} [needs]
 * @property {boolean} [loops]  its steps have a body
 * @property {boolean} [hidden]  drawn where a step uses it, and not offered for new ones
 * @property {boolean} [core]  ships with Garland: ranks above the marketplace's
 *
 * @typedef {Record<string, Entry>} Catalogue
 *
 * @typedef {Object} Face  What a node shows, and where: everything drawing needs.
 * @property {string} id
 * @property {"step"|"trigger"} sort
 * @property {string} title
 * @property {string} subtitle
 * @property {string} icon
 * @property {Port[]} ports
 * @property {boolean} missing  the block isn't installed
 * @property {boolean} [off]  it is switched off
 * @property {Rect} rect
 * @typedef {{id: string, title: string, rect: Rect}} Thing  What can be dragged: a node's face, or a note by its key.
 *
 * @typedef {{pointer: string, message: string, step: string|null, severity: "error"|"warning"}} Problem
 * @typedef {Object} StepProgress
 * @property {string} status
 * @property {string|null} [port]
 * @property {string[]} [ports]  of a step in a loop's body: every port a round of it left by
 * @property {string} text  what its badge says: how long it took, its state, or how its rounds went
 * @property {string} said  the same to be said
 * @property {any} [input]
 * @property {any} [output]
 * @property {any} [error]
 *
 * @typedef {{state: string, trigger?: string, steps: Record<string, StepProgress>}} Progress
 * @typedef {Progress & {run: string, said: string, is_over: boolean, held: string[], changed: string[]}} RunOverlay  A run laid over the draft.
 * @typedef {{x: number, y: number, zoom: number}} View  Where the canvas's origin is on screen, and its scale.
 */

export {};
