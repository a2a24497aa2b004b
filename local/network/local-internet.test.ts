import { once } from "node:events";
import type http from "node:http";
import net from "node:net";
import { eventually } from "../../testing/eventually";
import { collect, connect as openSocket, exchange, head, listen, listenHttp } from "../../testing/servers";
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
  return { region, removeSample, clock, publicIp, privateIp, dnsName, route, internet, localPort };
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
  test.each(["localhost:PORT", "127.0.0.1:PORT", "localhost:1"])(
    "are welcomed under the name %s",
    async name => {
      const { internet } = await setUp();
      const response = await ask(internet, "/", [`Host: ${name.replace("PORT", String(internet))}`]);
      expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain; charset=utf-8\r\n/);
      expect(bodyOf(response)).toContain("welcome\n");
    },
  );

  test.each([
    ["another name that resolves to this machine", ["Host: evil.test:PORT"]],
    ["a name that only starts like ours", ["Host: localhost.evil.test:PORT"]],
    ["a name that only ends like ours", ["Host: evil.localhost:PORT"]],
    ["our name without the port", ["Host: localhost"]],
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

  describe.each(["in absolute form", "through a tunnel"])("%s", form => {
    /** As a client asks that sends what is for the proxy through the proxy. */
    const askItself = (internet: number, fields: string[], method?: string, name = "127.0.0.1") => {
      const authority = `${name}:${internet}`;
      const all = fields.map(field => field.replace("OWN", authority));
      if (form === "in absolute form") return ask(internet, `http://${authority}/`, all, method);
      const request = head(`${method ?? "GET"} / HTTP/1.1`, ...all, "Connection: close");
      return exchange(internet, head(`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`) + request);
    };

    test.each(["127.0.0.1", "localhost"])("are answered as all others, under the name %s", async name => {
      const { internet } = await setUp();
      expect(await askItself(internet, ["Host: OWN"], "GET", name)).toMatch(/welcome\n/);
      expect(await askItself(internet, ["Host: OWN"], "POST", name)).toMatch(/HTTP\/1\.1 501 /);
    });

    test.each([
      ["another host", ["Host: evil.test"]],
      ["a page from another site", ["Host: OWN", "Origin: http://evil.test"]],
      ["a page without an origin", ["Host: OWN", "Origin: null"]],
    ])("are rejected for %s", async (_name, fields) => {
      const { internet } = await setUp();
      for (const method of ["GET", "POST"])
        expect(await askItself(internet, fields, method)).toMatch(/HTTP\/1\.1 403 /);
    });
  });
});

describe("a tunnel through the local Internet", () => {
  const connect = (internet: number, authority: string, then = "") =>
    exchange(internet, head(`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`) + then);
  const get = head("GET / HTTP/1.1", "Host: x.test", "Connection: close");

  test("reaches a load balancer's node and a public address, as the operator's address", async () => {
    const { internet, publicIp, dnsName } = await setUp((req, res) => {
      res.end(String(req.headers["x-forwarded-for"] ?? "direct"));
    });
    expect(await connect(internet, `${dnsName}:80`, get)).toMatch(/\r\n\r\n198\.51\.100\.10$/);
    expect(await connect(internet, `${publicIp}:8080`, get)).toMatch(/\r\n\r\ndirect$/);
  });

  test("reports a closed port", async () => {
    const { internet, publicIp } = await setUp();
    expect(await connect(internet, `${publicIp}:9`)).toMatch(
      /^HTTP\/1\.1 502 [^]*proxy-status: local-internet; error=connection_refused/,
    );
  });

  test("gets no answer where the rules let nobody in", async () => {
    const { internet, removeSample, dnsName } = await setUp();
    await removeSample("in");
    const client = openSocket(internet);
    const received = collect(client);
    client.write(head(`CONNECT ${dnsName}:80 HTTP/1.1`, `Host: ${dnsName}:80`));
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(received()).toBe("");
    expect(client.readyState).toBe("open");
  });

  test("ends with the rule that let it in, and with the region", async () => {
    const { region, internet, removeSample, publicIp } = await setUp();
    const { port } = await listen(net.createServer(socket => socket.resume()));
    const at = String([...region.ec2.instances.hosts.values()][0]?.options.interfaceId);
    region.network.registerEndpoint(at, 8080, port);
    const open = async () => {
      const client = openSocket(internet);
      client.write(head(`CONNECT ${publicIp}:8080 HTTP/1.1`, "Host: x"));
      await once(client, "data");
      return client.on("error", () => undefined);
    };
    const first = await open();
    await removeSample("in");
    await eventually("the rule's removal ends it", () => first.closed);
  });
});

describe("a load balancer's own port", () => {
  test.each(["localhost:PORT", "127.0.0.1:PORT", "DNS_NAME", "DNS_NAME:PORT"])(
    "forwards requests for %s unchanged",
    async name => {
      const { localPort, dnsName } = await setUp((req, res) => {
        res.end(`${req.method} ${req.url} ${req.headers.host}`);
      });
      const host = name.replace("PORT", String(localPort)).replace("DNS_NAME", dnsName);
      const response = await ask(localPort, "/a/../b?c", [`Host: ${host}`]);
      expect(response.startsWith("HTTP/1.1 200 ")).toBe(true);
      expect(response.endsWith(`GET /a/../b?c ${host}`)).toBe(true);
    },
  );

  test.each([
    ["another host", ["Host: evil.test"]],
    ["another port's page", ["Host: localhost:PORT", "Origin: http://localhost:1"]],
    ["a page on the load balancer's other name", ["Host: localhost:PORT", "Origin: http://127.0.0.1:PORT"]],
    ["a page without an origin", ["Host: localhost:PORT", "Origin: null"]],
    ["a page from another site", ["Host: localhost:PORT", "Sec-Fetch-Site: cross-site"]],
  ])("refuses requests for %s, and says what would be right", async (_name, rows) => {
    let reached = false;
    const { localPort } = await setUp((_req, res) => res.end((reached = true)));
    const fields = rows.map(row => row.replace("PORT", String(localPort)));
    for (const method of ["GET", "POST"]) {
      expect(await ask(localPort, "/", fields, method)).toMatch(
        new RegExp(`^HTTP/1\\.1 403 [^]*only http://localhost:${localPort}/ is answered here`),
      );
    }
    expect(reached).toBe(false);
  });

  test("answers its own page", async () => {
    const { localPort } = await setUp();
    const fields = [`Host: localhost:${localPort}`, `Origin: http://localhost:${localPort}`];
    const response = await ask(localPort, "/", [...fields, "Sec-Fetch-Site: same-origin"], "POST");
    expect(response).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("closes the connection if the load balancer has no listener", async () => {
    const { removeSample, localPort } = await setUp();
    await removeSample("listener");
    expect(await ask(localPort, "/", [`Host: localhost:${localPort}`])).toBe("");
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
    expect(await ask(localPort, "/", [`Host: localhost:${localPort}`])).toBe("");
  });
});
