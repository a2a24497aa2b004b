/** The local Internet and the load balancers' own ports, as the programs see them that people use. */
import { chromium, type Browser, type LaunchOptions, type Page } from "playwright-core";
import { shell } from "./aws-cli";
import { ports } from "../apps/ports";
import { onCleanUp } from "../testing/clean-up";
import { describeWith, programPath } from "../testing/programs";
import { startTestRegion, type TestRegion } from "../testing/region";
import { listenHttp } from "../testing/servers";

const { "data-access": data, receiver } = ports;

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
});

/** What a script prints, which must succeed. */
async function run(script: string): Promise<string> {
  const { code, stdout, stderr } = await shell(region.internet, region.folder, script);
  if (code !== 0) throw new Error(`exit code ${code} of ${script}\n${stdout}${stderr}`);
  return stdout;
}

const fromReceiver = () =>
  expect.stringMatching(/^\{"seed":\d+,"server_ip_address":"203\.0\.113\.\d+"\}$/) as string;
const localUrl = (name: string) =>
  region.running.overview().loadBalancers.find(each => each.name === name)?.listeners[0]?.localUrl ?? "";

describeWith({ curl: "apt install curl" }, "curl", () => {
  test.each(["", "-p"])(
    "reaches a load balancer by its name, whatever NO_PROXY says; curl %s",
    async option => {
      const url = region.output("receiverLoadBalancerUrl");
      const noProxy = "export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1";
      expect(await run(`${noProxy}; curl -sS ${option} -x ${region.internet} ${url}`)).toEqual(
        fromReceiver(),
      );
      expect(await run(`${noProxy} http_proxy=${region.internet}; curl -sS ${option} ${url}`)).toEqual(
        fromReceiver(),
      );
    },
  );

  test("through a tunnel is judged from where it begins", async () => {
    const read = `${region.addresses("data").privateIp}:${data.read}`;
    const through = (host: string, address: string) =>
      shell(
        region.internet,
        region.folder,
        `curl -sS -m 1 -p -x ${region.host(host).proxyUrl} http://${address}/`,
      );
    expect(await through("receiver-1", read)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+$/) as string,
    });
    const metadata = await through("data", "169.254.169.254");
    expect(metadata).toMatchObject({ code: 0, stdout: "" });
    const decided = (await region.decisions()).length;
    // 28: timed out.
    const toReceiver = `${region.addresses("receiver-1").privateIp}:${receiver.http}`;
    expect(await through("data", toReceiver)).toMatchObject({ code: 28, stdout: "" });
    expect((await region.decisions()).slice(decided)).toMatchObject([
      { packet: "reply", code: "SUBNET_ACL_RESTRICTION" },
    ]);
  });
});

/** Of our environment the runtime needs nothing. */
describe("the runtime's own fetch, with NODE_USE_ENV_PROXY", () => {
  const fetched = (url: string) => {
    const [node] = region.service("receiver-1").options.command;
    const program = `fetch("${url}").then(response => response.text()).then(text => console.log(text))`;
    return run(`NODE_USE_ENV_PROXY=1 http_proxy=${region.internet} '${node}' --eval '${program}'`);
  };

  test("reaches a load balancer", async () => {
    expect((await fetched(region.output("receiverLoadBalancerUrl"))).trim()).toEqual(fromReceiver());
  });

  test("reaches the region itself", async () => {
    expect(await fetched(region.internet)).toContain("is an HTTP proxy");
  });
});

describeWith({ aws: "python3 -m pip install awscli" }, "the AWS CLI", () => {
  test.each(["http_proxy", "HTTP_PROXY"])("works where %s names the local Internet", async variable => {
    const identity = await run(`${variable}=$AWS_ENDPOINT_URL aws sts get-caller-identity`);
    expect(JSON.parse(identity)).toMatchObject({ Account: "123456789012" });
    const localhost = region.internet.replace("127.0.0.1", "localhost");
    await run(`export ${variable}=${localhost} AWS_ENDPOINT_URL=${localhost}; aws ec2 describe-vpcs`);
  });
});

