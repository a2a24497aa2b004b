import { availableParallelism } from "node:os";
import type { Config } from "jest";

const config: Config = {
  testEnvironment: "node",
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": "<rootDir>/testing/transform.ts" },
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/host/"], // needs root: npm run test:host
  // Whole-system tests mostly wait: started first and side by side, they leave the cores to the others.
  testSequencer: "<rootDir>/testing/sequencer.ts",
  maxWorkers: 2 * availableParallelism(),
  moduleNameMapper: { "^typescript$": "<rootDir>/testing/no-typescript.ts" },
  modulePathIgnorePatterns: ["<rootDir>/.local/"],
};

export default config;
