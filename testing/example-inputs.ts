/**
 * Inputs to begin with, for actions that chance alone would seldom get right: what is generated resembles them, or what
 * has succeeded since. Ids, ARNs and names stand for any.
 */
const id = "any";

export const exampleInputs: Record<string, object> = {
  "autoscaling:CreateAutoScalingGroup": {
    AutoScalingGroupName: id,
    MinSize: 0,
    MaxSize: 2,
    DesiredCapacity: 1,
    LaunchTemplate: { LaunchTemplateId: id, Version: "$Latest" },
    VPCZoneIdentifier: id,
    TargetGroupARNs: [id],
  },
  "autoscaling:PutScalingPolicy": {
    AutoScalingGroupName: id,
    PolicyName: id,
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: {
      TargetValue: 50,
      PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
    },
  },
  "autoscaling:StartInstanceRefresh": { AutoScalingGroupName: id },
  "ec2:AuthorizeSecurityGroupIngress": {
    GroupId: id,
    IpPermissions: [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: id }] }],
  },
  "ec2:CreateLaunchTemplate": {
    LaunchTemplateName: id,
    LaunchTemplateData: { ImageId: id, InstanceType: "t3.micro", SecurityGroupIds: [id] },
  },
  "ec2:CreateRoute": { RouteTableId: id, DestinationCidrBlock: "0.0.0.0/0", GatewayId: id },
  "ec2:ModifySecurityGroupRules": {
    GroupId: id,
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: id,
        SecurityGroupRule: { IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "0.0.0.0/0" },
      },
    ],
  },
  "ec2:RunInstances": { ImageId: id, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, SubnetId: id },
  "elasticloadbalancing:CreateListener": {
    LoadBalancerArn: id,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: id }],
  },
  "elasticloadbalancing:CreateLoadBalancer": { Name: id, Subnets: [id] },
  "elasticloadbalancing:CreateRule": {
    ListenerArn: id,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/mine/*"] }],
    Actions: [{ Type: "forward", TargetGroupArn: id }],
  },
  "elasticloadbalancing:CreateTargetGroup": { Name: id, Protocol: "HTTP", Port: 8080, VpcId: id },
  "elasticloadbalancing:ModifyLoadBalancerAttributes": {
    LoadBalancerArn: id,
    Attributes: [{ Key: "deletion_protection.enabled", Value: "true" }],
  },
  "elasticloadbalancing:RegisterTargets": { TargetGroupArn: id, Targets: [{ Id: id, Port: 8080 }] },
};
