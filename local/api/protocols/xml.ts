/** Writes XML with the SDK's serializer, which is loaded for the first response. */
import { timestampFormats, type Shape } from "../schema";

/** @param xmlNamespace of the root element */
export async function xmlDocument(shape: Shape, value: object, xmlNamespace = ""): Promise<string> {
  const { XmlShapeSerializer } = await import("@aws-sdk/core/protocols");
  const timestampFormat = timestampFormats.dateTime;
  const serializer = new XmlShapeSerializer({ xmlNamespace, serviceNamespace: "", timestampFormat });
  serializer.write(shape, value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${representable(String(serializer.flush()))}\n`;
}

/** Replaces characters that XML 1.0 can't represent, which the serializer would write unchanged. */
function representable(xml: string): string {
  return xml.replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
