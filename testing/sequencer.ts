/** Starts the whole-system suites first: they take longest, and a fresh clone has no timings to order by. */
import { sep } from "node:path";
import Sequencer from "@jest/test-sequencer";

type Tests = Parameters<Sequencer["sort"]>[0];

const rank = (path: string) => Number(!path.includes(`${sep}tests${sep}`));

export default class extends Sequencer {
  override sort(tests: Tests): Tests {
    return (super.sort(tests) as Tests).toSorted((a, b) => rank(a.path) - rank(b.path));
  }
}
