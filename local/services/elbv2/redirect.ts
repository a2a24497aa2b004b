/** Where a redirect action sends a request. Source: "Redirect actions" (ELB User Guide), RedirectActionConfig (API Reference). */
import type { RedirectActionConfig } from "@aws-sdk/client-elastic-load-balancing-v2";

/** What AWS fills in: the request's own components. */
export const redirectDefaults = {
  Protocol: "#{protocol}",
  Port: "#{port}",
  Host: "#{host}",
  Path: "/#{path}",
  Query: "#{query}",
} satisfies Partial<RedirectActionConfig>;

/** The components of a request's URL. */
export interface RedirectedRequest {
  protocol: string;
  host: string;
  port: number;
  path: string;
  query: string;
}

/** The Location field. The port is always named, as by AWS. */
export function redirectLocation(config: RedirectActionConfig, request: RedirectedRequest): string {
  // The default "/#{path}" has the slash.
  const values = { ...request, path: request.path.replace(/^\//, "") };
  const { Protocol, Port, Host, Path, Query } = { ...redirectDefaults, ...config };
  const fill = (template: string) =>
    template.replaceAll(/#\{(protocol|host|port|path|query)\}/g, (_, name: keyof typeof values) =>
      String(values[name]),
    );
  const query = fill(Query);
  return `${fill(Protocol).toLowerCase()}://${fill(Host)}:${fill(Port)}${fill(Path)}${query === "" ? "" : `?${query}`}`;
}
