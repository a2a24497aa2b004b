import { membersBy, operationShapes } from "../api/schema";
import { openRegion } from "../../testing/sample-resources";

test("every action and parameter of every service exists on AWS", async () => {
  const { region } = await openRegion();
  const scopes = region.services.map(({ scope }) => scope);
  const all = ["ec2", "acm", "autoscaling", "monitoring", "elasticloadbalancing", "iam", "ssm", "sts"];
  expect(scopes).toEqual(all);
  for (const { actions, model } of region.services) {
    const client = await model();
    for (const [name, { parameters, inert = [] }] of Object.entries(actions)) {
      const members = membersBy(member => member, operationShapes(client, name).input);
      const named = [...parameters, ...inert].map(path => path.split(".")[0]);
      expect([...members.keys()]).toEqual(expect.arrayContaining(named));
    }
  }
});
