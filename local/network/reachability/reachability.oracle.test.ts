/** The short form of `npm run endurance -- verdicts`. */
import { judgeConnections } from "../../../testing/judged-connections";

test("10,000 generated connections are judged as an oracle judges them that shares no code with the region", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { differences, reachable, blockedTwice } = judgeConnections(seed, 10_000);
  expect({ seed, differences: differences.slice(0, 3) }).toEqual({ seed, differences: [] });
  // Else chance would have tried one kind of verdict only.
  expect(reachable).toBeGreaterThan(500);
  expect(blockedTwice).toBeGreaterThan(500);
});
