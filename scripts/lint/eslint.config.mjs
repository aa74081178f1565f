// ESLint for the scripts of the desk and for the tools in this folder: `make lint`.

import js from "@eslint/js";
import globals from "globals";

const desk = {
	...globals.browser,
	...globals.jquery,
	__: "readonly",
	cur_frm: "readonly",
	flt: "readonly",
	format_currency: "readonly",
	format_number: "readonly",
	moment: "readonly",
	frappe: "readonly",
	rts_factoring: "readonly",
};

export default [
	{ ignores: ["**/node_modules/", "**/.venv*/", "demo-output/"] },
	js.configs.recommended,
	{
		linterOptions: { reportUnusedDisableDirectives: "error" },
		rules: {
			eqeqeq: "error",
			"no-console": "error",
			"no-shadow": "error",
			"no-var": "error",
			"object-shorthand": "error",
			"prefer-const": "error",
			"prefer-template": "error",
			complexity: ["error", 15],
			"max-lines": ["error", 400],
		},
	},
	// Frappe runs the scripts of forms, lists and reports as plain scripts, one DocType at a time.
	{
		files: ["rts_factoring/**/*.js"],
		languageOptions: { sourceType: "script", globals: desk },
	},
];
