import { z } from "zod";
import { autoName, resourceId } from "../../identifiers";
import { tags } from "./vpc";
import type { Region } from "../../region";
import { handler, type Handler, type Handlers } from "./handler";

const port = z.int().min(0).max(65535);

const rule = z
  .strictObject({
    securityGroupId: z.string(),
    ipProtocol: z.enum(["tcp", "-1"]),
    fromPort: port.optional(),
    toPort: port.optional(),
    cidrIpv4: z.cidrv4().optional(),
    referencedSecurityGroupId: z.string().optional(),
    tags,
  })
  .refine(
    ({ cidrIpv4, referencedSecurityGroupId }) =>
      (cidrIpv4 === undefined) !== (referencedSecurityGroupId === undefined),
    "exactly one of cidrIpv4 and referencedSecurityGroupId",
  );

function ruleHandler(egress: boolean): Handler<unknown> {
  const put = ({ vpc }: Region, id: string, inputs: z.infer<typeof rule>) => {
    const {
      securityGroupId: groupId,
      ipProtocol,
      fromPort,
      toPort,
      cidrIpv4,
      referencedSecurityGroupId,
    } = inputs;
    const peer = { cidrIpv4, referencedSecurityGroupId };
    vpc.securityGroupRules.set(id, { id, groupId, egress, ipProtocol, fromPort, toPort, ...peer });
    return { securityGroupRuleId: id };
  };
  return handler({
    inputs: rule,
    create({ region }, inputs) {
      const id = resourceId("sgr");
      return { id, outputs: put(region, id, inputs) };
    },
    update({ region, id }, inputs) {
      return put(region, id, inputs);
    },
    delete({ region, id }) {
      region.vpc.securityGroupRules.delete(id);
    },
  });
}

export const securityGroups: Handlers = {
  "aws:ec2/securityGroup:SecurityGroup": handler({
    inputs: z.strictObject({ vpcId: z.string(), description: z.string(), tags }),
    create({ region: { vpc }, name }, { vpcId, description, tags }) {
      const id = resourceId("sg");
      const groupName = autoName(name);
      vpc.securityGroups.set(id, { id, vpcId, groupName, description, tags });
      return { id, outputs: { name: groupName } };
    },
    delete({ region: { vpc }, id }) {
      vpc.securityGroups.delete(id);
    },
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleHandler(false),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ruleHandler(true),
};
