/** @jest-config-loader-options {"transpileOnly": true, "compilerOptions": {"moduleResolution": "node10"}} */
import type { Config } from "jest";

const tsconfig = {
  target: "es2023",
  module: "commonjs",
  moduleResolution: "node10",
  esModuleInterop: true,
  isolatedModules: true,
};

const config: Config = {
  testEnvironment: "node",
  testMatch: ["**/*.test.ts"],
  // Types are checked once for the whole tree by `tsc`; here each file is only transpiled, import() to require(): Jest's
  // own needs a flag of Node's.
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false, tsconfig }] },
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/host/"], // needs root: npm run test:host
  // Whole-system tests mostly wait, and two cores would otherwise be one worker.
  maxWorkers: "100%",
  modulePathIgnorePatterns: ["<rootDir>/.local/"],
};

export default config;
