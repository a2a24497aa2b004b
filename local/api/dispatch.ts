/** Dispatches a request to the action it names and turns the action's output into the response. */
import { setImmediate } from "node:timers/promises";
import { ClientTokens } from "./client-tokens";
import { closest } from "./closest";
import { unsupportedParameterOf } from "./parameters";
import type { Protocol, Request, Response } from "./protocols/protocol";
import { hasOperation, operationShapes } from "./schema";
import type { Service } from "./service";

/** A service together with the state that its actions act on. */
export interface BoundService extends Service<never> {
  respond: (protocol: Protocol, request: Request) => Promise<Response>;
}

/** @param contextOf called once per request */
export function bind<Context>(service: Service<Context>, contextOf: () => Context): BoundService {
  const clientTokens = new ClientTokens();
  return {
    ...service,
    respond: (protocol, request) => dispatch(service, protocol, request, contextOf(), { clientTokens }),
  };
}

export interface DispatchOptions {
  /** Throws if the caller may not perform the action. */
  authorize?: (action: string) => void;
  /** The client tokens of earlier requests. */
  clientTokens?: ClientTokens;
}

/** @throws AwsError, or whatever the action throws */
export async function dispatch<Context>(
  service: Pick<Service<Context>, "actions" | "model" | "source">,
  protocol: Protocol,
  request: Request,
  context: Context,
  { authorize = () => undefined, clientTokens = new ClientTokens() }: DispatchOptions = {},
): Promise<Response> {
  const { name, version } = protocol.action(request);
  const { actions, model } = service;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) {
    if (!hasOperation(await model(), name)) throw protocol.faults.unknownAction(name, version);
    const nearest = closest(name, Object.keys(actions)).join(", ");
    throw protocol.faults.unsupported(
      `The local region does not support the action ${name}. The nearest that it supports: ${nearest}. ` +
        `To add it, extend ${service.source}.`,
    );
  }
  authorize(name);
  const shapes = operationShapes(await model(), name);
  const input = await protocol.input(request, shapes.input);
  const unsupported = unsupportedParameterOf(name, action, input);
  if (unsupported !== undefined) throw protocol.faults.unsupported(unsupported);
  // The operation's schema has validated the input.
  const output = await clientTokens.once(name, input, () => action.handle(context, input as never));
  return protocol.output(name, shapes.output, output);
}

/** Loads all models, so that the first request to each service doesn't wait for its model. */
export async function preload(services: readonly Pick<Service<never>, "model">[]): Promise<void> {
  for (const { model } of services) {
    await model();
    // Loading blocks the event loop; requests get a turn between models.
    await setImmediate();
  }
}
