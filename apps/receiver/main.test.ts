import { readFileSync } from "node:fs";
import { bundle, startService } from "../../testing/services";
import { listenHttp } from "../../testing/servers";

let file: string;
beforeAll(async () => {
  file = await bundle("receiver");
});

test("the bundle serves by its environment, and stops", async () => {
  const { url: data } = await listenHttp((_request, response) => response.end("42"));
  const { url: imds } = await listenHttp((request, response) =>
    response.end(request.method === "PUT" ? "token" : "203.0.113.7"),
  );
  const service = startService("receiver", file, {
    DATA_READ_URL: data,
    DATA_UPDATE_URL: data,
    NETWORK_ACL_ID: "acl-0123",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", // hosts have a later Node than this machine may have
  });
  const { http = "" } = await service.urls;
  expect(await (await fetch(http)).json()).toEqual({ seed: 42, server_ip_address: "203.0.113.7" });
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
});

test("of EC2's actions on network ACLs the bundle holds the one that it calls", () => {
  const actions = readFileSync(file, "utf8").match(/(?<=")\w*NetworkAcl\w*(?=Request")/g);
  expect(actions).toEqual(["DescribeNetworkAcls"]);
});

test("it does not start without its environment, and names all that is missing or wrong", async () => {
  const service = startService("receiver", file, {
    DATA_UPDATE_URL: "10.0.1.10:8080",
    NETWORK_ACL_ID: "sg-1",
  });
  expect(await service.exited).toBe(1);
  expect(service.lines).toEqual([
    expect.objectContaining({
      level: 60,
      msg:
        "bad environment: DATA_READ_URL is missing; DATA_UPDATE_URL must be an http URL; " +
        "NETWORK_ACL_ID must be a network ACL's id; AWS_REGION is missing",
    }),
  ]);
});
