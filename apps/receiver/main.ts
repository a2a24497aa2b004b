import { serve } from "../common/serve";
import { createReceiverApp } from "./app";
import { dataAccess } from "./data-access";
import { ec2 } from "./ec2";
import { environmentSchema } from "./environment";
import { imds } from "./imds";
import { ports } from "./ports";

void serve(ports, environmentSchema, (environment, log) => ({
  http: createReceiverApp(
    {
      ...dataAccess(environment.DATA_READ_URL, environment.DATA_UPDATE_URL),
      ...imds(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT),
      ...ec2(environment.AWS_REGION, environment.NETWORK_ACL_ID),
    },
    log,
  ),
}));
