import { dispatch, preload } from "./dispatch";
import { queryProtocol } from "./protocols/query";
import type { Service } from "./service";

test("preload() loads models one by one and lets other work run in between", async () => {
  const order: string[] = [];
  const service = (name: string) => ({
    model: () => {
      order.push(name);
      setImmediate(() => order.push(`work after ${name}`));
      return Promise.resolve({});
    },
  });
  await preload([service("a"), service("b")]);
  expect(order).toEqual(["a", "work after a", "b", "work after b"]);
});

test("preload() fails if a model can't be loaded", async () => {
  const model = () => Promise.reject(new Error("no such client"));
  await expect(preload([{ model }])).rejects.toThrow("no such client");
});

describe("an action", () => {
  const parameters: never[] = [];
  const service: Service<undefined> = {
    scope: "ec2",
    query: { dialect: "ec2", xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
    model: () => import("@aws-sdk/client-ec2"),
    source: "ec2.ts",
    actions: {
      CreateTags: { parameters, handle: () => ({}) },
      CreateVpc: { parameters, handle: () => ({}) },
      DescribeVpcs: { parameters, handle: () => ({}) },
      DeleteVpc: { parameters: ["VpcId"] as never[], handle: () => ({}) },
    },
  };
  const head = { method: "POST", path: "/", query: "", headers: {} };
  const call = (body: string) =>
    dispatch(service, queryProtocol(service.query), { ...head, body: Buffer.from(body) }, undefined);

  test("that the region lacks is refused as the region, with the nearest ones", async () => {
    await expect(call("Action=DescribeVpcPeeringConnections")).rejects.toThrow(
      "The local region does not support the action DescribeVpcPeeringConnections. The nearest that it supports: DescribeVpcs, CreateTags, DeleteVpc. To add it, extend ec2.ts.",
    );
  });

  test("that AWS doesn't have is refused in AWS's words", async () => {
    await expect(call("Action=DescribeVps")).rejects.toThrow(
      "The action DescribeVps is not valid for this web service.",
    );
  });

  test("refuses a parameter that it doesn't support", async () => {
    await expect(call("Action=DeleteVpc&VpcId=vpc-1&DryRun=true")).rejects.toThrow(
      "The local region does not support the parameter DryRun of DeleteVpc. The nearest that it supports: VpcId.",
    );
  });

  test("without output confirms in EC2's protocol", async () => {
    const { body } = await call("Action=DeleteVpc&VpcId=vpc-1");
    expect(body).toContain("<return>true</return>");
  });
});
