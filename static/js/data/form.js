/** The data picker beside a form that the server draws anew with each change: a rule's, a table's. */
import { need } from "../canvas/dom.js";
import { announce } from "../toast.js";
import { DataPicker } from "./picker.js";

new DataPicker(need("[data-takes-data]"), { facts: () => ({}), say: announce });
