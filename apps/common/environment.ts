import * as z from "zod";
import { portVariable, type PortVariable } from "./listening";
import { logLevels, type LogLevel } from "./log";
import { mustBe, problems } from "./problems";

/** Socket name to the port that it has unless the environment says otherwise. */
export type Ports = Readonly<Record<string, number>>;
export type SocketName<Sockets extends Ports> = keyof Sockets & string;

/** What every service reads from its environment, parsed. */
export type CommonEnvironment<Sockets extends Ports> = {
  LOG_LEVEL: LogLevel;
  LISTEN_ADDRESS: string;
} & Record<PortVariable<SocketName<Sockets>>, number>;

/** A number within bounds, written as `pattern` allows; `what` says so after "must be". */
export function numeric(what: string, pattern: RegExp, smallest: number, largest: number) {
  const text = mustBe(what);
  return z
    .string(text)
    .regex(pattern, text)
    .transform(Number)
    .refine(number => number >= smallest && number <= largest, text);
}

const port = numeric("a port from 0 to 65535", /^\d{1,5}$/, 0, 65535);

function commonSchema<Sockets extends Ports>(ports: Sockets): z.ZodType<CommonEnvironment<Sockets>> {
  const sockets = Object.entries(ports);
  return z.object({
    LOG_LEVEL: z.enum(logLevels, mustBe(`one of ${logLevels.join(", ")}`)).default("info"),
    LISTEN_ADDRESS: z.union([z.ipv4(), z.ipv6()], mustBe("an IP address")).default("0.0.0.0"),
    ...Object.fromEntries(sockets.map(([socket, usual]) => [portVariable(socket), port.default(usual)])),
  }) as unknown as z.ZodType<CommonEnvironment<Sockets>>;
}

/** Plain HTTP: nothing on a host or between hosts speaks TLS. */
export const httpUrl = z.url({ protocol: /^http$/, ...mustBe("an http URL") });

/**
 * A service's environment: what `own` describes, and what all services share.
 * @throws an Error that names every missing or invalid variable
 */
export function readEnvironment<Sockets extends Ports, Own>(
  ports: Sockets,
  own: z.ZodType<Own>,
  environment: NodeJS.ProcessEnv,
): CommonEnvironment<Sockets> & Own {
  const result = z.intersection(commonSchema(ports), own).safeParse(environment);
  if (result.success) return result.data;
  throw new Error(`bad environment: ${problems(result.error, "it").join("; ")}`);
}
