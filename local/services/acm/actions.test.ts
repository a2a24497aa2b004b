import { inspect } from "node:util";
import { importInput, makeAuthority, makeCertificate } from "../../../testing/certificates";
import { openRegion } from "../../../testing/sample-resources";

async function open() {
  const { region } = await openRegion();
  return { region, acm: region.calls.acm };
}

test("an imported certificate, described from what is in it", async () => {
  const { acm } = await open();
  const authority = await makeAuthority();
  const notAfter = new Date("2038-01-01T00:00:00Z");
  const made = await makeCertificate({
    names: ["www.example.com", "*.example.com"],
    issuer: authority,
    notAfter,
  });
  const { CertificateArn = "" } = await acm.ImportCertificate(importInput(made, authority));
  expect(CertificateArn).toMatch(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[\da-f-]{36}$/);
  const { Certificate } = await acm.DescribeCertificate({ CertificateArn });
  expect(Certificate).toEqual({
    CertificateArn,
    DomainName: "www.example.com",
    SubjectAlternativeNames: ["www.example.com", "*.example.com"],
    Serial: expect.stringMatching(/^[\da-f]{2}(:[\da-f]{2})+$/) as string,
    Subject: "CN=www.example.com",
    Issuer: "Test CA",
    CreatedAt: expect.any(Date) as Date,
    ImportedAt: expect.any(Date) as Date,
    Status: "ISSUED",
    NotBefore: expect.any(Date) as Date,
    NotAfter: notAfter,
    KeyAlgorithm: "EC_prime256v1",
    SignatureAlgorithm: "SHA256WITHECDSA",
    InUseBy: [],
    Type: "IMPORTED",
    KeyUsages: [{ Name: "DIGITAL_SIGNATURE" }],
    ExtendedKeyUsages: [{ Name: "TLS_WEB_SERVER_AUTHENTICATION", OID: "1.3.6.1.5.5.7.3.1" }],
    RenewalEligibility: "INELIGIBLE",
    CertificateKeyPairOrigin: "CUSTOMER_PROVIDED",
  });
  expect(await acm.GetCertificate({ CertificateArn })).toEqual({
    Certificate: made.certificate,
    CertificateChain: authority.certificate,
  });
});

test("the private key shows nowhere", async () => {
  const { acm, region } = await open();
  const made = await makeCertificate();
  await acm.ImportCertificate(importInput(made));
  const shown = `${inspect(region.certificates, { depth: 20, showHidden: true })}${JSON.stringify(region.certificates.all())}`;
  expect(shown).toContain("www.example.com");
  expect(shown).not.toContain("PRIVATE KEY-----");
  const line = made.privateKey.split("\n")[1] ?? "";
  expect(line).toMatch(/^[\w+/]{40,}/);
  expect(shown).not.toContain(line);
});

test("a certificate imported again keeps its ARN and tags", async () => {
  const { acm } = await open();
  const Tags = [{ Key: "part", Value: "web" }];
  const { CertificateArn = "" } = await acm.ImportCertificate({
    ...importInput(await makeCertificate()),
    Tags,
  });
  const again = await makeCertificate({ names: ["other.example.com"] });
  expect(await acm.ImportCertificate({ CertificateArn, ...importInput(again) })).toEqual({ CertificateArn });
  const { Certificate } = await acm.DescribeCertificate({ CertificateArn });
  expect(Certificate.DomainName).toBe("other.example.com");
  expect(await acm.ListTagsForCertificate({ CertificateArn })).toEqual({ Tags });
});

test("the list has RSA keys of up to 2048 bits, unless others are asked for", async () => {
  const { acm } = await open();
  const rsa = await acm.ImportCertificate(importInput(await makeCertificate({ keyType: "rsa" })));
  const ec = await acm.ImportCertificate(importInput(await makeCertificate()));
  const listed = async (input: Parameters<typeof acm.ListCertificates>[0]) =>
    (await acm.ListCertificates(input)).CertificateSummaryList.map(each => each.CertificateArn);
  expect(await listed({})).toEqual([rsa.CertificateArn]);
  expect(await listed({ Includes: { keyTypes: ["EC_prime256v1"] } })).toEqual([ec.CertificateArn]);
  const keyTypes = ["RSA_2048" as const, "EC_prime256v1" as const];
  const both = { Includes: { keyTypes } };
  expect(await listed(both)).toEqual([rsa.CertificateArn, ec.CertificateArn]);
  expect(await listed({ Includes: { keyTypes, keyUsage: ["KEY_ENCIPHERMENT"] } })).toEqual([
    rsa.CertificateArn,
  ]);
  expect(await listed({ ...both, CertificateStatuses: ["EXPIRED"] })).toEqual([]);
  const { NextToken, CertificateSummaryList: first } = await acm.ListCertificates({ ...both, MaxItems: 1 });
  expect(first).toMatchObject([{ InUse: false, SubjectAlternativeNameSummaries: ["www.example.com"] }]);
  expect(await listed({ ...both, MaxItems: 1, NextToken })).toEqual([ec.CertificateArn]);
});

test("tags come and go, those given with a value only with that value", async () => {
  const { acm } = await open();
  const { CertificateArn = "" } = await acm.ImportCertificate(importInput(await makeCertificate()));
  const tags = (...keys: string[]) => keys.map(Key => ({ Key, Value: "1" }));
  await acm.AddTagsToCertificate({ CertificateArn, Tags: tags("a", "b", "c") });
  await acm.RemoveTagsFromCertificate({
    CertificateArn,
    Tags: [{ Key: "a" }, ...tags("b"), { Key: "c", Value: "2" }],
  });
  expect(await acm.ListTagsForCertificate({ CertificateArn })).toEqual({ Tags: tags("c") });
});

test("a deleted certificate is gone", async () => {
  const { acm } = await open();
  const { CertificateArn = "" } = await acm.ImportCertificate(importInput(await makeCertificate()));
  await acm.DeleteCertificate({ CertificateArn });
  await expect(acm.DescribeCertificate({ CertificateArn })).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
});
