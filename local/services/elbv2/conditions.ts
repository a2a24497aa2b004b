/** Conditions of rules, as AWS takes them. Source: ELB API Reference, "RuleCondition"; User Guide, "Condition types for listener rules". */
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { refusals } from "./refusals";
import type { Condition } from "./routing-rules";

const longestValue = 128;
/** Per rule. */
const mostValues = 5;
const mostWildcards = 5;

const values = {
  "host-header": /^[\w.*?-]+$/,
  "path-pattern": /^[\w\-.$/~"'@:+&*?]+$/,
};

/**
 * A rule's conditions.
 * @throws AwsError for conditions that AWS doesn't take or the region lacks
 */
export function validConditions(conditions: readonly RuleCondition[] = []): Condition[] {
  if (conditions.length === 0) throw refusals.invalidCondition("A condition must be specified");
  const valid = conditions.map(validCondition);
  const fields = valid.map(({ field }) => field);
  const twice = fields.find((field, index) => fields.indexOf(field) < index);
  if (twice) throw refusals.invalidCondition(`A rule can only have one '${twice}' condition`);
  const all = valid.flatMap(each => each.values);
  if (all.length > mostValues)
    throw refusals.invalidCondition(`A rule can only have '${mostValues}' condition values`);
  if (all.join("").replaceAll(/[^*?]/g, "").length > mostWildcards)
    throw refusals.invalidCondition(`A rule can only have '${mostWildcards}' condition wildcards`);
  return valid;
}

/** As the API answers them: the values both by themselves and in the field's structure. */
export function conditionList(conditions: readonly Condition[]): RuleCondition[] {
  return conditions.map(({ field, values }) => ({
    Field: field,
    Values: [...values],
    [field === "host-header" ? "HostHeaderConfig" : "PathPatternConfig"]: { Values: [...values] },
  }));
}

function validCondition({ Field, Values, HostHeaderConfig, PathPatternConfig }: RuleCondition): Condition {
  if (Field !== "host-header" && Field !== "path-pattern")
    throw refusals.regionLacks(`conditions on '${Field ?? ""}'`, "path-pattern and host-header");
  const [own, other] =
    Field === "host-header" ? [HostHeaderConfig, PathPatternConfig] : [PathPatternConfig, HostHeaderConfig];
  if (other)
    throw refusals.invalidCondition(`A '${Field}' condition takes no configuration of another field`);
  if (own && Values)
    throw refusals.invalidCondition(`Values and the configuration of '${Field}' can't both be specified`);
  const given = Values ?? own?.Values ?? [];
  if (given.length === 0) throw refusals.invalidCondition("A condition value must be specified");
  for (const value of given) {
    if (value.length > longestValue)
      throw refusals.invalidCondition(`The '${Field}' value is too long; the limit is '${longestValue}'`);
    if (!values[Field].test(value) || (Field === "host-header" && !/\.[a-z*?]+$/i.test(value)))
      throw refusals.invalidCondition(`The '${Field}' value '${value}' contains invalid characters`);
  }
  return { field: Field, values: given };
}
