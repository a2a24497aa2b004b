import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeCertificate } from "../../testing/certificates";
import { temporaryFolder } from "../../testing/folders";
import { readCertificate } from "./certificate-files";

test("a file's first certificate is taken apart from those that certify it", async () => {
  const folder = temporaryFolder();
  const authority = await makeAuthority();
  const made = await makeCertificate({ issuer: authority });
  const paths = { certificate: join(folder, "cert.pem"), privateKey: join(folder, "key.pem") };
  writeFileSync(paths.certificate, `${made.certificate}\n${authority.certificate}`);
  writeFileSync(paths.privateKey, made.privateKey);
  const read = readCertificate(paths);
  expect(read.certificate.toString().trim()).toBe(made.certificate.trim());
  expect(read.chain?.toString().trim()).toBe(authority.certificate.trim());
  expect(read.privateKey.toString()).toBe(made.privateKey);
  writeFileSync(paths.certificate, made.certificate);
  expect(readCertificate(paths)).not.toHaveProperty("chain");
});

test("a file that isn't there, or has no certificate, is refused by its option", () => {
  const [certificate, privateKey] = [join(temporaryFolder(), "cert.pem"), "nowhere.pem"];
  expect(() => readCertificate({ certificate, privateKey })).toThrow(/^--certificate: ENOENT/);
  writeFileSync(certificate, "no certificate");
  expect(() => readCertificate({ certificate, privateKey })).toThrow(/^--certificate takes a file/);
});
