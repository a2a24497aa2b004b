/** An AWS service as implemented by the region: its protocols and its actions. */
import type { Dialect } from "./protocols/query-input";

/** A member of an action's input, or a part of one: "VpcId", "MetadataOptions.HttpTokens". Covers all parts below it. */
export type Parameter<Input> = (keyof Input & string) | `${keyof Input & string}.${string}`;

/** A service's operation as a function of typed objects, independent of protocol and schema. */
export interface Action<Context, Input = never, Output = object> {
  /** What the action acts on. Whatever is neither here nor in `inert` is refused rather than ignored. */
  parameters: readonly Parameter<Input>[];
  /** What is kept, if the API can read it back, and has no effect here. */
  inert?: readonly Parameter<Input>[];
  handle: (context: Context, input: Input) => Output | Promise<Output>;
}

export interface Service<Context> {
  /** Its name in the scope of a signature. */
  scope: string;
  /** Present if the service is one for all regions: clients sign for us-east-1, wherever they are. */
  global?: true;
  /** Present if it speaks the query protocol: form parameters and XML. */
  query?: { dialect: Dialect; xmlNamespace: string };
  /** Present if it speaks JSON and CBOR: its name in X-Amz-Target and in CBOR's paths. */
  serviceName?: string;
  /** Loads the SDK's client, which has the operations' schemas. Lazy, because loading is slow and only protocols need them. */
  model: () => Promise<object>;
  actions: Readonly<Record<string, Action<Context>>>;
  /** The file to extend with further actions, from the project's root. */
  source: string;
}

/** A service whose actions are, by name and type, operations of the SDK's client. */
export interface ServiceOf<Client, Context> extends Omit<Service<Context>, "model" | "actions"> {
  model: () => Promise<Client>;
  actions: Partial<ActionsOf<Client, Context>>;
}

export type ActionsOf<Client, Context> = {
  readonly [
    Class in keyof Client as Class extends `${infer Name}Command` ? Name : never
  ]: Client[Class] extends new (...args: never[]) => Command<infer Input, infer Output>
    ? Action<Context, Input, Omit<Output, "$metadata">>
    : never;
};

/** The parts of an SDK command that reveal its types. */
interface Command<Input, Output> {
  readonly input: Input;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>;
}
