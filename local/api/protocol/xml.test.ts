import { XMLParser } from "fast-xml-parser";
import { xml } from "./xml";

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
