/** A service of AWS as far as the region implements it: how it is spoken, and a table of its actions. */
import type { Dialect } from "./protocols/query-input";

/** An operation of a service: a function of typed objects, which needs no protocol and no schema. */
export interface Action<Context, Input = never, Output = object> {
  /** The members of the input that the action acts on; all others are refused rather than ignored. */
  parameters: readonly (keyof Input & string)[];
  handle: (context: Context, input: Input) => Output | Promise<Output>;
}

export function action<Context, Input, Output>(
  parameters: readonly (keyof Input & string)[],
  handle: (context: Context, input: Input) => Output | Promise<Output>,
): Action<Context, Input, Output> {
  return { parameters, handle };
}

export interface Service<Context> {
  /** As the scope of a signature names it. */
  scope: string;
  /** Where it speaks form parameters and XML. */
  query?: { dialect: Dialect; xmlNamespace: string };
  /** Where it speaks JSON; `target` is what X-Amz-Target begins with. */
  json?: { version: "1.0" | "1.1"; target: string };
  /** Loads the SDK's client, which has the schemas of the operations. Only protocols need them, and loading takes long. */
  model: () => Promise<object>;
  actions: Readonly<Record<string, Action<Context>>>;
}

/** A service whose actions are, by name and type, operations of the SDK's client. */
export interface ServiceOf<Client, Context> extends Omit<Service<Context>, "model" | "actions"> {
  model: () => Promise<Client>;
  actions: ActionsOf<Client, Context>;
}

type ActionsOf<Client, Context> = {
  readonly [
    Class in keyof Client as Class extends `${infer Name}Command` ? Name : never
  ]?: Client[Class] extends new (...args: never[]) => Command<infer Input, infer Output>
    ? Action<Context, Input, Omit<Output, "$metadata">>
    : never;
};

/** What a command of the SDK says of its types. */
interface Command<Input, Output> {
  readonly input: Input;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>;
}
