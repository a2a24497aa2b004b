/** A region with a network for load balancers, and requests to them from the Internet. */
import http from "node:http";
import { createInternetProxy, createLocalPort } from "../local/network/local-internet";
import type { Region } from "../local/region";
import { importInput, makeCertificate } from "./certificates";
import { makeSamples, openRegion, operatorAddress } from "./sample-resources";
import { listen } from "./servers";

/** Two public subnets in two zones, and a security group that lets everything in; with an instance if wanted. */
export async function openLoadBalancing({ instance = false } = {}) {
  const { region, resources, clock } = await openRegion();
  const made = await makeSamples(
    resources,
    instance ? "aws:lb/loadBalancer:LoadBalancer" : "aws:iam/role:Role",
  );
  const id = (name: string): string => made[name]?.id ?? "";
  const { elbv2 } = region.calls;

  const createLoadBalancer = async (Name = "lb") => {
    const { LoadBalancers } = await elbv2.CreateLoadBalancer({
      Name,
      Subnets: [id("subnet-1"), id("subnet-2")],
      SecurityGroups: [id("group")],
    });
    return LoadBalancers[0]?.LoadBalancerArn ?? "";
  };
  const createTargetGroup = async (Name = "targets", Port = 8080) => {
    const { TargetGroups } = await elbv2.CreateTargetGroup({
      Name,
      Protocol: "HTTP",
      Port,
      VpcId: id("vpc"),
    });
    return TargetGroups[0]?.TargetGroupArn ?? "";
  };
  /** A listener that answers 200 with the text, or forwards to a target group. */
  const createListener = async (LoadBalancerArn: string, answer: string, Port = 80) => {
    const { Listeners } = await elbv2.CreateListener({
      LoadBalancerArn,
      Protocol: "HTTP",
      Port,
      DefaultActions: [
        answer.startsWith("arn:")
          ? { Type: "forward", TargetGroupArn: answer }
          : { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200", MessageBody: answer } },
      ],
    });
    return Listeners[0]?.ListenerArn ?? "";
  };
  /** A self-signed certificate's ARN. */
  const importCertificate = async (...names: string[]) => {
    const made = await makeCertificate(names.length === 0 ? {} : { names });
    return (await region.calls.acm.ImportCertificate(importInput(made))).CertificateArn ?? "";
  };
  const create = { createLoadBalancer, createTargetGroup, createListener, importCertificate };
  return { region, resources, clock, elbv2, id, ...create };
}

/** An instance behind a load balancer, with the test's server on port 8080. */
export async function openBalancedTarget(targetPort: number) {
  const { region, resources, clock } = await openRegion();
  const made = await makeSamples(resources, "command:remote:CopyToRemote");
  const { outputs = {}, id = "" } = made["instance"] ?? {};
  const dnsName = String(made["aws:lb/loadBalancer:LoadBalancer"]?.outputs["dnsName"]);
  region.network.registerEndpoint(String(outputs["primaryNetworkInterfaceId"]), 8080, targetPort);
  for (const groupId of region.ec2.vpc.securityGroups.keys()) {
    const rule = {
      id: `sgr-${groupId}`,
      groupId,
      egress: true,
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
      tags: {},
    };
    region.ec2.vpc.securityGroupRules.set(rule.id, rule);
  }
  const route = region.network.routerFrom({ internetAddress: operatorAddress });
  const internetOptions = { dns: region.dns, route, welcome: () => "", handleApiRequest: () => undefined };
  const internet = await listen(createInternetProxy(internetOptions));
  const local = await listen(createLocalPort(internetOptions, dnsName, 80));
  const proxyPort = Number(new URL(region.ec2.instances.hosts.get(id)?.proxyUrl ?? "").port);
  const group = [...region.elbv2.targetGroups.values()][0];
  const [balancer] = region.elbv2.loadBalancers.values();
  if (!group || !balancer) throw new Error("the samples have no load balancer");
  /** Each way to the load balancer: where to connect, and the start of the request target. */
  const ways = {
    "a local port": { port: local.port, prefix: "" },
    "the local Internet": { port: internet.port, prefix: `http://${dnsName}` },
    "a host's proxy": { port: proxyPort, prefix: `http://${dnsName}` },
  };
  const listenerPort = [...balancer.listeners.values()][0]?.loopbackPort ?? 0;
  return {
    region,
    internetOptions,
    route,
    clock,
    group,
    balancer,
    listenerPort,
    instanceId: id,
    ways,
    dnsName,
  };
}

/** The status and body, or what else became of the connection to a load balancer. */
export async function get(
  region: Region,
  loadBalancerArn: string,
  { port = 80, path = "/", host = "lb.test" } = {},
): Promise<string> {
  const { dnsName = "" } = region.elbv2.loadBalancers.get(loadBalancerArn) ?? {};
  const address = region.dns.resolve(dnsName) ?? "";
  const connection = region.network.routerFrom({ internetAddress: operatorAddress })({ address, port });
  if (connection.outcome !== "open") return connection.outcome;
  return new Promise((resolve, reject) => {
    const { agent, host: loopback, port: loopbackPort } = connection;
    http
      .get({ agent, host: loopback, port: loopbackPort, path, headers: { Host: host } }, response => {
        const { statusCode = 0, headers } = response;
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve(`${statusCode} ${headers.location ?? body}`));
      })
      .on("error", reject);
  });
}
