import { readFileSync } from "node:fs";
import { apiDocumentation, file } from "../testing/api-documentation";

test("docs/aws-api.md says what the code does; `npm run docs` writes it", () => {
  expect(readFileSync(file, "utf8")).toBe(apiDocumentation());
});
