/** Declares the whole system in the order it starts. */
import "./lazy-modules"; // before the SDKs
import "./promise-stacks";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "../apps/ports";
import { buildReleases } from "../apps/shipping/release";
import { fetchRuntime } from "../apps/shipping/runtime";
import { Alarms } from "./alarms";
import { loadConfig } from "./config";
import { Dashboard } from "./dashboard";
import { DataNetworkAcl } from "./data-network-acl";
import { Fleet } from "./fleet";
import { FlowLog } from "./flow-log";
import { GoldenImage } from "./golden-image";
import { Host } from "./host";
import { LoadBalancer } from "./load-balancer";
import { lookUp } from "./look-ups";
import { Network } from "./network";
import { awsProvider, clientSettings } from "./provider";
import { ReceiverIdentity } from "./receiver-identity";
import { SecurityGroups } from "./security-groups";
import { Service } from "./service";
import { SshKey } from "./ssh-key";

export = async () => {
  const config = loadConfig();
  const { vpcCidr, sshCidr, receiverCount, instanceType, stressSeconds, sshBastion, certificateArn } = config;
  const provider = awsProvider();
  // Awaited before the first resource, so that a local region knows everything it is to make before it makes any of it.
  const [{ region, zones, imageId }, releases] = await Promise.all([
    lookUp(config, { provider }),
    buildReleases(),
  ]);

  // The network and its firewalls: a stateless one for the data subnet, a stateful one for each kind of host.
  const { vpcId, subnetIds, subnetCidrs, routing } = new Network("fleet", { vpcCidr, zones }, { provider });
  const dataAcl = new DataNetworkAcl(
    "data",
    { vpcId, subnetId: subnetIds.data, receiverCidr: subnetCidrs.receiver },
    { provider },
  );
  const groups = new SecurityGroups(
    "groups",
    {
      vpcId,
      sshCidr,
      dataCidr: subnetCidrs.data,
      receiverCidr: subnetCidrs.receiver,
      ...(certificateArn !== undefined && { https: true }),
    },
    { provider },
  );

  if (config.flowLogsDestination)
    new FlowLog("fleet", { vpcId, destination: config.flowLogsDestination }, { provider });

  // Shared by all hosts.
  const key = new SshKey("fleet", {}, { provider });
  const hostArgs = {
    instanceType,
    ami: imageId,
    followsImage: config.imageId !== "",
    keyName: key.keyName,
  };
  const serviceArgs = {
    privateKey: key.privateKey,
    bastion: sshBastion && {
      ...sshBastion,
      privateKey: config.sshBastionPrivateKey ? pulumi.secret(config.sshBastionPrivateKey) : key.privateKey,
    },
    runtime: fetchRuntime(progress => void pulumi.log.info(progress, undefined, undefined, true)),
    dependsOn: [...routing, ...groups.rules, dataAcl.association],
  };

  // The data host stores the value.
  const data = new Host(
    "data",
    {
      ...hostArgs,
      subnetId: subnetIds.data,
      securityGroupId: groups.ids["data-access"],
      part: "data-access",
      // Launched before its ACL is associated, it would run under the default ACL, which allows everything.
      dependsOn: [...routing, dataAcl.association],
    },
    { provider, protect: config.protect },
  );
  const dataService = new Service("data-access", {
    ...serviceArgs,
    host: data,
    release: releases["data-access"],
  });

  // Receivers serve the Internet through their load balancer. They are installed one at a time, so that one is always
  // healthy.
  const identity = new ReceiverIdentity("receiver", {}, { provider });
  const receivers = Array.from({ length: receiverCount }, (_, index) => `receiver-${index + 1}`).map(
    name => ({
      name,
      host: new Host(
        name,
        {
          ...hostArgs,
          subnetId: subnetIds.receiver,
          securityGroupId: groups.ids.receiver,
          instanceProfileName: identity.instanceProfileName,
          part: "receiver",
          dependsOn: routing,
        },
        { provider },
      ),
    }),
  );
  const receiverServices: Service[] = [];
  for (const { name, host } of receivers) {
    const previous = receiverServices.at(-1) ?? dataService;
    receiverServices.push(
      new Service(name, {
        ...serviceArgs,
        host,
        release: releases.receiver,
        environment: {
          // The private address: via the public one, requests would no longer come from the receiver subnet.
          DATA_READ_URL: pulumi.interpolate`http://${data.privateIp}:${ports["data-access"].read}/`,
          DATA_UPDATE_URL: pulumi.interpolate`http://${data.privateIp}:${ports["data-access"].update}/`,
          NETWORK_ACL_ID: dataAcl.networkAclId,
          AWS_REGION: region,
        },
        startAfter: [identity.policy, previous.installed],
      }),
    );
  }
  const edge = [subnetIds["edge-a"], subnetIds["edge-b"]];
  // Both load balancers.
  const loadBalancerArgs = {
    vpcId,
    subnetIds: edge,
    securityGroupId: groups.ids["load-balancer"],
    accessLogsBucket: config.accessLogsBucket,
    deletionProtection: config.deletionProtection,
    certificateArn,
    dependsOn: routing,
  };
  const receiverLoadBalancer = new LoadBalancer(
    "receiver-lb",
    {
      ...loadBalancerArgs,
      targetPort: ports.receiver.http,
      targets: Object.fromEntries(
        receivers.map(({ name, host }, index) => [
          name,
          { instanceId: host.instanceId, dependsOn: receiverServices.slice(index, index + 1) },
        ]),
      ),
      part: "receiver",
    },
    { provider },
  );

  // The fleet: one host is provisioned, and CPU decides how many instances are launched from its image.
  const stress = new Host(
    "stress",
    {
      ...hostArgs,
      subnetId: subnetIds["edge-a"],
      securityGroupId: groups.ids.stress,
      part: "stress",
      dependsOn: routing,
    },
    { provider },
  );
  const stressService = new Service("stress", {
    ...serviceArgs,
    host: stress,
    release: releases.stress,
    environment: { STRESS_SECONDS: String(stressSeconds) },
  });
  const image = new GoldenImage("stress", { host: stress, service: stressService }, { provider });
  const fleetLoadBalancer = new LoadBalancer(
    "fleet-lb",
    { ...loadBalancerArgs, targetPort: ports.stress.http, part: "stress" },
    { provider },
  );
  const fleet = new Fleet(
    "fleet",
    {
      scaling: config,
      imageId: image.imageId,
      instanceType,
      keyName: key.keyName,
      securityGroupId: groups.ids.stress,
      vpcId,
      subnetIds: edge,
      loadBalancer: fleetLoadBalancer,
      refresh: { minutes: config.refreshMinutes, region, client: clientSettings() },
      part: "stress",
      // The image too: a replaced group can't be emptied once its image is gone.
      dependsOn: [...routing, ...groups.rules, image],
    },
    { provider },
  );
  const hosts = {
    data,
    ...Object.fromEntries(receivers.map(({ name, host }) => [name, host])),
    stress,
  };
  if (config.alarmsTopicArn)
    new Alarms(
      "fleet",
      {
        topicArn: config.alarmsTopicArn,
        loadBalancers: { "receiver-lb": receiverLoadBalancer, "fleet-lb": fleetLoadBalancer },
        hosts,
        fleet,
        instanceType,
      },
      { provider },
    );
  const dashboard = new Dashboard(
    "fleet",
    {
      region,
      autoScalingGroupName: fleet.autoScalingGroupName,
      loadBalancers: { receivers: receiverLoadBalancer, fleet: fleetLoadBalancer },
    },
    { provider },
  );

  return {
    dataReadUrl: pulumi.interpolate`http://${data.publicIp}:${ports["data-access"].read}/`,
    dataNetworkAclId: dataAcl.networkAclId,
    receiverLoadBalancerDns: receiverLoadBalancer.dnsName,
    receiverLoadBalancerUrl: receiverLoadBalancer.url,
    fleetLoadBalancerDns: fleetLoadBalancer.dnsName,
    fleetLoadBalancerUrl: fleetLoadBalancer.url,
    autoScalingGroupName: fleet.autoScalingGroupName,
    dashboardUrl: dashboard.url,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([name, { instanceId, publicIp, privateIp }]) => [
        name,
        { instanceId, publicIp, privateIp },
      ]),
    ),
    sshPrivateKey: key.privateKey,
  };
};
