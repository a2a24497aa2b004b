/** A region with a network for load balancers, and requests to them from the Internet. */
import http from "node:http";
import type { Region } from "../local/region";
import { importInput, makeCertificate } from "./certificates";
import { makeSamples, openRegion, operatorAddress } from "./sample-resources";

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
