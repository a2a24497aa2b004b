import { get, openLoadBalancing } from "../../../../testing/load-balancing";

const respond = (MessageBody: string, StatusCode = "200") => [
  { Type: "fixed-response" as const, FixedResponseConfig: { StatusCode, MessageBody } },
];
const onPath = (...Values: string[]) => [{ Field: "path-pattern", Values }];

async function openListener() {
  const opened = await openLoadBalancing();
  const balancer = await opened.createLoadBalancer();
  const ListenerArn = await opened.createListener(balancer, "default");
  const ask = (path: string, host?: string) => get(opened.region, balancer, { path, host });
  const createRule = async (Priority: number, Conditions: object[], Actions: object[]) => {
    const { Rules } = await opened.elbv2.CreateRule({ ListenerArn, Priority, Conditions, Actions } as never);
    return Rules[0]?.RuleArn ?? "";
  };
  return { ...opened, balancer, ListenerArn, ask, createRule };
}

test("rules act by priority, the default last", async () => {
  const { elbv2, ask, createRule, ListenerArn } = await openListener();
  const hello = await createRule(20, onPath("/hello*"), respond("hello", "404"));
  const world = await createRule(10, onPath("/hello/world"), respond("world"));
  await createRule(
    30,
    [{ Field: "host-header", HostHeaderConfig: { Values: ["*.shop.test"] } }],
    respond("shop"),
  );
  expect(await ask("/hello/x")).toBe("404 hello");
  expect(await ask("/hello/world")).toBe("200 world");
  expect(await ask("/", "A.SHOP.test")).toBe("200 shop");
  expect(await ask("/")).toBe("200 default");

  await elbv2.SetRulePriorities({
    RulePriorities: [
      { RuleArn: hello, Priority: 10 },
      { RuleArn: world, Priority: 20 },
    ],
  });
  expect(await ask("/hello/world")).toBe("404 hello");
  const { Rules } = await elbv2.DescribeRules({ ListenerArn });
  expect(Rules.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
    ["10", false],
    ["20", false],
    ["30", false],
    ["default", true],
  ]);

  await elbv2.ModifyRule({ RuleArn: hello, Conditions: onPath("/bye") });
  expect(await ask("/hello/world")).toBe("200 world");
  expect(await ask("/bye")).toBe("404 hello");
  await elbv2.DeleteRule({ RuleArn: world });
  expect(await ask("/hello/world")).toBe("200 default");
});

test("a redirect names the request's own parts", async () => {
  const { ask, createRule } = await openListener();
  await createRule(1, onPath("/old/*"), [
    {
      Type: "redirect",
      RedirectConfig: { StatusCode: "HTTP_301", Protocol: "HTTPS", Port: "443", Path: "/new/#{path}" },
    },
  ]);
  expect(await ask("/old/a?b=c", "Example.com:80")).toBe("301 https://Example.com:443/new/old/a?b=c");
});

test("a rule answers its conditions and actions with AWS's defaults", async () => {
  const { elbv2, createRule } = await openListener();
  const RuleArn = await createRule(1, onPath("/a"), [
    { Type: "redirect", RedirectConfig: { StatusCode: "HTTP_302", Host: "b.test" } },
  ]);
  const { Rules } = await elbv2.DescribeRules({ RuleArns: [RuleArn] });
  expect(Rules).toEqual([
    {
      RuleArn,
      Priority: "1",
      IsDefault: false,
      Conditions: [{ Field: "path-pattern", Values: ["/a"], PathPatternConfig: { Values: ["/a"] } }],
      Actions: [
        {
          Type: "redirect",
          RedirectConfig: {
            Protocol: "#{protocol}",
            Port: "#{port}",
            Host: "b.test",
            Path: "/#{path}",
            Query: "#{query}",
            StatusCode: "HTTP_302",
          },
        },
      ],
    },
  ]);
});

test.each([
  ["no condition", []],
  ["a value beyond the limit", onPath("/1", "/2", "/3", "/4", "/5", "/6")],
  ["a wildcard beyond the limit", onPath("/*/*/*", "/?/?/?")],
  ["two conditions on one field", [...onPath("/1"), ...onPath("/2")]],
  ["a value that is too long", onPath(`/${"a".repeat(128)}`)],
  ["a character that isn't allowed", onPath("/a b")],
  ["both ways to give values", [{ ...onPath("/a")[0], PathPatternConfig: { Values: ["/a"] } }]],
  ["a field that the region lacks", [{ Field: "source-ip", Values: ["10.0.0.0/8"] }]],
])("refuses a rule with %s", async (_what, conditions) => {
  const { createRule, ask } = await openListener();
  await expect(createRule(1, conditions, respond("no"))).rejects.toMatchObject({
    code: expect.stringMatching(/^(ValidationError|UnsupportedOperation)$/) as unknown,
  });
  expect(await ask("/1")).toBe("200 default");
});

test("a listener changes its port and default action in place", async () => {
  const { elbv2, region, balancer, ListenerArn, createListener } = await openListener();
  await elbv2.ModifyListener({ ListenerArn, Port: 81, DefaultActions: respond("changed") });
  expect(await get(region, balancer, { port: 81 })).toBe("200 changed");
  expect(await get(region, balancer, { port: 80 })).toBe("refused");
  await createListener(balancer, "second", 80);
  expect(await get(region, balancer, { port: 80 })).toBe("200 second");
  await expect(elbv2.ModifyListener({ ListenerArn, Port: 80 })).rejects.toMatchObject({
    code: "DuplicateListener",
  });
  await elbv2.DeleteListener({ ListenerArn });
  expect(await get(region, balancer, { port: 81 })).toBe("refused");
});

test("tags of every kind of resource are kept, replaced and removed", async () => {
  const { elbv2, balancer, ListenerArn, createRule, createTargetGroup } = await openListener();
  const { Rules } = await elbv2.DescribeRules({ ListenerArn });
  const ResourceArns = [
    balancer,
    ListenerArn,
    await createTargetGroup(),
    await createRule(1, onPath("/"), respond("a")),
    Rules[0]?.RuleArn ?? "",
  ];
  const tagsOf = async () =>
    (await elbv2.DescribeTags({ ResourceArns })).TagDescriptions.map(({ Tags }) =>
      Tags.map(({ Key, Value }) => `${Key}=${Value}`).join(),
    );
  await elbv2.AddTags({ ResourceArns, Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] });
  expect(await tagsOf()).toEqual(Array(5).fill("a=1,b="));
  await elbv2.AddTags({ ResourceArns, Tags: [{ Key: "a", Value: "2" }] });
  await elbv2.RemoveTags({ ResourceArns, TagKeys: ["b"] });
  expect(await tagsOf()).toEqual(Array(5).fill("a=2"));
});
