import { membersBy, operationShapes } from "../api/schema";
import { cleanUp } from "../../testing/clean-up";
import { openRegion } from "../../testing/sample-resources";

afterEach(cleanUp);

test("each action of each service is one of AWS's, as are the parameters it acts on", async () => {
  const { region } = await openRegion();
  const scopes = region.services.map(({ scope }) => scope);
  expect(scopes).toEqual(["autoscaling", "monitoring", "ec2", "elasticloadbalancing", "sts"]);
  for (const { actions, model } of region.services) {
    const client = await model();
    for (const [name, { parameters }] of Object.entries(actions)) {
      const members = membersBy(member => member, operationShapes(client, name).input);
      expect([...members.keys()]).toEqual(expect.arrayContaining([...parameters]));
    }
  }
});
