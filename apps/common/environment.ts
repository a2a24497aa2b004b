import * as z from "zod";
import { ports, type ServiceName } from "../ports";
import { portVariable, type PortVariable } from "./listening";
import { logLevels, type LogLevel } from "./log";
import { mustBe, problems } from "./problems";

export type SocketName<Service extends ServiceName> = keyof (typeof ports)[Service] & string;

/** What every service reads from its environment, parsed. */
export type CommonEnvironment<Service extends ServiceName> = {
  LOG_LEVEL: LogLevel;
  LISTEN_ADDRESS: string;
} & Record<PortVariable<SocketName<Service>>, number>;

const portText = mustBe("a port from 0 to 65535");
const port = z
  .string(portText)
  .regex(/^\d{1,5}$/, portText)
  .transform(Number)
  .refine(number => number <= 65535, portText);

function commonSchema<Service extends ServiceName>(service: Service): z.ZodType<CommonEnvironment<Service>> {
  const sockets = Object.entries(ports[service]);
  return z.object({
    LOG_LEVEL: z.enum(logLevels, mustBe(`one of ${logLevels.join(", ")}`)).default("info"),
    LISTEN_ADDRESS: z.union([z.ipv4(), z.ipv6()], mustBe("an IP address")).default("0.0.0.0"),
    ...Object.fromEntries(sockets.map(([socket, usual]) => [portVariable(socket), port.default(usual)])),
  }) as unknown as z.ZodType<CommonEnvironment<Service>>;
}

/** Plain HTTP: nothing on a host or between hosts speaks TLS. */
export const httpUrl = z.url({ protocol: /^http$/, ...mustBe("an http URL") });

/**
 * A service's environment: what `own` describes, and what all services share.
 * @throws an Error that names every missing or invalid variable
 */
export function readEnvironment<Service extends ServiceName, Own>(
  service: Service,
  own: z.ZodType<Own>,
  environment: NodeJS.ProcessEnv,
): CommonEnvironment<Service> & Own {
  const result = z.intersection(commonSchema(service), own).safeParse(environment);
  if (result.success) return result.data;
  throw new Error(`bad environment: ${problems(result.error, "it").join("; ")}`);
}
