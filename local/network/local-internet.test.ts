import type http from "node:http";
import { exchange, head, listen, listenHttp } from "../../testing/servers";
import { createInternetProxy, createLocalPort } from "./local-internet";
import { remove } from "../../testing/removals";
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
  const { port: localPort } = await listen(createLocalPort(options, dnsName, 80));
  const removeSample = async (name: string) => {
    const declared = resources.declared.find(each => each.name === name);
    if (declared) await remove(region.calls, declared);
  };
  return { removeSample, clock, publicIp, privateIp, dnsName, route, internet, localPort };
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
  test.each(["localhost", "127.0.0.1"])("are welcomed under the name %s with the port", async name => {
    const { internet } = await setUp();
    const response = await ask(internet, "/", [`Host: ${name}:${internet}`]);
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain; charset=utf-8\r\n/);
    expect(bodyOf(response)).toContain("welcome\n");
  });

  test.each([
    ["another name that resolves to this machine", ["Host: evil.test:PORT"]],
    ["a name that only starts like ours", ["Host: localhost.evil.test:PORT"]],
    ["a name that only ends like ours", ["Host: evil.localhost:PORT"]],
    ["our name without the port", ["Host: localhost"]],
    ["our name with another port", ["Host: localhost:1"]],
    ["an empty name", ["Host:"]],
    ["a page from another site", ["Host: localhost:PORT", "Origin: http://evil.test"]],
    ["a page without an origin", ["Host: localhost:PORT", "Origin: null"]],
  ])("are rejected for %s, AWS API calls included", async (_name, rows) => {
    const { internet } = await setUp();
    const fields = rows.map(row => row.replace("PORT", String(internet)));
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
    const response = await ask(internet, target, [`Host: localhost:${internet}`], method);
    expect(response.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
  });

  const authorization = "Authorization: AWS4-HMAC-SHA256 Credential=x";
  test.each<[method: string, target: string, field?: string]>([
    ["POST", "/"],
    ["POST", "/service/x/operation/y"],
    ["GET", "/?Action=DescribeVpcs"],
    ["GET", "/?Version=1&Action=DescribeVpcs"],
    ["GET", "/bucket?X-Amz-Signature=0"],
    ["GET", "/2015-03-31/functions", authorization],
    ["PUT", "/bucket/key", authorization],
  ])("%s %s is a call of AWS's API", async (method, target, field = "X: y") => {
    const { internet } = await setUp();
    expect(await ask(internet, target, [`Host: localhost:${internet}`, field], method)).toMatch(
      /^HTTP\/1\.1 501 /,
    );
  });

  test("HEAD gets no body", async () => {
    const { internet } = await setUp();
    const response = await ask(internet, "/", [`Host: localhost:${internet}`], "HEAD");
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
    const { removeSample, localPort } = await setUp();
    await removeSample("listener");
    expect(await ask(localPort, "/")).toBe("");
  });

  test("doesn't respond if its security group allows nobody in", async () => {
    const { removeSample, localPort } = await setUp();
    await removeSample("in");
    const signal = AbortSignal.timeout(100);
    const response = fetch(`http://127.0.0.1:${localPort}/`, { signal });
    await expect(response).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("closes the connection once the load balancer is deleted", async () => {
    const { removeSample, localPort } = await setUp();
    await removeSample("balancer");
    expect(await ask(localPort, "/")).toBe("");
  });
});
