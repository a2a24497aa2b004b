import { openGroup, settled } from "../../../testing/fake-group";

test("twenty instances can drain at once; a warning of Node's would fail this", async () => {
  const { context, group } = openGroup({ maxSize: 20 }, 20);
  await context.run(1);
  expect(context.launched.size).toBe(20);
  group.setDesiredCapacity(0);
  await settled();
  expect([...(context.targetGroups.get("arn-1")?.targets.values() ?? [])].map(({ state }) => state)).toEqual(
    Array<string>(20).fill("draining"),
  );
  await group.close();
});
