import { outputsAsJson } from "./outputs";

test("has the shape of `pulumi stack output --json`", () => {
  const text = outputsAsJson({
    url: { secret: false, value: "http://a.localhost/" },
    hosts: { secret: false, value: { data: { publicIp: "203.0.113.10" } } },
    sshPrivateKey: { secret: true },
    nothing: { secret: false, value: undefined },
  });
  expect(text).toBe(`{
  "url": "http://a.localhost/",
  "hosts": {
    "data": {
      "publicIp": "203.0.113.10"
    }
  },
  "sshPrivateKey": "[secret]"
}
`);
});

test("without outputs it is an empty object", () => {
  expect(outputsAsJson({})).toBe("{}\n");
});
