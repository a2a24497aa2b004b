/**
 * Node's environment for tests, in which a warning of the process fails the test that it arrives in: what users would see
 * on the console. It watches from outside, because the tests' own `process` is a copy that hears of none.
 */
import type { Circus } from "@jest/types";
import { TestEnvironment } from "jest-environment-node";

export default class extends TestEnvironment {
  private readonly warnings: Error[] = [];
  private readonly watch = (warning: Error) => this.warnings.push(warning);

  override async setup(): Promise<void> {
    await super.setup();
    // Jest hooks into stack traces in its own realm only; infra/promise-stacks.ts wraps the hook of the tests' realm.
    const { Error: TestsError } = this.global as { Error: { prepareStackTrace?: unknown } };
    TestsError.prepareStackTrace = (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    process.on("warning", this.watch);
  }

  override async teardown(): Promise<void> {
    process.off("warning", this.watch);
    await super.teardown();
  }

  handleTestEvent(event: Circus.AsyncEvent): void {
    if (event.name !== "test_done") return;
    event.test.errors.push(...this.warnings.splice(0));
  }
}
