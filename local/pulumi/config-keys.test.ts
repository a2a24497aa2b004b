import { unknownKeys } from "./config-keys";

test("the program's keys are the program's to check, the provider's are known", () => {
  expect(unknownKeys(["anything", "fleet:anything", "aws:region", "aws:defaultTags"], "fleet")).toEqual([]);
});

test("all others are refused, with the nearest of the provider", () => {
  expect(unknownKeys(["aws:regoin", "flet:size"], "fleet")).toEqual([
    expect.stringMatching(
      /^aws:regoin: the AWS provider has no such key; the nearest: aws:region, aws:\w+, aws:\w+$/,
    ),
    "flet:size: a key begins with fleet: (or nothing) or with aws:",
  ]);
});
