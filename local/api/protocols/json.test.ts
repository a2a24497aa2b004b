import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../aws-error";
import { operationShapes, structure } from "../schema";
import { jsonOutput, jsonProtocol } from "./json";

const { output: shape } = operationShapes(cloudwatch, "GetMetricStatistics");
const model = () => Promise.resolve(cloudwatch);
const query = { dialect: "query", xmlNamespace: "" } as const;
const serviceName = "GraniteServiceVersion20100801";

test("writes output as JSON", async () => {
  const Datapoints = [{ Timestamp: new Date(1500), Average: 1, Sum: undefined }];
  expect(await jsonOutput(shape, { Label: "x", Datapoints })).toBe(
    '{"Label":"x","Datapoints":[{"Timestamp":1.5,"Average":1}]}',
  );
  expect(await jsonOutput(shape, { Label: "x", Datapoints: [] })).toBe('{"Label":"x","Datapoints":[]}');
  expect(await jsonOutput(structure("Empty", {}), {})).toBe("{}");
});

test.each(["\0\x1b\ud800", "\"'\\</script>\u2028"])("a parser reads %j as it was", async Label => {
  expect(JSON.parse(await jsonOutput(shape, { Label }))).toEqual({ Label });
});

test("a service that also speaks the query protocol sends its error codes too", async () => {
  const protocol = jsonProtocol("1.0", { serviceName, model, query });
  expect(await protocol.error(new AwsError("MissingParameter", "why"))).toEqual({
    status: 400,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": expect.any(String) as unknown,
      "x-amzn-errortype": "MissingRequiredParameterException",
      "x-amzn-query-error": "MissingParameter;Sender",
    },
    body: '{"__type":"MissingRequiredParameterException","message":"why"}',
  });
});

test("an error can name its exception, where several share its code", async () => {
  const { body } = await jsonProtocol("1.0", { serviceName, model, query }).error(
    new AwsError("ResourceNotFound", "why", 404, "DashboardNotFoundError"),
  );
  expect(body).toBe('{"__type":"DashboardNotFoundError","message":"why"}');
});

test("a service that speaks only JSON sends no other error codes", async () => {
  const protocol = jsonProtocol("1.1", { serviceName, model });
  const { headers, body } = await protocol.error(new AwsError("ParameterNotFound", "why"));
  expect(headers["content-type"]).toBe("application/x-amz-json-1.1");
  expect(headers).not.toHaveProperty("x-amzn-query-error");
  expect(body).toBe('{"__type":"ParameterNotFound","message":"why"}');
});
