/**
 * Parameter Store. Sources: Systems Manager API Reference, "GetParameter", "GetParameters", "GetParametersByPath",
 * "DescribeParameters"; Systems Manager User Guide, "Working with parameter versions".
 */
import type { Parameter } from "@aws-sdk/client-ssm";
import { AwsError } from "../../api/aws-error";
import { pageOf } from "../../api/paging";
import { clientModel } from "../../api/schema";
import type { ActionsOf, ServiceOf } from "../../api/service";
import type { Parameters } from "./parameters";

export interface SsmActionContext {
  parameters: Parameters;
  regionName: string;
}

type SsmActions = ActionsOf<typeof import("@aws-sdk/client-ssm"), SsmActionContext>;

const parameterActions = {
  GetParameter: {
    parameters: ["Name"],
    inert: ["WithDecryption"],
    handle: (context, { Name = "" }) => ({ Parameter: parameterOf(context, Name) }),
  },

  GetParameters: {
    parameters: ["Names"],
    inert: ["WithDecryption"],
    handle(context, { Names = [] }) {
      if (Names.length === 0 || Names.length > 10)
        throw invalid("'names' failed to satisfy constraint: Member must have length between 1 and 10");
      if (new Set(Names).size < Names.length) throw invalid("Duplicate parameter names are not allowed");
      const isKnown = (name: string) => context.parameters.find(selectionOf(name).name) !== undefined;
      return {
        Parameters: Names.filter(isKnown).map(name => parameterOf(context, name)),
        InvalidParameters: Names.filter(name => !isKnown(name)),
      };
    },
  },

  GetParametersByPath: {
    parameters: ["Path", "Recursive", "MaxResults", "NextToken"],
    inert: ["WithDecryption"],
    handle(context, { Path = "", Recursive = false, MaxResults = 10, NextToken }) {
      if (!Path.startsWith("/"))
        throw invalid('The parameter path must begin with a forward slash ("/"), as in "/aws/service"');
      const folder = Path.endsWith("/") ? Path : `${Path}/`;
      const names = Object.keys(context.parameters.values).filter(
        name => name.startsWith(folder) && (Recursive || !name.slice(folder.length).includes("/")),
      );
      const { page, next } = paged(names, MaxResults, 10, NextToken);
      return { Parameters: page.map(name => parameterOf(context, name)), NextToken: next };
    },
  },

  DescribeParameters: {
    parameters: ["MaxResults", "NextToken"],
    /** Describes the account's own parameters, of which there are none: those that the region has are public. */
    handle(_context, { MaxResults = 50, NextToken }) {
      const { page, next } = paged([], MaxResults, 50, NextToken);
      return { Parameters: page, NextToken: next };
    },
  },
} satisfies Partial<SsmActions>;

/** The only version that a parameter of the region has. */
const onlyVersion = 1;

function parameterOf({ parameters, regionName }: SsmActionContext, selected: string): Parameter {
  const { name, version } = selectionOf(selected);
  const Value = parameters.get(name);
  if (version !== undefined && version !== String(onlyVersion))
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
    );
  return {
    Name: name,
    Type: "String",
    Value,
    Version: onlyVersion,
    ...(version !== undefined && { Selector: `:${version}` }),
    LastModifiedDate: parameters.lastModified,
    // Public parameters belong to no account.
    ARN: `arn:aws:ssm:${regionName}::parameter${name}`,
    DataType: "text",
  };
}

/** "/name:1" selects a version of "/name". */
function selectionOf(selected: string): { name: string; version?: string } {
  const [name = "", version] = selected.split(":");
  return version === undefined ? { name } : { name, version };
}

function paged<Item>(items: readonly Item[], size: number, largest: number, token: string | undefined) {
  if (!(Number.isInteger(size) && size >= 1 && size <= largest))
    throw invalid(`'maxResults' failed to satisfy constraint: Member must be between 1 and ${largest}`);
  const found = pageOf(items, size, token);
  if (!found) throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  return found;
}

const invalid = (message: string) => new AwsError("ValidationException", message);

export const ssmService = {
  scope: "ssm",
  serviceName: "AmazonSSM",
  model: clientModel<typeof import("@aws-sdk/client-ssm")>("@aws-sdk/client-ssm"),
  source: "local/services/ssm/actions.ts",
  actions: parameterActions,
} satisfies ServiceOf<typeof import("@aws-sdk/client-ssm"), SsmActionContext>;
