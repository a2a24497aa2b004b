import * as acm from "@aws-sdk/client-acm";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../aws-error";
import { operationShapes } from "../schema";
import { jsonInput } from "./json";

const { input: shape } = operationShapes(cloudwatch, "GetMetricStatistics");
const whole = { Namespace: "a", MetricName: "b", StartTime: 1.5, EndTime: 60, Period: 60 };

test("timestamps are in seconds, and null members are absent", () => {
  const request = { ...whole, Dimensions: [{ Name: "x", Value: "y" }], Statistics: ["Average"], Unit: null };
  expect(jsonInput(JSON.stringify(request), shape)).toEqual({
    ...whole,
    StartTime: new Date(1500),
    EndTime: new Date(60_000),
    Dimensions: [{ Name: "x", Value: "y" }],
    Statistics: ["Average"],
  });
});

test.each([
  ["{", "SerializationException: The request's body is not JSON"],
  ["", "MissingParameter: The parameter Namespace is required."],
  ["[]", "SerializationException: The request's body: expected an object, not []"],
  ["null", "SerializationException: The request's body: expected an object, not null"],
  [{ ...whole, Colour: "red" }, "InvalidParameterValue: The parameter Colour is not recognized."],
  [{ ...whole, Period: undefined }, "MissingParameter: The parameter Period is required."],
  [{ ...whole, Period: "60" }, 'SerializationException: Period: expected a number, not "60"'],
  [
    { ...whole, StartTime: "2026-11-22T20:00:00Z" },
    'SerializationException: StartTime: expected a timestamp, not "2026-11-22T20:00:00Z"',
  ],
  [{ ...whole, StartTime: 1e300 }, "SerializationException: StartTime: expected a timestamp, not 1e+300"],
  [{ ...whole, Dimensions: {} }, "SerializationException: Dimensions: expected a list, not {}"],
  [{ ...whole, Dimensions: [1] }, "SerializationException: Dimensions[0]: expected an object, not 1"],
  [
    `{"Namespace":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
    "SerializationException: The request is nested more than 32 levels deep",
  ],
  [
    { ...whole, Dimensions: [{ Name: "x", Colour: 1 }] },
    "InvalidParameterValue: The parameter Dimensions[0].Colour is not recognized.",
  ],
])("%j is rejected", (body, expected) => {
  let thrown: unknown;
  try {
    jsonInput(typeof body === "string" ? body : JSON.stringify(body), shape);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(AwsError);
  expect(`${(thrown as AwsError).code}: ${(thrown as AwsError).message}`).toBe(expected);
});

test("bytes come as Base64; what isn't is refused unseen, since it may be a private key", () => {
  const { input: shape } = operationShapes(acm, "ImportCertificate");
  const read = (PrivateKey: unknown) => jsonInput(JSON.stringify({ Certificate: "YQ==", PrivateKey }), shape);
  expect(read("Yg==")).toEqual({ Certificate: new Uint8Array([97]), PrivateKey: new Uint8Array([98]) });
  for (const key of ["secret!", { secret: 1 }])
    expect(() => read(key)).toThrow("PrivateKey: expected Base64, not this value");
});
