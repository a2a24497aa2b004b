import * as ec2 from "@aws-sdk/client-ec2";
import { XMLParser } from "fast-xml-parser";
import { operationShapes, string, structure } from "../schema";
import { xmlDocument } from "./xml";

const { output: acls } = operationShapes(ec2, "DescribeNetworkAcls");

test("writes nested, repeated and empty elements", async () => {
  const NetworkAcls = [
    { NetworkAclId: "a", IsDefault: false, Entries: [{ RuleNumber: 100 }, { RuleNumber: 200 }], Tags: [] },
    { NetworkAclId: "", VpcId: undefined },
  ];
  const namespace = "http://example.test/";
  expect(
    await xmlDocument(structure("Answer", { Result: acls }), { Result: { NetworkAcls } }, namespace),
  ).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<Answer xmlns="http://example.test/"><Result><networkAclSet>' +
      "<item><entrySet><item><ruleNumber>100</ruleNumber></item><item><ruleNumber>200</ruleNumber></item></entrySet>" +
      "<default>false</default>" +
      "<networkAclId>a</networkAclId><tagSet/></item>" +
      "<item><networkAclId></networkAclId></item>" +
      "</networkAclSet></Result></Answer>\n",
  );
});

test("empty structures and lists are elements", async () => {
  const shape = structure("Answer", { Result: acls });
  expect(await xmlDocument(shape, { Result: {} })).toMatch("<Answer><Result/></Answer>");
  expect(await xmlDocument(acls, { NetworkAcls: [] })).toMatch("<networkAclSet/>");
});

const text = structure("Text", { a: string });

test.each(["<b>&amp; \"x\" 'y'</b>", "]]>", "line\r\nfeed\ttab", " spaces ", "&#60;", "grüße \u{1f600}"])(
  "a parser reads %j as it was",
  async a => {
    const parser = new XMLParser({
      trimValues: false,
      parseTagValue: false,
      processEntities: true,
      htmlEntities: true,
    });
    expect(parser.parse(await xmlDocument(text, { a }))).toMatchObject({ Text: { a } });
  },
);

test("timestamps are in ISO 8601", async () => {
  const { output } = operationShapes(ec2, "DescribeInstances");
  const Reservations = [{ Instances: [{ LaunchTime: new Date(1500) }, { LaunchTime: new Date(2000) }] }];
  expect(await xmlDocument(output, { Reservations })).toMatch(
    "<item><launchTime>1970-01-01T00:00:01.500Z</launchTime></item>" +
      "<item><launchTime>1970-01-01T00:00:02Z</launchTime></item>",
  );
});

test("characters that XML can't represent are replaced", async () => {
  expect(await xmlDocument(text, { a: "a\0b\x1bc\ufffed\ud800" })).toMatch(
    "<a>a\ufffdb\ufffdc\ufffdd\ufffd</a>",
  );
});
