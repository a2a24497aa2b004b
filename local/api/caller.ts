/** Calls a service's actions in-process, by typed objects: no protocol and no schema. */
import { lacking } from "./aws-error";
import { unsupportedParameterOf } from "./parameters";
import type { Action } from "./service";

export type Caller<Actions> = {
  readonly [Name in keyof Actions]: Actions[Name] extends Action<never, infer Input, infer Output>
    ? (input: Input) => Promise<Output>
    : never;
};

/**
 * The service's actions as methods.
 * @throws AwsError, from each method, as the action does, and for parameters that the region doesn't support
 */
export function callerOf<Context, Actions extends Readonly<Record<string, Action<Context>>>>(
  actions: Actions,
  contextOf: () => Context,
): Caller<Actions> {
  const methods = Object.entries(actions).map(([name, action]) => {
    const method = async (input: object) => {
      const unsupported = unsupportedParameterOf(name, action, input);
      if (unsupported !== undefined) throw lacking(unsupported);
      return action.handle(contextOf(), input as never);
    };
    return [name, method] as const;
  });
  return Object.fromEntries(methods) as unknown as Caller<Actions>;
}
