/**
 * A host's instance metadata service. Source: EC2 User Guide, "Use the Instance Metadata Service to
 * access instance metadata".
 */
import { randomBytes } from "node:crypto";
import http from "node:http";
import { publicDomain } from "../network/dns";
import { createServer } from "../network/http/servers";

export interface InstanceProfile {
  arn: string;
  id: string;
  /** Absent if it has no role. */
  roleName?: string;
}

export interface InstanceCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  lastUpdated: Date;
  expiration: Date;
}

/** Why a role's credentials can't be had. Source: IAM User Guide, "Troubleshoot IAM and Amazon EC2". */
export interface CredentialFailure {
  code: string;
  message: string;
}

export interface Metadata {
  instanceId: string;
  imageId: string;
  instanceType: string;
  privateIp: string;
  publicIp?: string;
  region: string;
  availabilityZone: string;
  securityGroupNames: string[];
  /** Absent if the host has no instance profile. */
  profile?: InstanceProfile;
  /** Returns the role's credentials, cached or new. */
  credentials: () => InstanceCredentials | CredentialFailure;
  access: {
    /** "optional" also answers requests without a token, as version 1 does. */
    httpTokens: "optional" | "required";
    httpEndpoint: "disabled" | "enabled";
  };
}

/**
 * EC2's name for an instance by its private address: "ip-10-0-11-20.ec2.internal". Source: EC2 User Guide, "EC2 instance
 * hostnames and domains".
 */
export function privateDnsName(privateIp: string, region: string): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${privateIp.replaceAll(".", "-")}.${domain}`;
}

/** EC2's public name, but under the region's domain: "ec2-203-0-113-10.compute-1.test". */
export function publicDnsName(publicIp: string, region: string): string {
  const compute = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${publicIp.replaceAll(".", "-")}.${compute}.${publicDomain}`;
}

const maxTtlSeconds = 21600;
const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";

interface Answer {
  status: number;
  body?: string;
  headers?: http.OutgoingHttpHeaders;
}

export type MetadataRequest = "token" | "credentials";

/**
 * @param metadata called for each request, because an address or a profile may change
 * @param onAnswered called with what people look for in it
 */
export function createMetadataService(
  metadata: () => Metadata,
  onAnswered: (request: MetadataRequest) => void = () => undefined,
): http.Server {
  const tokens = new Map<string, { ttl: number; expires: number }>();

  const issueToken = ({ method, headers }: http.IncomingMessage): Answer => {
    if (method !== "PUT") return { status: 405, headers: { allow: "OPTIONS, PUT" } };
    const ttl = Number(headers[ttlHeader]);
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > maxTtlSeconds) return { status: 400 };
    // IMDSv2 rejects requests forwarded by another machine.
    if (headers["x-forwarded-for"] !== undefined) return { status: 403 };
    const now = Date.now();
    for (const [old, { expires }] of tokens) if (expires < now) tokens.delete(old);
    const token = randomBytes(40).toString("base64url");
    onAnswered("token");
    tokens.set(token, { ttl, expires: now + ttl * 1000 });
    return { status: 200, body: token, headers: { [ttlHeader]: ttl } };
  };

  const answer = (req: http.IncomingMessage): Answer => {
    const path = (req.url ?? "/").replace(/\?.*$/, "").replaceAll(/\/{2,}/g, "/");
    const current = metadata();
    if (current.access.httpEndpoint === "disabled") return { status: 403 };
    if (path === "/latest/api/token") return issueToken(req);
    const given = req.headers["x-aws-ec2-metadata-token"];
    const token = tokens.get(String(given));
    const needsToken = current.access.httpTokens === "required" || given !== undefined;
    if (needsToken && (!token || token.expires < Date.now())) return { status: 401 };
    if (req.method !== "GET" && req.method !== "HEAD")
      return { status: 405, headers: { allow: "GET, HEAD" } };
    const body = find(current, path);
    if (body === undefined) return { status: 404 };
    if (/\/security-credentials\/./.test(path)) onAnswered("credentials");
    return { status: 200, body, headers: token && { [ttlHeader]: token.ttl } };
  };

  return createServer((req, res) => {
    req.resume();
    const { status, body = "", headers } = answer(req);
    res.writeHead(status, { "content-type": "text/plain", server: "EC2ws", ...headers }).end(body);
  });
}

interface Tree {
  [name: string]: string | Tree | (() => string) | undefined;
}

function treeOf(metadata: Metadata): Tree {
  const { profile } = metadata;
  const hostName = privateDnsName(metadata.privateIp, metadata.region);
  return {
    "ami-id": metadata.imageId,
    hostname: hostName,
    "instance-id": metadata.instanceId,
    "instance-type": metadata.instanceType,
    "local-hostname": hostName,
    "local-ipv4": metadata.privateIp,
    "public-ipv4": metadata.publicIp,
    "security-groups": metadata.securityGroupNames.join("\n"),
    placement: { "availability-zone": metadata.availabilityZone, region: metadata.region },
    iam: profile && {
      info: JSON.stringify({
        Code: "Success",
        ...(profile.roleName === undefined && { Message: "Instance Profile does not contain a role." }),
        LastUpdated: new Date().toISOString(),
        InstanceProfileArn: profile.arn,
        InstanceProfileId: profile.id,
      }),
      "security-credentials":
        profile.roleName === undefined
          ? undefined
          : {
              [profile.roleName]: () => JSON.stringify(credentialsDocument(metadata.credentials())),
            },
    },
  };
}

function credentialsDocument(credentials: InstanceCredentials | CredentialFailure): object {
  if ("code" in credentials) {
    const { code: Code, message: Message } = credentials;
    return { Code, Message, LastUpdated: new Date().toISOString() };
  }
  return {
    Code: "Success",
    LastUpdated: credentials.lastUpdated.toISOString(),
    Type: "AWS-HMAC",
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: credentials.expiration.toISOString(),
  };
}

/** A category's text, or the names in it, one per line, with a slash after categories. */
function find(metadata: Metadata, path: string): string | undefined {
  const [version, root, ...rest] = path.split("/").filter(part => part !== "");
  if (version !== "latest") return undefined;
  if (root === undefined) return "dynamic\nmeta-data\nuser-data";
  if (root === "dynamic" && rest.join("/") === "instance-identity/document") {
    const { privateIp, instanceId, imageId, instanceType, region, availabilityZone } = metadata;
    const identity = { privateIp, instanceId, imageId, instanceType, region, availabilityZone };
    return JSON.stringify({ ...identity, architecture: "x86_64" });
  }
  if (root !== "meta-data") return undefined;
  let node: Tree[string] = treeOf(metadata);
  for (const part of rest) {
    if (typeof node !== "object" || !Object.hasOwn(node, part)) return undefined;
    node = node[part];
  }
  if (typeof node === "function") return node();
  if (typeof node !== "object") return node;
  return Object.entries(node)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (typeof value === "object" ? `${name}/` : name))
    .sort()
    .join("\n");
}
