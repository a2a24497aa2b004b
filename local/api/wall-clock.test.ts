import fc from "fast-check";
import { WallClock } from "./wall-clock";

const minute = 60_000;
const time = fc.integer({ min: 0, max: 1e10 });
const wallTime = fc.integer({ min: 1e12, max: 2e12 });

test("now is shown as now, give or take a minute, and never as later", () => {
  fc.assert(
    fc.property(time, wallTime, (now, wall) => {
      const shown = new WallClock({ now: () => now }, wall).show(now).getTime();
      expect(shown).toBeLessThanOrEqual(wall);
      expect(shown).toBeGreaterThan(wall - minute);
    }),
  );
});

test("an hour ago is shown as an hour ago, and a minute of the region begins with one of the wall", () => {
  fc.assert(
    fc.property(time, wallTime, (now, wall) => {
      const clock = new WallClock({ now: () => now }, wall);
      expect(clock.show(now).getTime() - clock.show(now - 3_600_000).getTime()).toBe(3_600_000);
      expect(clock.show(minute * 7).getTime() % minute).toBe(0);
    }),
  );
});

test("what is shown leads back", () => {
  fc.assert(
    fc.property(time, wallTime, time, (now, wall, asked) => {
      const clock = new WallClock({ now: () => now }, wall);
      expect(clock.timeOf(clock.show(asked))).toBe(asked);
    }),
  );
});

test("on a clock as fast as AWS's, what is shown of a moment never changes", () => {
  const shown = [0, 1, 59_999, 3_600_000].map(passed =>
    new WallClock({ now: () => 5 + passed }, 1_800_000_000_123 + passed).show(0).getTime(),
  );
  expect(new Set(shown).size).toBe(1);
});
