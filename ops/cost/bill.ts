/** What a declared program costs an hour. */
import * as rates from "./rates";

/** A resource as the program declares it. */
export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** What is paid for, at one size of the fleet; USD an hour. */
export interface Bill {
  /** Instances of the fleet. */
  fleet: number;
  items: { what: string; hour: number }[];
  /** Of all items; CloudWatch stays within what is free for ever, or comes on top. */
  hour: number;
  month: number;
  /** CloudWatch beyond what is free for ever, if nothing else in the account uses that. */
  beyondFree: number;
  /** CloudWatch if nothing of it is free. */
  withoutFree: number;
}

export interface Costs {
  /** At the fleet's lowest, initial and highest size. */
  bills: Bill[];
  instanceType: string;
  /** Of one host, its address and volume included. */
  hostHour: number;
  /** What is declared and paid for by its volume, which nobody knows beforehand. */
  byVolume: string[];
  /** Of one instance at full load, beyond its price. */
  surplusHour?: number;
}

/** @throws for what has no known rate */
export function costsOf(declared: readonly Declared[]): Costs {
  const ofType = (type: string) => declared.filter(each => each.type === type);
  const hosts = ofType("aws:ec2/instance:Instance");
  const [group] = ofType("aws:autoscaling/group:Group");
  const [template] = ofType("aws:ec2/launchTemplate:LaunchTemplate");
  if (!group || !template)
    throw new Error("the program declares no Auto Scaling group, or no launch template");
  const size = (name: "minSize" | "desiredCapacity" | "maxSize") => Number(group.inputs[name]);
  const lowest = size("minSize");
  const sizes = [lowest, Math.max(lowest, size("desiredCapacity")), size("maxSize")];
  const instanceType = String(template.inputs["instanceType"]);

  const loadBalancers = ofType("aws:lb/loadBalancer:LoadBalancer");
  const nodes = loadBalancers.flatMap(({ inputs }) =>
    inputs["internal"] === true ? [] : (inputs["subnets"] as unknown[]),
  );
  const publicHosts = hosts.filter(({ inputs }) => inputs["associatePublicIpAddress"] === true);
  const isFleetPublic = ofType("aws:ec2/subnet:Subnet").some(
    ({ inputs }) => inputs["mapPublicIpOnLaunch"] === true,
  );
  const images = ofType("aws:ec2/amiFromInstance:AmiFromInstance");
  const gigabyte = (rate: number) => (rates.imageGigabytes * rate) / rates.hoursPerMonth;

  const billOf = (fleet: number): Bill => {
    const instances = [
      ...hosts.map(({ inputs }) => String(inputs["instanceType"])),
      ...Array<string>(fleet).fill(instanceType),
    ];
    const addresses = publicHosts.length + nodes.length + (isFleetPublic ? fleet : 0);
    const items = [
      {
        what: `instances: ${counted(instances)}`,
        hour: sum(instances.map(rates.instanceRate)),
      },
      { what: `public IPv4 addresses: ${addresses}`, hour: addresses * rates.hourly.publicIpv4 },
      {
        what: `load balancers: ${loadBalancers.length}`,
        hour: loadBalancers.length * rates.hourly.loadBalancer,
      },
      {
        what: `gp3 volumes: ${instances.length} of ${rates.imageGigabytes} GB`,
        hour: instances.length * gigabyte(rates.monthly.gp3),
      },
      {
        what: `image's snapshot: at most ${rates.imageGigabytes} GB`,
        hour: images.length * gigabyte(rates.monthly.snapshot),
      },
    ];
    const hour = sum(items.map(item => item.hour));
    return { fleet, items, hour, month: hour * rates.hoursPerMonth, ...cloudWatch(fleet) };
  };

  const cloudWatch = (fleet: number) => {
    const { dashboard, alarm, metric } = rates.monthly;
    const { dashboards, alarms, metrics } = rates.freeForEver;
    const isDetailed = (template.inputs["monitoring"] as { enabled?: boolean } | undefined)?.enabled === true;
    const used = {
      dashboards: ofType("aws:cloudwatch/dashboard:Dashboard").length,
      // Target tracking makes one above the target, and one below.
      alarms:
        2 * ofType("aws:autoscaling/policy:Policy").length +
        ofType("aws:cloudwatch/metricAlarm:MetricAlarm").length,
      metrics: isDetailed ? fleet * rates.detailedMetrics : 0,
    };
    const hourOf = (free: number) =>
      (Math.max(0, used.dashboards - free * dashboards) * dashboard +
        Math.max(0, used.alarms - free * alarms) * alarm +
        Math.max(0, used.metrics - free * metrics) * metric) /
      rates.hoursPerMonth;
    return { beyondFree: hourOf(1), withoutFree: hourOf(0) };
  };

  const keepsAccessLogs = loadBalancers.some(
    ({ inputs }) => (inputs["accessLogs"] as { enabled?: boolean } | undefined)?.enabled === true,
  );
  return {
    bills: [...new Set(sizes)].map(billOf),
    byVolume: [
      ...(ofType("aws:ec2/flowLog:FlowLog").length > 0 ? ["flow logs (their delivery, and S3)"] : []),
      ...(keepsAccessLogs ? ["access logs (S3)"] : []),
    ],
    instanceType,
    hostHour: rates.instanceRate(instanceType) + rates.hourly.publicIpv4 + gigabyte(rates.monthly.gp3),
    surplusHour: rates.surplusRate(instanceType),
  };
}

/** "4 x t3.micro" */
function counted(types: string[]): string {
  return [...new Set(types)]
    .map(type => `${types.filter(each => each === type).length} x ${type}`)
    .join(", ");
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
