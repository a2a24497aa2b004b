/**
 * A stack that serves HTTPS, started from the command line with a certificate made for this test, as its users, its
 * operator and the page meet it. It doesn't prove that AWS answers the same.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SendAnswer } from "../local/page/events";
import { clientsOf, type Clients } from "../testing/aws-clients";
import { importInput, makeAuthority, makeCertificate, type TestCertificate } from "../testing/certificates";
import { copyOfProject, run, start, startedIn } from "../testing/cli";
import { answerTo } from "../testing/client";
import { describeWith } from "../testing/programs";

const execute = promisify(execFile);

describeWith({ curl: "apt-get install curl", ssh: "apt-get install openssh-client" }, "HTTPS", () => {
  let project: string;
  let authority: TestCertificate;
  let started: ReturnType<typeof startedIn>;
  let clients: Clients;
  /** The receivers' load balancer by its ports on loopback. */
  let localUrls: { secure: string; plain: string };

  beforeAll(async () => {
    project = copyOfProject();
    authority = await makeAuthority();
    const names = ["www.example.com", "*.us-east-1.elb.test", "localhost", "127.0.0.1"];
    const made = await makeCertificate({ names, issuer: authority });
    const files = {
      "ca.pem": authority.certificate,
      "other-ca.pem": (await makeAuthority("Other CA")).certificate,
      "cert.pem": `${made.certificate}\n${authority.certificate}`,
      "key.pem": made.privateKey,
    };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(project, name), text, { mode: 0o600 });
    const region = start(project, ["--certificate", "cert.pem", "--private-key", "key.pem"]);
    await region.says(/ready after/);
    const [, secure = "", plain = ""] = await region.says(
      /^ *receiver-lb +10\.[^]*?also at (https:\S+)[^]*?also at (http:\S+)/m,
    );
    localUrls = { secure, plain };
    started = startedIn(project);
    clients = clientsOf(started.internet);
  }, 180_000);

  /** curl's output through the local Internet, trusting the test's authority. */
  async function curl(...args: string[]): Promise<string> {
    const { stdout } = await execute(
      "curl",
      ["-sS", "-m", "20", "-x", started.internet, "--cacert", "ca.pem", ...args],
      { cwd: project },
    );
    return stdout;
  }
  /** Its output, or its exit code if it fails. */
  const outcome = (...args: string[]) =>
    curl(...args).catch((error: unknown) => (error as { code: number }).code);
  const url = () => started.outputs.receiverLoadBalancerUrl;
  const name = () => started.outputs.receiverLoadBalancerDns;

  test("the outputs' URLs are HTTPS, and answer GET and POST", async () => {
    expect(url()).toBe(`https://${name()}/`);
    expect(JSON.parse(await curl(url()))).toHaveProperty("server_ip_address");
    const json = ["-H", "content-type: application/json", "-d", '{"num": 17}'];
    expect(JSON.parse(await curl(...json, url()))).toHaveProperty("NetworkAcls");
    expect(JSON.parse(await curl(started.outputs.fleetLoadBalancerUrl))).toMatch(/^ip-/);
  });

  test("port 80 redirects for good, to the same path and query", async () => {
    expect(await curl("-i", `http://${name()}/a?b=c`)).toMatch(
      new RegExp(String.raw`^HTTP/1\.1 301 .*\r\n[^]*\r\nLocation: https://${name()}:443/a\?b=c\r\n`),
    );
    expect(JSON.parse(await curl("-L", `http://${name()}/`))).toHaveProperty("server_ip_address");
  });

  // Exit codes: curl(1), 60 for a certificate of an unknown authority or another name, 35 for a failed handshake.
  test("clients refuse a certificate of another authority or name, and the policy refuses TLS 1.1", async () => {
    expect(await outcome("--cacert", "other-ca.pem", url())).toBe(60);
    expect(
      await outcome("--connect-to", `www.example.org:443:${name()}:443`, "https://www.example.org/"),
    ).toBe(60);
    const old = ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"];
    expect(await outcome(...old, url())).toBe(35);
    expect(await outcome("--tls-max", "1.2", "-o", "/dev/null", "-w", "%{http_code}", url())).toBe("200");
  });

  test("a domain of one's own, which the certificate names, is asked for at the load balancer", async () => {
    const own = "https://www.example.com/";
    expect(JSON.parse(await curl("--connect-to", `::${name()}:443`, own))).toHaveProperty(
      "server_ip_address",
    );
  });

  test("a port of its own on loopback answers the same, and refuses another origin", async () => {
    const direct = (...args: string[]) => curl("--noproxy", "*", ...args);
    expect(JSON.parse(await direct(localUrls.secure))).toHaveProperty("server_ip_address");
    expect(
      await direct(
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-H",
        "Origin: https://evil.example",
        localUrls.secure,
      ),
    ).toBe("403");
    expect(await direct("-o", "/dev/null", "-w", "%{http_code}", localUrls.plain)).toBe("301");
  });

  test("the security group decides about port 443: without its rule, silence", async () => {
    const { ec2 } = clients;
    const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({
      Filters: [{ Name: "tag:Name", Values: ["load-balancer-in-https"] }],
    });
    const [{ GroupId, SecurityGroupRuleId = "" } = {}] = SecurityGroupRules;
    await ec2.revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] });
    expect(await outcome("-m", "1", url())).toBe(28);
    await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    expect(JSON.parse(await curl(url()))).toHaveProperty("server_ip_address");
  });

  test("what an operator runs goes over HTTPS, with the authority in NODE_EXTRA_CA_CERTS", async () => {
    const ops = (command: string, environment: NodeJS.ProcessEnv, ...args: string[]) => {
      const script = ["--require", "./infra/typescript.cjs", "ops/main.ts", command, ...args];
      return run(project, [process.execPath, ...script], environment);
    };
    const trusting = { NODE_EXTRA_CA_CERTS: join(project, "ca.pem") };
    const verified = ops("verify", trusting);
    expect([await verified.ended, verified.stderr()]).toEqual([0, ""]);
    expect(verified.stdout()).not.toMatch(/^FAIL/m);
    const { dataReadUrl } = started.outputs;
    const number = await curl(dataReadUrl);
    const mistrusting = ops("verify", { NODE_EXTRA_CA_CERTS: "" });
    expect([await mistrusting.ended, mistrusting.stderr()]).toEqual([1, ""]);
    expect(mistrusting.stdout()).toMatch(
      /^FAIL[^]*self-signed certificate in certificate chain: name the root/m,
    );
    expect(mistrusting.stdout()).toMatch(/^FAILED \d+ of \d+ checks/m);
    expect(await curl(dataReadUrl)).toBe(number);
    const reachable = ops("why", {}, "internet", "receiver-lb", "443");
    expect([await reachable.ended, reachable.stderr()]).toEqual([0, ""]);
  });

  test("the page sends to the load balancer over HTTPS", async () => {
    const { elbv2 } = clients;
    const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
    const to = LoadBalancers.find(({ DNSName }) => DNSName === name())?.LoadBalancerArn ?? "";
    const command = async (command: string, body: object) =>
      (
        await answerTo(`${started.internet}/do/${command}`, {
          method: "POST",
          headers: { origin: started.internet },
          body,
        })
      ).json;
    const answer = (await command("send", {
      ...{ from: "internet", to, port: 443, method: "GET", path: "/" },
    })) as SendAnswer;
    expect(answer).toMatchObject({ outcome: "answered", status: 200 });
    // Without a body, as the fleet takes it; a receiver does not.
    expect(await command("load", { to, count: 4 })).toMatchObject({ statuses: { 415: 4 } });
  });

  test("a certificate for another domain is chosen by name; imported again, it takes effect at once", async () => {
    const { acm, elbv2 } = clients;
    const importFor = async (name: string, CertificateArn?: string) => {
      const made = await makeCertificate({ names: [name], issuer: authority });
      return acm.importCertificate({ ...importInput(made, authority), CertificateArn });
    };
    const { CertificateArn } = await importFor("shop.example.org");
    const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
    const { LoadBalancerArn } = LoadBalancers.find(({ DNSName }) => DNSName === name()) ?? {};
    const { Listeners = [] } = await elbv2.describeListeners({ LoadBalancerArn });
    const { ListenerArn } = Listeners.find(({ Protocol }) => Protocol === "HTTPS") ?? {};
    const at = (host: string) =>
      outcome("--connect-to", `::${name()}:443`, "-o", "/dev/null", "-w", "%{http_code}", `https://${host}/`);
    expect(await at("shop.example.org")).toBe(60);
    await elbv2.addListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn }] });
    expect([await at("shop.example.org"), await at("www.example.com")]).toEqual(["200", "200"]);
    await importFor("new.example.org", CertificateArn);
    expect([await at("shop.example.org"), await at("new.example.org")]).toEqual([60, "200"]);
  });
});
