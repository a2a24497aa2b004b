import { outputsAsJson } from "./outputs";

test("formats outputs like `pulumi stack output --json`", () => {
  const text = outputsAsJson({
    url: { secret: false, value: "http://a.test/" },
    hosts: { secret: false, value: { data: { publicIp: "203.0.113.10" } } },
    sshPrivateKey: { secret: true },
    nothing: { secret: false, value: undefined },
  });
  expect(text).toBe(`{
  "url": "http://a.test/",
  "hosts": {
    "data": {
      "publicIp": "203.0.113.10"
    }
  },
  "sshPrivateKey": "[secret]"
}
`);
});

test("formats no outputs as an empty object", () => {
  expect(outputsAsJson({})).toBe("{}\n");
});
