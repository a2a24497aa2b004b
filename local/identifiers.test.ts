import { hex, resourceId } from "./identifiers";

test("ids are a prefix and 17 hexadecimal digits, all different", () => {
  const ids = Array.from({ length: 100 }, () => resourceId("vpc"));
  for (const id of ids) expect(id).toMatch(/^vpc-0[0-9a-f]{16}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([0, 1, 7, 16])("hex gives %i digits", digits => {
  expect(hex(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
});
