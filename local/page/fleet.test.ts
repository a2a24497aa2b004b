import { alarmsOf } from "../services/auto-scaling/target-tracking";
import { breaching } from "./fleet";

const { high, low } = alarmsOf(50);

test.each<[what: string, points: (number | undefined)[], above: number, below: number]>([
  ["no minute", [], 0, 0],
  ["a minute above", [20, 60], 1, 0],
  ["a minute in between", [60, 60, 40], 0, 0],
  ["more minutes than the alarm looks at", [60, 60, 60, 60, 60], 3, 0],
  ["a minute without data", [60, undefined, 60], 2, 0],
  ["minutes below after one above", [60, 30, 30, 30], 0, 3],
  ["a quarter of an hour below", Array<number>(20).fill(10), 0, 15],
])("%s counts towards an alarm", (_what, points, above, below) => {
  expect([breaching(points, high), breaching(points, low)]).toEqual([above, below]);
});
