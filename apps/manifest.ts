/**
 * The manifest tells a host which release of a service to run, on which runtime, with which environment and ports.
 * infra/ writes it to the installer's standard input as JSON; the installer and the local region read it. This schema
 * is its only definition.
 */
import * as z from "zod";

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 digest, 64 lower-case hexadecimal digits");
const absolutePath = z.string().regex(/^(\/[A-Za-z0-9._-]+)+$/, "must be an absolute path of plain names");

/** Needed because a record does not pass on the message of its keys' own schema. */
const keyMustBe =
  (what: string) =>
  ({ code }: { code?: string }) =>
    code === "invalid_key" ? `the key must be ${what}` : undefined;

export const manifestSchema = z.strictObject({
  /** Any: the installer has no list of them, which would make each release depend on all services. */
  service: z
    .string()
    .regex(/^[a-z]+(-[a-z]+)*$/, "must be a service's name, words in lower case with - between"),
  /** The bundle of the service: a tar archive, addressed by the digest of its bytes. */
  release: z.strictObject({ sha256, archive: absolutePath }),
  /** The Node binary that runs it. */
  runtime: z.strictObject({ binary: absolutePath }),
  /** Socket name to TCP port, for example `{"read": 5000, "update": 8080}`. */
  ports: z.record(z.string().regex(/^[a-z]+$/), z.int().min(1).max(65535), {
    error: keyMustBe("a socket's name in lower case"),
  }),
  /** The service's environment. Nothing secret: diffs show the manifest. */
  environment: z.record(
    z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    z.string().regex(/^[^\0\r\n]*$/, "must be a single line"),
    { error: keyMustBe("an environment variable's name in upper case") },
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
