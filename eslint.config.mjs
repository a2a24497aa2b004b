import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", ".local", "coverage", "**/*.mjs", "**/*.cjs"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      // The compiler's noPropertyAccessFromIndexSignature is off: an index signature's key may be a name.
      "@typescript-eslint/dot-notation": "off",
      "no-restricted-properties": [
        "error",
        {
          object: "jest",
          property: "mock",
          message: "Nothing hoists it here: use jest.doMock before what it mocks is loaded.",
        },
      ],
    },
  },
);
