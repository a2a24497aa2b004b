/** Writes XML by the SDK's serializer, which is loaded when the first response needs it. */
import { timestampFormats, type Shape } from "../schema";

/** @param xmlNamespace of the root element */
export async function xmlDocument(shape: Shape, value: object, xmlNamespace = ""): Promise<string> {
  const { XmlShapeSerializer } = await import("@aws-sdk/core/protocols");
  const serializer = new XmlShapeSerializer({
    xmlNamespace,
    serviceNamespace: "",
    timestampFormat: timestampFormats.dateTime,
  });
  serializer.write(shape, value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${representable(String(serializer.flush()))}\n`;
}

/** Characters that XML 1.0 can't represent are replaced; the serializer would write them as they are. */
function representable(xml: string): string {
  return xml.replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
