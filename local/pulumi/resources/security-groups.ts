import { z } from "zod";
import { autoName } from "../auto-name";
import {
  required,
  resourceType,
  tagList,
  tags,
  tagSpecifications,
  type ResourceType,
  type ResourceTypes,
} from "./resource-type";

const port = z.int().min(-1).max(65535).optional();

const rule = z
  .strictObject({
    securityGroupId: z.string(),
    ipProtocol: z.string(),
    fromPort: port,
    toPort: port,
    cidrIpv4: z.cidrv4().optional(),
    referencedSecurityGroupId: z.string().optional(),
    description: z.string().optional(),
    tags,
  })
  .refine(
    ({ cidrIpv4, referencedSecurityGroupId }) =>
      (cidrIpv4 === undefined) !== (referencedSecurityGroupId === undefined),
    "needs exactly one of cidrIpv4 and referencedSecurityGroupId",
  );

const everything = {
  IpProtocol: "-1",
  IpRanges: [{ CidrIp: "0.0.0.0/0" }],
};

function ruleType(
  authorize: "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress",
): ResourceType<unknown> {
  return resourceType({
    inputs: rule,
    async create({ ec2 }, inputs) {
      const { cidrIpv4, referencedSecurityGroupId, description: Description } = inputs;
      const { SecurityGroupRules } = await ec2[authorize]({
        GroupId: inputs.securityGroupId,
        IpPermissions: [
          {
            IpProtocol: inputs.ipProtocol,
            FromPort: inputs.fromPort,
            ToPort: inputs.toPort,
            ...(cidrIpv4 !== undefined && { IpRanges: [{ CidrIp: cidrIpv4, Description }] }),
            ...(referencedSecurityGroupId !== undefined && {
              UserIdGroupPairs: [{ GroupId: referencedSecurityGroupId, Description }],
            }),
          },
        ],
        ...tagSpecifications("security-group-rule", inputs.tags),
      });
      const id = required(SecurityGroupRules[0]?.SecurityGroupRuleId, "SecurityGroupRuleId");
      return { id, outputs: { securityGroupRuleId: id } };
    },
  });
}

export const securityGroupTypes: ResourceTypes = {
  "aws:ec2/securityGroup:SecurityGroup": resourceType({
    inputs: z.strictObject({
      vpcId: z.string().optional(),
      name: z.string().optional(),
      description: z.string().default("Managed by Pulumi"),
      tags,
    }),
    async create({ ec2 }, { vpcId, description, tags, ...inputs }, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const { GroupId } = await ec2.CreateSecurityGroup({
        VpcId: vpcId,
        GroupName: name,
        Description: description,
        ...tagSpecifications("security-group", tags),
      });
      // AWS lets everything out of a new group; the provider takes that back.
      await ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: [everything] });
      return { id: required(GroupId, "GroupId"), outputs: { name } };
    },
  }),
  /** AWS makes it along with its VPC; the provider takes its rules back. */
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": resourceType({
    inputs: z.strictObject({ vpcId: z.string(), tags }),
    async create({ ec2 }, { vpcId, tags }) {
      const Filters = [
        { Name: "group-name", Values: ["default"] },
        { Name: "vpc-id", Values: [vpcId] },
      ];
      const { SecurityGroups } = await ec2.DescribeSecurityGroups({ Filters });
      const id = required(SecurityGroups[0]?.GroupId, "GroupId");
      if (Object.keys(tags).length > 0) await ec2.CreateTags({ Resources: [id], Tags: tagList(tags) });
      const { SecurityGroupRules } = await ec2.DescribeSecurityGroupRules({
        Filters: [{ Name: "group-id", Values: [id] }],
      });
      for (const { SecurityGroupRuleId = "", IsEgress } of SecurityGroupRules) {
        const rule = { GroupId: id, SecurityGroupRuleIds: [SecurityGroupRuleId] };
        await (IsEgress ? ec2.RevokeSecurityGroupEgress(rule) : ec2.RevokeSecurityGroupIngress(rule));
      }
      return { id, outputs: { name: "default" } };
    },
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleType("AuthorizeSecurityGroupIngress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ruleType("AuthorizeSecurityGroupEgress"),
};
