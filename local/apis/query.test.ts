import { XMLParser } from "fast-xml-parser";
import { list, xml } from "./query";

describe("list", () => {
  const parse = (query: string, name: string) =>
    list(new URLSearchParams(query), name).map(element => Object.fromEntries(element));

  test("a list of values, in the order of their numbers", () => {
    expect(parse("Id.10=c&Id.2=b&Id.1=a&Other.1=x", "Id")).toEqual([
      { "": ["a"] },
      { "": ["b"] },
      { "": ["c"] },
    ]);
  });

  test("a list of structures with lists in them", () => {
    const query =
      "Filter.1.Name=vpc-id&Filter.1.Value.1=a&Filter.1.Value.2=b&Filter.2.Name=default&Filter.2.Value.1=true";
    expect(parse(query, "Filter")).toEqual([
      { Name: ["vpc-id"], Value: ["a", "b"] },
      { Name: ["default"], Value: ["true"] },
    ]);
  });

  test.each(["", "Id=a", "Id.=a", "Id.x=a", "Ids.1=a", "XId.1=a"])("%j has none", query => {
    expect(parse(query, "Id")).toEqual([]);
  });
});

describe("xml", () => {
  test("nests and indents, repeats what is an array, and sends what is empty", () => {
    expect(
      xml({
        'Answer xmlns="http://example.test/"': {
          number: 100,
          flag: false,
          set: { item: [{ a: "1" }, { a: "2" }] },
          tagSet: "",
        },
      }),
    ).toBe(`<Answer xmlns="http://example.test/">
  <number>100</number>
  <flag>false</flag>
  <set>
    <item>
      <a>1</a>
    </item>
    <item>
      <a>2</a>
    </item>
  </set>
  <tagSet/>
</Answer>
`);
  });

  test.each(["<b>&amp; \"x\" 'y'</b>", "]]>", "line\r\nfeed\ttab", " spaces ", "&#60;", "grüße \u{1f600}"])(
    "a parser reads %j as it was",
    text => {
      const parser = new XMLParser({
        trimValues: false,
        parseTagValue: false,
        processEntities: true,
        htmlEntities: true,
      });
      expect(parser.parse(xml({ a: text }))).toMatchObject({ a: text });
    },
  );

  test("what XML has no way to say is replaced", () => {
    expect(xml({ a: "a\0b\x1bc\ufffed\ud800" })).toBe("<a>a\ufffdb\ufffdc\ufffdd\ufffd</a>\n");
  });
});
