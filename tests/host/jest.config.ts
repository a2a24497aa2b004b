/** @jest-config-loader-options {"transpileOnly": true, "compilerOptions": {"moduleResolution": "node10"}} */
import type { Config } from "jest";
import base from "../../jest.config";

const config: Config = {
  ...base,
  rootDir: "../..",
  testMatch: ["<rootDir>/tests/host/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 60_000,
};

export default config;
