import fc from "fast-check";
import { WallClock } from "./wall-clock";

const minute = 60_000;
const time = fc.integer({ min: 0, max: 1e10 });
const wallTime = fc.integer({ min: 1e12, max: 2e12 });

test("now is shown as now or up to a minute earlier, never later", () => {
  fc.assert(
    fc.property(time, wallTime, (now, wall) => {
      const shown = new WallClock({ now: () => now }, wall).show(now).getTime();
      expect(shown).toBeLessThanOrEqual(wall);
      expect(shown).toBeGreaterThan(wall - minute);
    }),
  );
});

test("an hour ago is shown as an hour ago, and the region's minutes start with the wall clock's", () => {
  fc.assert(
    fc.property(time, wallTime, (now, wall) => {
      const clock = new WallClock({ now: () => now }, wall);
      expect(clock.show(now).getTime() - clock.show(now - 3_600_000).getTime()).toBe(3_600_000);
      expect(clock.show(minute * 7).getTime() % minute).toBe(0);
    }),
  );
});

test("timeOf() inverts show()", () => {
  fc.assert(
    fc.property(time, wallTime, time, (now, wall, regionTime) => {
      const clock = new WallClock({ now: () => now }, wall);
      expect(clock.timeOf(clock.show(regionTime))).toBe(regionTime);
    }),
  );
});

test("on a real-time clock, a moment is always shown as the same date", () => {
  const shown = [0, 1, 59_999, 3_600_000].map(elapsed =>
    new WallClock({ now: () => 5 + elapsed }, 1_800_000_000_123 + elapsed).show(0).getTime(),
  );
  expect(new Set(shown).size).toBe(1);
});
