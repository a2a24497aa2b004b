import { launchBackOff } from "./back-off";

test.each([
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 8],
  [5, 15],
  [100, 15],
  [5000, 15],
])("after %i failures a group waits %i minutes", (failures, minutes) => {
  expect(launchBackOff(failures)).toBe(minutes * 60_000);
});
