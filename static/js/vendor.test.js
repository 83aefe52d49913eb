import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const VENDOR = new URL("../vendor/", import.meta.url);
const { files } = JSON.parse(readFileSync(new URL("manifest.json", VENDOR), "utf8"));

test("every vendored file is the one the manifest describes", () => {
  for (const [path, described] of Object.entries(files)) {
    const bytes = readFileSync(new URL(path, VENDOR));

    assert.equal(createHash("sha256").update(bytes).digest("hex"), described.sha256, path);
  }
});

test("no file lies in static/vendor that the manifest does not name", () => {
  const found = readdirSync(VENDOR, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      `${entry.parentPath}/${entry.name}`.split("static/vendor/")[1].replace(/^\/+/, ""),
    );

  assert.deepEqual(
    found.filter((path) => path !== "manifest.json" && !(path in files)),
    [],
  );
});

test("every vendored package brings its licence", () => {
  const folders = new Set(Object.keys(files).map((path) => path.split("/")[0]));

  for (const folder of folders) assert.ok(`${folder}/LICENSE` in files, folder);
});
