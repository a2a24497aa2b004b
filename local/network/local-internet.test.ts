import type http from "node:http";
import { exchange, head, listen, listenHttp } from "../../testing/servers";
import { createInternetProxy, createLocalPort } from "./local-internet";
import { makeSamples, openRegion, operatorAddress } from "../../testing/sample-resources";

const noApi: http.RequestListener = (_req, res) => res.writeHead(501).end();

/** A region with an instance behind a load balancer, and its local Internet. */
async function setUp(handle: http.RequestListener = (req, res) => res.end(`${req.method} ${req.url}`)) {
  const { region, resources, clock } = await openRegion();
  const made = await makeSamples(resources, "command:remote:CopyToRemote");
  const { publicIp, privateIp } = made["instance"]?.outputs as Record<string, string>;
  const dnsName = String(made["aws:lb/loadBalancer:LoadBalancer"]?.outputs["dnsName"]);
  const { port: service } = await listenHttp(handle);
  const interfaceId = String(made["instance"]?.outputs["primaryNetworkInterfaceId"]);
  region.network.registerEndpoint(interfaceId, 8080, service);
  const route = region.network.routerFrom({ internetAddress: operatorAddress });
  const options = { dns: region.dns, route, welcome: () => "welcome\n", handleApiRequest: noApi };
  const { port: internet } = await listen(createInternetProxy(options));
  const { port: localPort } = await listen(createLocalPort(options, dnsName));
  return { resources, clock, publicIp, privateIp, dnsName, route, internet, localPort };
}

function ask(port: number, target: string, fields = ["Host: x.test"], method = "GET"): Promise<string> {
  return exchange(port, head(`${method} ${target} HTTP/1.1`, ...fields, "Connection: close"));
}

const bodyOf = (response: string) => response.slice(response.indexOf("\r\n\r\n") + 4);

describe("the local Internet", () => {
  test("reaches public addresses and names, as the operator's address", async () => {
    const { internet, publicIp, dnsName } = await setUp((req, res) => {
      res.end(`${req.headers.host} ${String(req.headers["x-forwarded-for"] ?? "direct")}`);
    });
    expect(await ask(internet, `http://${publicIp}:8080/`)).toMatch(new RegExp(`${publicIp}:8080 direct$`));
    expect(await ask(internet, `http://${dnsName}/`)).toMatch(new RegExp(`${dnsName} 198.51.100.10$`));
  });

  test("reaches neither private addresses nor this machine", async () => {
    const { route, internet, privateIp } = await setUp();
    const outcomes: string[] = [];
    for (const address of [privateIp ?? "", "127.0.0.1", "169.254.169.254", "192.0.2.10", "198.51.100.10"]) {
      outcomes.push(route({ address, port: 8080 }).outcome);
    }
    expect(outcomes).toEqual(["dropped", "dropped", "dropped", "dropped", "dropped"]);
    expect(await ask(internet, "http://localhost/")).toMatch(/^HTTP\/1\.1 502 [^]*error=dns_error/);
  });

  test("reports a closed port", async () => {
    const { internet, publicIp } = await setUp();
    expect(await ask(internet, `http://${publicIp}:9/`)).toMatch(
      /^HTTP\/1\.1 502 [^]*proxy-status: local-internet; error=connection_refused/,
    );
  });
});

describe("requests to the local Internet itself", () => {
  test.each(["localhost", "127.0.0.1", "localhost:4000", "127.0.0.1:4000"])(
    "are welcomed under the name %s",
    async host => {
      const { internet } = await setUp();
      const response = await ask(internet, "/", [`Host: ${host}`]);
      expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain; charset=utf-8\r\n/);
      expect(bodyOf(response)).toContain("welcome\n");
    },
  );

  test.each([
    ["another name that resolves to this machine", ["Host: evil.test"]],
    ["another name with our port", ["Host: evil.test:4000"]],
    ["a name that only starts like ours", ["Host: localhost.evil.test"]],
    ["a name that only ends like ours", ["Host: evil.localhost"]],
    ["an empty name", ["Host:"]],
    ["a page from another site", ["Host: localhost:4000", "Origin: http://evil.test"]],
    ["a page without an origin", ["Host: localhost:4000", "Origin: null"]],
  ])("are rejected for %s, AWS API calls included", async (_name, fields) => {
    const { internet } = await setUp();
    const response = await ask(internet, "/", fields);
    const toApi = await ask(internet, "/", fields, "POST");
    expect(toApi).toMatch(/^HTTP\/1\.1 403 [^]*only this machine's own names/);
    expect(response).toMatch(/^HTTP\/1\.1 403 /);
    expect(response).not.toContain("welcome");
    expect(response).not.toMatch(/^access-control/im);
  });

  test.each([
    ["GET", "/other", 404],
    ["GET", "//", 404],
    ["GET", "/?x", 404],
    ["PUT", "/", 405],
    ["OPTIONS", "/", 405],
    ["DELETE", "/", 405],
  ])("%s %s gets a %i", async (method, target, status) => {
    const { internet } = await setUp();
    const response = await ask(internet, target, ["Host: localhost"], method);
    expect(response.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
  });

  test("HEAD gets no body", async () => {
    const { internet } = await setUp();
    const response = await ask(internet, "/", ["Host: localhost"], "HEAD");
    expect(response).toMatch(/^HTTP\/1\.1 200 /);
    expect(bodyOf(response)).toBe("");
  });
});

describe("a load balancer's own port", () => {
  test("forwards requests unchanged, whatever host they name", async () => {
    const { localPort } = await setUp((req, res) => res.end(`${req.method} ${req.url} ${req.headers.host}`));
    const response = await ask(localPort, "/a/../b?c", ["Host: localhost:4080"]);
    expect(response).toMatch(/^HTTP\/1\.1 200 [^]*GET \/a\/\.\.\/b\?c localhost:4080$/);
  });

  test("closes the connection if the load balancer has no listener", async () => {
    const { resources, localPort } = await setUp();
    await resources.delete("aws:lb/listener:Listener", "listener");
    expect(await ask(localPort, "/")).toBe("");
  });

  test("doesn't respond if its security group allows nobody in", async () => {
    const { resources, localPort } = await setUp();
    await resources.delete("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in");
    const signal = AbortSignal.timeout(100);
    const response = fetch(`http://127.0.0.1:${localPort}/`, { signal });
    await expect(response).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("closes the connection once the load balancer is deleted", async () => {
    const { resources, localPort } = await setUp();
    await resources.delete("aws:lb/loadBalancer:LoadBalancer", "balancer");
    expect(await ask(localPort, "/")).toBe("");
  });
});