describeWith({ nc: "apt install netcat-openbsd" }, "a client that closes its side after its request", () => {
  const answerTo = (url: string, target: string, host: string, fields: string, body: string) => {
    const request = `POST ${target} HTTP/1.1\\r\\nHost: ${host}\\r\\n${fields}\\r\\nContent-Length: ${body.length}\\r\\n\\r\\n${body}`;
    const { hostname, port } = new URL(url);
    return run(`printf '${request}' | nc -N ${hostname} ${port}`);
  };
  const update = (url: string, target = "/", host = new URL(url).host) =>
    answerTo(url, target, host, "Content-Type: application/json", '{"num": 7}');

  test.each<[string, () => Promise<string>]>([
    ["a load balancer's own port", () => update(localUrl("receiver-lb"))],
    ["the local Internet", () => update(region.internet, region.output("receiverLoadBalancerUrl"))],
    [
      "a host's proxy",
      () => {
        const url = `http://${region.addresses("data").privateIp}:${data.update}/`;
        return update(region.host("receiver-1").proxyUrl, url);
      },
    ],
    [
      "a service's own port",
      () => {
        const { sockets } = region.service("data").options;
        return update(`http://127.0.0.1:${sockets.find(({ name }) => name === "update")?.loopbackPort}`);
      },
    ],
  ])("is answered by %s", async (_what, answer) => {
    expect(await answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*("status":"ok"|"NetworkAcls":)/);
  });

  test("is answered by AWS's API", async () => {
    const credential = "Credential=any/20261122/us-east-1/ec2/aws4_request";
    const fields =
      `Authorization: AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}\\r\\n` +
      "Content-Type: application/x-www-form-urlencoded";
    const body = "Action=DescribeVpcs&Version=2016-11-15";
    expect(await answerTo(region.internet, "/", new URL(region.internet).host, fields, body)).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*<DescribeVpcsResponse /,
    );
  });
});

describeWith({ chromium: "apt install chromium" }, "Chromium", () => {
  async function launch(options: LaunchOptions = {}): Promise<Browser> {
    const executablePath = programPath("chromium");
    const { args = [], ...others } = options;
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...args], ...others });
    onCleanUp(() => browser.close());
    return browser;
  }

  test("opens a load balancer's name through the local Internet", async () => {
    const page = await (await launch({ proxy: { server: region.internet } })).newPage();
    const response = await page.goto(region.output("receiverLoadBalancerUrl"));
    expect(await response?.text()).toEqual(fromReceiver());
  });

  /** A page at another origin, and the statuses of the answers from a load balancer's own port that it gets. */
  async function foreignPage(name: string) {
    const { port } = await listenHttp((_req, res) => {
      res.writeHead(200, { "content-type": "text/html" }).end("<iframe name=hidden></iframe>");
    });
    const page = await (await launch()).newPage();
    await page.goto(`http://${name}:${port}/`);
    return page;
  }
  const answered = async (page: Page, url: string, act: () => Promise<unknown>) => {
    const [response] = await Promise.all([page.waitForResponse(`${url}**`), act()]);
    return response.status();
  };

  // To a browser, the ports of a host are one site; a name under .localhost is another, on this machine too.
  test.each(["localhost", "127.0.0.1", "elsewhere.localhost"])(
    "a page at %s, on another port, can't make a load balancer's port do anything",
    async name => {
      const url = localUrl("fleet-lb");
      const page = await foreignPage(name);
      const post = `fetch("${url}", { method: "POST", mode: "no-cors", body: "x" })`;
      const image = `new Promise(resolve => {
        const image = new Image();
        image.onerror = resolve;
        image.src = "${url}image";
      })`;
      const form = `(() => {
        const form = document.createElement("form");
        Object.assign(form, { method: "POST", action: "${url}", target: "hidden" });
        document.body.append(form);
        form.submit();
      })()`;
      for (const attempt of [post, image, form, `navigator.sendBeacon("${url}", "x") && undefined`])
        expect([attempt, await answered(page, url, () => page.evaluate(attempt))]).toEqual([attempt, 403]);
    },
  );

  test("opens a load balancer's port by its address, and by a link on this machine, but not on another site", async () => {
    const url = localUrl("fleet-lb");
    const follow = async (page: Page) => {
      const status = await answered(page, url, () => page.evaluate(`void (location.href = "${url}")`));
      await page.waitForURL(url);
      return status;
    };
    const page = await foreignPage("127.0.0.1");
    expect(await follow(page)).toBe(200);
    expect((await page.goto(url))?.status()).toBe(200);
    const own = `fetch("/", { method: "POST" })`;
    expect(await answered(page, url, () => page.evaluate(own))).toBe(200);
    expect(await follow(await foreignPage("elsewhere.localhost"))).toBe(403);
  });

  test("a name that now resolves to this machine reads nothing", async () => {
    const rule = "--host-resolver-rules=MAP rebound.example 127.0.0.1";
    const page = await (await launch({ args: [rule] })).newPage();
    const servers = [localUrl("fleet-lb"), region.internet];
    for (const { port } of servers.map(url => new URL(url)))
      expect((await page.goto(`http://rebound.example:${port}/`))?.status()).toBe(403);
    const { port } = new URL(region.host("data").proxyUrl);
    expect((await page.goto(`http://rebound.example:${port}/`))?.status()).toBe(400);
  });
});
