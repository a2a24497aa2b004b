/**
 * Sends generated calls to a region and judges the answers: each must be a success, or an error with a 4xx status in the
 * protocol's shape, and come in time.
 */
import { inspect } from "node:util";
import { damage, isPromised, send } from "./damaged-requests";
import { GeneratedCalls, nameOf, type CalledService, type GeneratedCall } from "./generated-calls";

export interface Traffic {
  services: readonly CalledService[];
  /** Where AWS's API is served. */
  endpoint: string;
  seed: number;
  calls: number;
}

export interface Batch {
  /** Calls that were in flight together, as text. */
  calls: string[];
  /** The successful actions among them, as "service:Action". */
  successes: string[];
  failures: string[];
}

/** Calls in flight at a time. */
const concurrency = 4;
/** In ms; as long as an answer may take. */
export const patience = 10_000;
const damaged = 0.05;

/** The parts of the SDK's clients that all have. */
interface Client {
  send(command: object, options: { abortSignal: AbortSignal }): Promise<object>;
  destroy(): void;
  middlewareStack: {
    add(middleware: (next: unknown) => (args: { request: unknown }) => never, options: object): void;
  };
}

type ClientClass = new (options: object) => Client;

/** Sends batch after batch; the next one is made once all of the last are answered. */
export async function* generatedTraffic({ services, endpoint, seed, calls }: Traffic): AsyncGenerator<Batch> {
  const generated = await GeneratedCalls.of(services, seed);
  const clients = new Map<object, { client: Client; capturing: Client }>();
  const clientOf = (model: object) => {
    const found = clients.get(model) ?? {
      client: createClient(model, endpoint),
      capturing: createCapturingClient(model, endpoint),
    };
    clients.set(model, found);
    return found;
  };
  try {
    for (let begun = 0; begun < calls; begun += concurrency) {
      const size = Math.min(concurrency, calls - begun);
      const batch = Array.from({ length: size }, () => ({
        call: generated.next(),
        isDamaged: generated.random.chance(damaged),
      }));
      const sent = batch.map(({ call, isDamaged }) => {
        const { client, capturing } = clientOf(call.model);
        return isDamaged
          ? sendDamaged(capturing, call, generated.random.below(2 ** 31))
          : sendAsIs(client, call);
      });
      const results = await Promise.all(sent);
      // In the order of the calls, whatever the order of the answers: so that the next calls depend on no race.
      for (const { call, output, refusal } of results) {
        if (output) generated.learn(call, output);
        if (refusal) generated.learnRefusal(call, refusal);
      }
      yield {
        calls: results.map(textOf),
        successes: results.flatMap(({ call, output }) => (output ? nameOf(call) : [])),
        failures: results.flatMap(result =>
          result.failure === undefined ? [] : `${result.failure}: ${textOf(result)}`,
        ),
      };
    }
  } finally {
    for (const { client, capturing } of clients.values()) {
      client.destroy();
      capturing.destroy();
    }
  }
}

interface Result {
  call: GeneratedCall;
  /** What was broken on purpose, in words. */
  damage?: string;
  /** Present if the call succeeded. */
  output?: object;
  /** Present if it was refused. */
  refusal?: Error;
  failure?: string;
}

async function sendAsIs(client: Client, call: GeneratedCall): Promise<Result> {
  try {
    const abortSignal = AbortSignal.timeout(patience);
    return { call, output: await client.send(commandOf(call), { abortSignal }) };
  } catch (error) {
    return { call, refusal: error as Error, failure: failureOf(error) };
  }
}

/** Undefined if the client has understood the error, and it is the caller's fault. */
function failureOf(error: unknown): string | undefined {
  const { name, message, $metadata, $fault } = error as ServiceError;
  const { httpStatusCode: status = 0, requestId } = $metadata ?? {};
  const isUnderstood = $fault === "client" && /^[A-Z][\w.]+$/.test(name) && !/^Unknown(Error)?$/.test(name);
  if (isUnderstood && status >= 400 && status < 500 && message !== "" && requestId !== undefined)
    return undefined;
  return `answered ${status || "nothing"} (${name}: ${message})`;
}

type ServiceError = Error & {
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $fault?: "client" | "server";
};

async function sendDamaged(capturing: Client, call: GeneratedCall, seed: number): Promise<Result> {
  const request = await captured(capturing, call);
  const { kind, request: damagedRequest } = damage(request, seed);
  const answer = await send(damagedRequest, patience);
  return { call, damage: kind, ...(!isPromised(answer) && { failure: `answered ${inspect(answer)}` }) };
}

class Captured extends Error {
  constructor(readonly request: unknown) {
    super("captured instead of sent");
  }
}

/** The request that a client would send. */
async function captured(capturing: Client, call: GeneratedCall) {
  const request = await capturing.send(commandOf(call), { abortSignal: AbortSignal.timeout(patience) }).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Captured) return error.request;
      throw error;
    },
  );
  return request as Parameters<typeof damage>[0];
}

function createCapturingClient(model: object, endpoint: string): Client {
  const client = createClient(model, endpoint);
  client.middlewareStack.add(
    () =>
      ({ request }) => {
        throw new Captured(request);
      },
    { step: "finalizeRequest", priority: "low", name: "capture" },
  );
  return client;
}

function createClient(model: object, endpoint: string): Client {
  const name = Object.keys(model).find(each => /^[A-Z].*Client$/.test(each)) ?? "";
  const ClientOfModel = Reflect.get(model, name) as ClientClass;
  return new ClientOfModel({
    endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
}

function commandOf({ model, action, input }: GeneratedCall): object {
  const Command = Reflect.get(model, `${action}Command`) as new (input: object) => object;
  return new Command(input);
}

function textOf({ call, damage }: Result): string {
  const input = inspect(call.input, {
    depth: null,
    breakLength: Infinity,
    compact: true,
    maxStringLength: 400,
    maxArrayLength: 10,
  });
  return `${nameOf(call)} ${input}${damage === undefined ? "" : `, with ${damage}`}`;
}
