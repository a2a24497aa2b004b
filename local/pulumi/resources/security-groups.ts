import { z } from "zod";
import { resourceId } from "../../identifiers";
import type { VpcModel } from "../../network/reachability/vpc-model";
import { autoName } from "../auto-name";
import { handler, tags, type Handler, type Handlers } from "./handler";

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
    "needs exactly one of cidrIpv4 and referencedSecurityGroupId",
  );

function ruleHandler({ securityGroupRules }: VpcModel, egress: boolean): Handler<unknown> {
  const put = (id: string, inputs: z.infer<typeof rule>) => {
    const { securityGroupId: groupId, ipProtocol, fromPort, toPort } = inputs;
    const { cidrIpv4, referencedSecurityGroupId } = inputs;
    const peer = { cidrIpv4, referencedSecurityGroupId };
    securityGroupRules.set(id, {
      id,
      groupId,
      egress,
      ipProtocol,
      fromPort,
      toPort,
      ...peer,
      tags: inputs.tags,
    });
    return { securityGroupRuleId: id };
  };
  return handler({
    inputs: rule,
    create(_name, inputs) {
      const id = resourceId("sgr");
      return { id, outputs: put(id, inputs) };
    },
    update: ({ id }, inputs) => put(id, inputs),
    delete: ({ id }) => securityGroupRules.delete(id),
  });
}

export const securityGroupHandlers = (vpc: VpcModel): Handlers => ({
  "aws:ec2/securityGroup:SecurityGroup": handler({
    inputs: z.strictObject({ vpcId: z.string(), description: z.string(), tags }),
    create(name, inputs) {
      const id = resourceId("sg");
      const groupName = autoName(name);
      vpc.securityGroups.set(id, { id, groupName, ...inputs });
      return { id, outputs: { name: groupName } };
    },
    delete: ({ id }) => vpc.securityGroups.delete(id),
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleHandler(vpc, false),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ruleHandler(vpc, true),
});
