import { availableParallelism } from "node:os";
import type { Config } from "jest";

const config: Config = {
  testEnvironment: "<rootDir>/testing/environment.ts",
  testTimeout: 60_000, // many start processes, and the machine may be busy
  setupFilesAfterEnv: ["<rootDir>/testing/set-up.ts"],
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": "<rootDir>/testing/transform.ts" },
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/host/"], // needs root: npm run test:host
  // Whole-system tests, which are started first, wait a good part of their time.
  testSequencer: "<rootDir>/testing/sequencer.ts",
  maxWorkers: availableParallelism() + 1,
  // A worker ends at once when all is closed; to free what it has loaded takes a busy machine more than the default 500 ms.
  workerGracefulExitTimeout: 10_000,
  moduleNameMapper: {
    "^(typescript|@npmcli/arborist|normalize-package-data|fdir|upath|@grpc/grpc-js|.*_grpc_pb)$":
      "<rootDir>/testing/unused-module.ts",
  },
  modulePathIgnorePatterns: ["<rootDir>/.local/"],
};

export default config;
