import { z } from "zod";
import { ports, type ServiceName } from "../ports";
import { portVariable, type PortVariable } from "./listening";
import { logLevels, type LogLevel } from "./log";
import { mustBe, problems } from "./problems";

export type SocketName<Service extends ServiceName> = keyof (typeof ports)[Service] & string;

/** What every service finds in its environment, once it is parsed. */
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

/** The variables of `CommonEnvironment`, to be spread into the schema of what a service reads besides. */
export function commonVariables<Service extends ServiceName>(service: Service) {
  const portVariables = Object.entries(ports[service]).map(([socket, usual]) => [
    portVariable(socket),
    port.default(usual),
  ]);
  return {
    LOG_LEVEL: z.enum(logLevels, mustBe(`one of ${logLevels.join(", ")}`)).default("info"),
    LISTEN_ADDRESS: z.union([z.ipv4(), z.ipv6()], mustBe("an IP address")).default("0.0.0.0"),
    ...(Object.fromEntries(portVariables) as Record<
      PortVariable<SocketName<Service>>,
      z.ZodDefault<typeof port>
    >),
  };
}

/** A URL of plain HTTP: nothing on a host or between hosts speaks TLS. */
export const httpUrl = z.url({ protocol: /^http$/, ...mustBe("an http URL") });

/** @throws an Error whose message names every variable that is missing or wrong. */
export function readEnvironment<Environment>(
  schema: z.ZodType<Environment>,
  environment: NodeJS.ProcessEnv,
): Environment {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  throw new Error(`bad environment: ${problems(result.error, "it").join("; ")}`);
}
