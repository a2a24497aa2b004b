import type { ServiceOf } from "../../../api/service";
import { accountActions } from "./account";
import type { Ec2ActionContext } from "./context";
import { flowLogActions } from "./flow-logs";
import { imageActions } from "./images";
import { instanceAttributeActions } from "./instance-attributes";
import { instanceProfileActions } from "./instance-profiles";
import { instanceStateActions } from "./instance-states";
import { instanceStatusActions } from "./instance-status";
import { instanceTypeActions } from "./instance-types";
import { instanceActions } from "./instances";
import { internetGatewayActions } from "./internet-gateways";
import { keyPairActions } from "./key-pairs";
import { launchTemplateVersionActions } from "./launch-template-versions";
import { launchTemplateActions } from "./launch-templates";
import { networkAclEntryActions } from "./network-acl-entries";
import { networkAclActions } from "./network-acls";
import { networkInsightsAnalysisActions } from "./network-insights-analyses";
import { networkInsightsPathActions } from "./network-insights-paths";
import { networkInterfaceActions } from "./network-interfaces";
import { ec2Protocol } from "./protocol";
import { routeTableActions } from "./route-tables";
import { routeActions } from "./routes";
import { runInstancesActions } from "./run-instances";
import { securityGroupRuleActions } from "./security-group-rules";
import { securityGroupActions } from "./security-groups";
import { subnetActions } from "./subnets";
import { tagActions } from "./tags";
import { volumeActions } from "./volumes";
import { vpcActions } from "./vpcs";

export const ec2Service = {
  ...ec2Protocol,
  actions: {
    ...accountActions,
    ...flowLogActions,
    ...imageActions,
    ...instanceActions,
    ...instanceAttributeActions,
    ...instanceProfileActions,
    ...instanceStateActions,
    ...instanceStatusActions,
    ...instanceTypeActions,
    ...internetGatewayActions,
    ...keyPairActions,
    ...launchTemplateActions,
    ...launchTemplateVersionActions,
    ...networkAclActions,
    ...networkAclEntryActions,
    ...networkInsightsAnalysisActions,
    ...networkInsightsPathActions,
    ...networkInterfaceActions,
    ...routeActions,
    ...routeTableActions,
    ...runInstancesActions,
    ...securityGroupActions,
    ...securityGroupRuleActions,
    ...subnetActions,
    ...tagActions,
    ...volumeActions,
    ...vpcActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-ec2"), Ec2ActionContext>;
