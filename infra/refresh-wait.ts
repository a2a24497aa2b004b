import { z } from "zod";

/** Who asks AWS, and where; keys as in the AWS provider's configuration. */
const clientSettingsSchema = z.object({
  endpoint: z.string().optional(),
  profile: z.string().optional(),
  accessKey: z.string().optional(),
  secretKey: z.string().optional(),
  token: z.string().optional(),
  assumeRoles: z
    .array(
      z.object({
        roleArn: z.string(),
        sessionName: z.string().optional(),
        externalId: z.string().optional(),
      }),
    )
    .optional(),
});

/** What await-refresh.ts waits for. */
export const refreshWaitSchema = clientSettingsSchema.extend({
  groupName: z.string(),
  minutes: z.number(),
  region: z.string(),
});

export type ClientSettings = z.infer<typeof clientSettingsSchema>;
export type RefreshWait = z.infer<typeof refreshWaitSchema>;
