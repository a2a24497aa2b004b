import fc from "fast-check";
import { pageOf } from "./paging";

test("pages one after the other are the whole list", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (items, size) => {
      const walked: number[] = [];
      let token: string | undefined;
      do {
        const paged = pageOf(items, size, token);
        if (!paged) throw new Error("a token that was given out is not known");
        expect(paged.page.length).toBeLessThanOrEqual(size);
        walked.push(...paged.page);
        token = paged.next;
      } while (token !== undefined);
      expect(walked).toEqual(items);
    }),
  );
});

test.each(["", "nonsense", Buffer.from("from -1").toString("base64")])("%j is no token", token => {
  expect(pageOf([1, 2], 1, token)).toBeUndefined();
});
