import fc from "fast-check";
import { pageOf } from "./paging";

test("consecutive pages make up the whole list", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (items, size) => {
      const collected: number[] = [];
      let token: string | undefined;
      do {
        const paged = pageOf(items, size, token);
        if (!paged) throw new Error(`the issued token ${token} was rejected`);
        expect(paged.page.length).toBeLessThanOrEqual(size);
        collected.push(...paged.page);
        token = paged.next;
      } while (token !== undefined);
      expect(collected).toEqual(items);
    }),
  );
});

test.each(["", "nonsense", Buffer.from("from -1").toString("base64")])("%j is not a token", token => {
  expect(pageOf([1, 2], 1, token)).toBeUndefined();
});
