import { unsupportedParameterOf } from "./parameters";

const action = { parameters: ["VpcId", "Options.Tokens"], inert: ["Tags"] } as never;

test.each([
  [{}, undefined],
  [{ VpcId: "vpc-1", Tags: [{ Key: "a" }] }, undefined],
  [{ Options: { Tokens: "required" } }, undefined],
  [{ Options: { Tokens: "required", Limit: undefined } }, undefined],
  [{ Options: { Tokens: "required", Limit: 1 } }, "Options.Limit"],
  [{ Options: [{ Tokens: "required" }, { Limit: 1 }] }, "Options.Limit"],
  [{ Options: {} }, "Options"],
  [{ Times: [] }, "Times"],
  [{ Time: new Date(0) }, "Time"],
  [{ Data: new Uint8Array(1) }, "Data"],
])("of %j, it doesn't support %j", (input, unsupported) => {
  expect(unsupportedParameterOf(action, input)).toBe(unsupported);
});
