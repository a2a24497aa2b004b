/**
 * Decides which of a listener's rules a request meets. Source: "Listener rules for your Application Load Balancer" (ELB
 * User Guide): by priority, the first rule of which all conditions match.
 */
import { matchesWildcard } from "./wildcard";

/** Matches if any of its values does. */
export interface Condition {
  field: "path-pattern" | "host-header";
  values: readonly string[];
}

export interface RoutingRule<Action> {
  /** All must match; the default rule has none. */
  conditions: readonly Condition[];
  action: Action;
}

/** What a rule can go by. */
export interface RequestTarget {
  /** Without a port. */
  host: string;
  /** Without the query. */
  path: string;
}

/** @param rules by priority, the default last */
export function ruleFor<Action>(
  rules: readonly RoutingRule<Action>[],
  request: RequestTarget,
): RoutingRule<Action> | undefined {
  return rules.find(({ conditions }) => conditions.every(condition => matches(condition, request)));
}

/** Host names match without regard to case, paths with regard to it. */
function matches({ field, values }: Condition, { host, path }: RequestTarget): boolean {
  return values.some(value =>
    field === "path-pattern"
      ? matchesWildcard(value, path)
      : matchesWildcard(value.toLowerCase(), host.toLowerCase()),
  );
}

/** The parts of a request that rules and redirects go by. */
export function requestTargetOf(url: string, host: string): RequestTarget & { query: string } {
  // A request line can also name the whole URL (RFC 9112, "absolute-form").
  const [, path = "", query = ""] = /^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/is.exec(url) ?? [];
  return { host: host.replace(/:\d*$/, ""), path, query };
}
