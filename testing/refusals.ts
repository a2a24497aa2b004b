/** Tests of a service's table of refusals. */
import type { Region } from "../local/region";
import { openRegion } from "./sample-resources";

/** The calls that end in the refusal, and its code. */
export type RefusalCase = [
  code: string,
  call: (ec2: Region["calls"]["ec2"], region: Region) => Promise<unknown>,
];

/** A test for each refusal of a table, in a region of its own: the compiler names a refusal that has none. */
export function testRefusals<Table>(cases: Record<keyof Table, RefusalCase>): void {
  test.each(Object.entries<RefusalCase>(cases))("%s", async (_name, [code, call]) => {
    const { region } = await openRegion();
    const error = await call(region.calls.ec2, region).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    // Otherwise a call with a parameter that the action lacks would do for what the region lacks.
    expect((error as Error).message).not.toContain("does not support the parameter");
  });
}
