/**
 * Puts off loading what Pulumi's SDKs load at once and few programs use: the TypeScript compiler and the libraries with
 * which functions are serialized, the automation API, what providers are written with, and the AWS services that a
 * program doesn't name; also gRPC, which a local region never speaks, and zod's translations. That is a thousand modules,
 * a third of the time that a preview takes. Import this before the SDKs.
 */
import { existsSync, readdirSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join } from "node:path";

const fromSdk = createRequire(require.resolve("@pulumi/pulumi"));
const aws = dirname(require.resolve("@pulumi/aws"));
const awsServices = readdirSync(aws)
  .map(name => join(aws, name, "index.js"))
  .filter(path => existsSync(path));
const rarelyUsed = [
  "typescript",
  "@npmcli/arborist",
  "normalize-package-data",
  "fdir",
  "upath",
  "@pulumi/pulumi/automation",
  "@pulumi/pulumi/provider",
  "@grpc/grpc-js",
  "@pulumi/pulumi/proto/callback_grpc_pb",
  "@pulumi/pulumi/proto/engine_grpc_pb",
  "@pulumi/pulumi/proto/resource_grpc_pb",
  "@opentelemetry/api",
].map(name => fromSdk.resolve(name));
const translations = require.resolve("zod/v4/locales");

for (const path of [...rarelyUsed, translations, ...awsServices]) {
  if (require.cache[path] !== undefined) continue;
  const standIn = new Module(path);
  const load = (): object => {
    if (require.cache[path] === standIn) Reflect.deleteProperty(require.cache, path);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- by its path, and only now
    return require(path) as object;
  };
  standIn.exports = new Proxy(
    {},
    // What says that it is an ES module is imported as it is, instead of copied member by member.
    { get: (_, name): unknown => name === "__esModule" || Reflect.get(load(), name) },
  );
  standIn.loaded = true;
  require.cache[path] = standIn;
}
