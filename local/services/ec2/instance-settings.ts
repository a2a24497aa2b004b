/** Checks the settings that an instance is given at launch or later. */
import { computeRefusals as refusals } from "./compute-refusals";
import { defaultSettings, type MetadataOptions } from "./instance-records";

interface MetadataOptionsRequest {
  HttpTokens?: MetadataOptions["httpTokens"];
  HttpPutResponseHopLimit?: number;
  HttpEndpoint?: MetadataOptions["httpEndpoint"];
  HttpProtocolIpv6?: MetadataOptions["httpProtocolIpv6"];
  InstanceMetadataTags?: MetadataOptions["instanceMetadataTags"];
}

/**
 * Metadata options with those of a request in their place.
 * @throws AwsError for a hop limit out of range
 */
export function metadataOptionsOf(
  request: MetadataOptionsRequest = {},
  existing: MetadataOptions = defaultSettings.metadataOptions,
): MetadataOptions {
  const { HttpPutResponseHopLimit: hopLimit = existing.httpPutResponseHopLimit } = request;
  if (!Number.isInteger(hopLimit) || hopLimit < 1 || hopLimit > 64) throw refusals.hopLimit(hopLimit);
  return {
    httpTokens: request.HttpTokens ?? existing.httpTokens,
    httpEndpoint: request.HttpEndpoint ?? existing.httpEndpoint,
    httpPutResponseHopLimit: hopLimit,
    httpProtocolIpv6: request.HttpProtocolIpv6 ?? existing.httpProtocolIpv6,
    instanceMetadataTags: request.InstanceMetadataTags ?? existing.instanceMetadataTags,
  };
}

/** In bytes, before it is encoded. Source: EC2 User Guide, "Run commands when you launch an EC2 instance with user data input". */
const mostUserData = 16_384;

/**
 * User data as given, if it is Base64.
 * @throws AwsError for what isn't, or is too long
 */
export function userDataOf(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined;
  const text = base64.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw refusals.userData();
  if (Buffer.from(text, "base64").length > mostUserData) throw refusals.userDataSize();
  return base64;
}
