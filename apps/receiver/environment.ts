import * as z from "zod";
import { httpUrl } from "../common/environment";
import { mustBe } from "../common/problems";

export const environmentSchema = z.object({
  /** data-access at the data host's private address; at its public one the ACL denies us. */
  DATA_READ_URL: httpUrl,
  DATA_UPDATE_URL: httpUrl,
  NETWORK_ACL_ID: z.string(mustBe("a network ACL's id")).startsWith("acl-", mustBe("a network ACL's id")),
  AWS_REGION: z.string(mustBe("an AWS region")).regex(/^[a-z]+(-[a-z]+)+-\d+$/, mustBe("an AWS region")),
  /** The AWS SDK's own variable for IMDS; the SDK reads it, too. */
  AWS_EC2_METADATA_SERVICE_ENDPOINT: httpUrl.default("http://169.254.169.254"),
});
