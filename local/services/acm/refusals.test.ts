/** A call for each thing that Certificate Manager refuses: the compiler names a refusal that has none. */
import {
  importInput,
  makeAuthority,
  makeCertificate,
  type TestCertificate,
} from "../../../testing/certificates";
import { openLoadBalancing } from "../../../testing/load-balancing";
import { refusals } from "./refusals";

type Opened = Awaited<ReturnType<typeof open>>;
type Case = [code: string, call: (opened: Opened) => Promise<unknown>];

async function open() {
  const opened = await openLoadBalancing();
  const { acm } = opened.region.calls;
  const [made, authority] = await Promise.all([makeCertificate(), makeAuthority()]);
  const input = importInput(made);
  const { CertificateArn = "" } = await acm.ImportCertificate(input);
  const importing = (certificate: TestCertificate, chain?: TestCertificate) =>
    acm.ImportCertificate(importInput(certificate, chain));
  return { ...opened, acm, made, authority, input, CertificateArn, importing };
}

/** Of version 1, and of a kind of key that ACM doesn't take: what Node's own tools don't make. */
const version1 = `-----BEGIN CERTIFICATE-----
MIIBLjCB1QIUXQ+sW49hvFipTUWnLmv2rZdXBJgwCgYIKoZIzj0EAwIwGjEYMBYG
A1UEAwwPd3d3LmV4YW1wbGUuY29tMB4XDTI2MTEyNjEwNDcyNVoXDTM2MTEyMzEw
NDcyNVowGjEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEbMlBGCCtaEotQCJUTsxm9XXPbhATwsveSmwwnT7Pgk6FOdXU
S9G5vLgk87qNeAtvJnrklrSSE6/v0M5dSvLEUDAKBggqhkjOPQQDAgNIADBFAiEA
oO9DiJMWWsf4a11SdIiyddRDAg6uAz6FDT12URzWftACIB43o7nUXI29hTvwgC++
wfFIt+Ttcej4v7mnpPICayP4
-----END CERTIFICATE-----`;
const ed25519 = `-----BEGIN CERTIFICATE-----
MIIBSDCB+6ADAgECAhRVWRoSihA35JOO9tyP94Gqle8QETAFBgMrZXAwGjEYMBYG
A1UEAwwPd3d3LmV4YW1wbGUuY29tMB4XDTI2MTEyNjEwNDcyNVoXDTM2MTEyMzEw
NDcyNVowGjEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMCowBQYDK2VwAyEAC7q1
9soy2fQ5ZdbE0HTr8ZGdRAaDjVc3v+Tbf8l4YDujUzBRMB0GA1UdDgQWBBS62jT0
nthrXfuDP5G1CswYMY7cpjAfBgNVHSMEGDAWgBS62jT0nthrXfuDP5G1CswYMY7c
pjAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBABhvE1wrp2sCse+1gacb03KARh6j
jb7J9E4hb1bSce8NqLf3Z2zq9YuVPs6uMR5XSiyN5jz1CT2J7gpW044yHgU=
-----END CERTIFICATE-----`;

const validation = "ValidationException";
const day = 86_400_000;

const cases: Record<keyof typeof refusals, Case> = {
  notPem: [
    validation,
    ({ importing, made }) => importing({ ...made, certificate: `text ${made.certificate}` }),
  ],
  severalCertificates: [
    validation,
    ({ importing, made, authority }) =>
      importing({ ...made, certificate: `${made.certificate}\n${authority.certificate}` }),
  ],
  notVersion3: [validation, ({ importing, made }) => importing({ ...made, certificate: version1 })],
  unsupportedKey: [validation, ({ importing, made }) => importing({ ...made, certificate: ed25519 })],
  keyEncrypted: [
    validation,
    async ({ importing }) => importing(await makeCertificate({ passphrase: "secret" })),
  ],
  keyOfOther: [
    validation,
    ({ importing, made, authority }) => importing({ ...made, privateKey: authority.privateKey }),
  ],
  expired: [
    validation,
    async ({ importing }) =>
      importing(
        await makeCertificate({
          notBefore: new Date(Date.now() - 2 * day),
          notAfter: new Date(Date.now() - day),
        }),
      ),
  ],
  notYetValid: [
    validation,
    async ({ importing }) =>
      importing(
        await makeCertificate({
          notBefore: new Date(Date.now() + day),
          notAfter: new Date(Date.now() + 2 * day),
        }),
      ),
  ],
  notSelfSigned: [
    validation,
    async ({ importing, authority }) => importing(await makeCertificate({ issuer: authority })),
  ],
  brokenChain: [
    validation,
    async ({ importing, authority }) =>
      importing(await makeCertificate({ issuer: authority }), await makeAuthority()),
  ],
  tagsOnReimport: [
    validation,
    ({ acm, input, CertificateArn }) =>
      acm.ImportCertificate({ ...input, CertificateArn, Tags: [{ Key: "a", Value: "b" }] }),
  ],
  otherKeyType: [
    validation,
    async ({ acm, CertificateArn }) =>
      acm.ImportCertificate({ ...importInput(await makeCertificate({ curve: "P-384" })), CertificateArn }),
  ],
  lostKeyUsage: [
    validation,
    async ({ acm, made, authority }) => {
      const { CertificateArn } = await acm.ImportCertificate(importInput(authority));
      return acm.ImportCertificate({ ...importInput(made), CertificateArn });
    },
  ],
  invalidArn: [
    "InvalidArnException",
    ({ acm }) => acm.DescribeCertificate({ CertificateArn: "arn:aws:iam::123456789012:role/x" }),
  ],
  notFound: [
    "ResourceNotFoundException",
    ({ acm, CertificateArn }) => acm.GetCertificate({ CertificateArn: `${CertificateArn}0` }),
  ],
  inUse: [
    "ResourceInUseException",
    async ({ acm, elbv2, createLoadBalancer, CertificateArn }) => {
      const LoadBalancerArn = await createLoadBalancer();
      await elbv2.CreateListener({
        LoadBalancerArn,
        Protocol: "HTTPS",
        Port: 443,
        Certificates: [{ CertificateArn }],
        DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
      });
      const { Certificate } = await acm.DescribeCertificate({ CertificateArn });
      expect(Certificate.InUseBy).toEqual([LoadBalancerArn]);
      return acm.DeleteCertificate({ CertificateArn });
    },
  ],
  pageSize: [validation, ({ acm }) => acm.ListCertificates({ MaxItems: 1001 })],
  invalidToken: [validation, ({ acm }) => acm.ListCertificates({ NextToken: "x" })],
  sortTogether: [validation, ({ acm }) => acm.ListCertificates({ SortBy: "CREATED_AT" })],
  invalidTag: [
    "InvalidTagException",
    ({ acm, CertificateArn }) =>
      acm.AddTagsToCertificate({ CertificateArn, Tags: [{ Key: "aws:part", Value: "x" }] }),
  ],
  tooManyTags: [
    "TooManyTagsException",
    ({ acm, CertificateArn }) =>
      acm.AddTagsToCertificate({
        CertificateArn,
        Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: "" })),
      }),
  ],
};

test.each(Object.entries(cases))("%s", async (name, [code, call]) => {
  const refusal = refusals[name as keyof typeof refusals] as (...samples: string[]) => Error;
  const [start = "", ...rest] = refusal("…", "…").message.split("…");
  const message = [start, ...rest]
    .map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(".*");
  const thrown: unknown = await call(await open()).catch((error: unknown) => error);
  expect(thrown).toMatchObject({
    code,
    message: expect.stringMatching(new RegExp(`^${message}$`)) as string,
  });
});
