import { closest } from "./closest";
import { unsupportedParameterOf } from "./parameters";

const action = { parameters: ["VpcId", "Options.Tokens"], inert: ["Tags"] } as never;

test.each([
  [{}, undefined],
  [{ VpcId: "vpc-1", Tags: [{ Key: "a" }] }, undefined],
  [{ Options: { Tokens: "required" } }, undefined],
  [{ Options: { Tokens: "required", Limit: undefined } }, undefined],
  [{ Options: { Tokens: "required", Limit: 1 } }, "Options.Limit"],
  [{ Options: [{ Tokens: "required" }, { Limit: 1 }] }, "Options.Limit"],
  [{ Options: {} }, undefined],
  [{ Times: [] }, "Times"],
  [{ Time: new Date(0) }, "Time"],
  [{ Data: new Uint8Array(1) }, "Data"],
])("of %j, it doesn't support %j", (input, unsupported) => {
  expect(unsupportedParameterOf("CreateVpc", action, input)).toBe(
    unsupported &&
      `The local region does not support the parameter ${unsupported} of CreateVpc. ` +
        `The nearest that it supports: ${closest(unsupported, ["VpcId", "Options.Tokens", "Tags"]).join(", ")}.`,
  );
});

test("an action without parameters has no nearest one", () => {
  expect(unsupportedParameterOf("CreateVpc", { parameters: [] }, { VpcId: "vpc-1" })).toBe(
    "The local region does not support the parameter VpcId of CreateVpc.",
  );
});
