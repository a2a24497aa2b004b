import { join } from "node:path";
import type { Config } from "jest";
import base from "../../jest.config";

const config: Config = {
  ...base,
  rootDir: join(__dirname, "../.."),
  testMatch: ["<rootDir>/tests/host/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
};

export default config;
