/** What AWS answers to the program's data sources. */
import { z } from "zod";
import { amazonLinux2023 } from "../identifiers";
import type { Region } from "../region";

const zoneLetters = ["a", "b", "c"];

const answers: Record<string, (region: Region, inputs: unknown) => object> = {
  "aws:index/getRegion:getRegion": region => ({ id: region.name, region: region.name }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": region => ({ names: zonesOf(region) }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": region => ({ locations: zonesOf(region) }),
  "aws:ssm/getParameter:getParameter": (_region, inputs) => {
    const { name } = z.object({ name: z.string() }).parse(inputs);
    if (!name.startsWith("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")) {
      throw new Error(`ParameterNotFound: the local region has no SSM parameter ${name}`);
    }
    return { name, value: amazonLinux2023 };
  },
};

function zonesOf(region: Region): string[] {
  return zoneLetters.map(letter => `${region.name}${letter}`);
}

/** @throws for a data source that the region does not know: it makes nothing up */
export function invoke(region: Region, token: string, inputs: unknown): object {
  const answer = Object.hasOwn(answers, token) ? answers[token] : undefined;
  if (!answer) throw new Error(`the local region does not know the data source ${token}`);
  return answer(region, inputs);
}
