// Rules for the JavaScript of the view (harmony_core/viewer/js) and of the pages (assets/app).
import js from "@eslint/js";
import globals from "globals";

/** Folders that a file may import from, beside its own; tests/test_architecture.py has the same. */
const ABOVE = {
  data: ["draw", "controls", "panels"],
  draw: ["data", "controls", "panels"],
  controls: ["panels"],
};

const forbid = (patterns, message) => ({
  "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }],
});

export default [
  { ignores: ["**/built/", ".venv/", "node_modules/", "static/", "runs/", "site/"] },
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "max-len": ["error", { code: 100 }],
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", 60],
    },
  },
  { files: ["scripts/*.js", "*.config.js"], languageOptions: { globals: globals.node } },
  ...Object.entries(ABOVE).map(([folder, above]) => ({
    files: [`harmony_core/viewer/js/${folder}/*.js`],
    rules: forbid(
      [...above.map((name) => `../${name}/*`), "../*.js"],
      `A file in ${folder}/ imports nothing from above it.`,
    ),
  })),
  {
    files: ["harmony_core/viewer/js/panels/*.js"],
    ignores: ["harmony_core/viewer/js/panels/registry.js"],
    rules: forbid(["./*", "../*.js"], "A panel imports only from draw/, data/ and controls/."),
  },
];
