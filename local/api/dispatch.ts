/** Dispatches a request to the action it names and turns the action's output into the response. */
import { setImmediate } from "node:timers/promises";
import type { Protocol, Request, Response } from "./protocols/protocol";
import { operationShapes } from "./schema";
import type { Service } from "./service";

/** A service together with the state that its actions act on. */
export interface BoundService extends Service<never> {
  respond: (protocol: Protocol, request: Request) => Promise<Response>;
}

/** @param contextOf called once per request */
export function bind<Context>(service: Service<Context>, contextOf: () => Context): BoundService {
  return {
    ...service,
    respond: (protocol, request) => dispatch(service, protocol, request, contextOf()),
  };
}

/**
 * @param authorize throws if the caller may not perform the action
 * @throws AwsError, or whatever the action throws
 */
export async function dispatch<Context>(
  { actions, model }: Pick<Service<Context>, "actions" | "model">,
  protocol: Protocol,
  request: Request,
  context: Context,
  authorize: (action: string) => void = () => undefined,
): Promise<Response> {
  const { name, version } = protocol.action(request);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw protocol.faults.unknownAction(name, version);
  authorize(name);
  const shapes = operationShapes(await model(), name);
  const input = protocol.input(request, shapes.input);
  for (const parameter of Object.keys(input)) {
    if (!action.parameters.includes(parameter)) throw protocol.faults.unsupportedParameter(parameter);
  }
  // The operation's schema has validated the input.
  return protocol.output(name, shapes.output, await action.handle(context, input as never));
}

/** Loads all models, so that the first request to each service doesn't wait for its model. */
export async function preload(services: readonly Pick<Service<never>, "model">[]): Promise<void> {
  for (const { model } of services) {
    await model();
    // Loading blocks the event loop; requests get a turn between models.
    await setImmediate();
  }
}
