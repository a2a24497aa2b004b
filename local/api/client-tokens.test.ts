import { ClientTokens } from "./client-tokens";

const counter = () => {
  let calls = 0;
  return () => ({ calls: ++calls });
};

test("a repeated request gets the first one's answer, and one with another token or action its own", async () => {
  const tokens = new ClientTokens();
  const call = counter();
  const input = { ClientToken: "a", CidrBlock: "10.0.0.0/16" };
  const first = await tokens.once("CreateVpc", input, call);
  await expect(tokens.once("CreateVpc", { ...input }, call)).resolves.toBe(first);
  await expect(tokens.once("CreateVpc", { ...input, ClientToken: "b" }, call)).resolves.toEqual({ calls: 2 });
  await expect(tokens.once("CreateSubnet", input, call)).resolves.toEqual({ calls: 3 });
});

test("calls without a token are always made", async () => {
  const tokens = new ClientTokens();
  const call = counter();
  await tokens.once("CreateVpc", {}, call);
  await expect(tokens.once("CreateVpc", {}, call)).resolves.toEqual({ calls: 2 });
});

test("a token used with other parameters is refused", async () => {
  const tokens = new ClientTokens();
  await tokens.once("CreateVpc", { ClientToken: "a", CidrBlock: "10.0.0.0/16" }, counter());
  await expect(
    tokens.once("CreateVpc", { ClientToken: "a", CidrBlock: "10.1.0.0/16" }, counter()),
  ).rejects.toMatchObject({ code: "IdempotentParameterMismatch" });
});

test("a failed call can be retried with its token", async () => {
  const tokens = new ClientTokens();
  const input = { ClientToken: "a" };
  await expect(
    tokens.once("CreateVpc", input, () => {
      throw new Error("no room");
    }),
  ).rejects.toThrow("no room");
  await expect(tokens.once("CreateVpc", input, counter())).resolves.toEqual({ calls: 1 });
});

test("the oldest of many tokens is forgotten", async () => {
  const tokens = new ClientTokens();
  const call = counter();
  for (let index = 0; index <= 1000; index++)
    await tokens.once("CreateVpc", { ClientToken: `${index}` }, call);
  await expect(tokens.once("CreateVpc", { ClientToken: "1000" }, call)).resolves.toEqual({ calls: 1001 });
  await expect(tokens.once("CreateVpc", { ClientToken: "0" }, call)).resolves.toEqual({ calls: 1002 });
});
