import { preload } from "./dispatch";

test("preload() loads models one by one and lets other work run in between", async () => {
  const order: string[] = [];
  const service = (name: string) => ({
    model: () => {
      order.push(name);
      setImmediate(() => order.push(`work after ${name}`));
      return Promise.resolve({});
    },
  });
  await preload([service("a"), service("b")]);
  expect(order).toEqual(["a", "work after a", "b", "work after b"]);
});

test("preload() fails if a model can't be loaded", async () => {
  const model = () => Promise.reject(new Error("no such client"));
  await expect(preload([{ model }])).rejects.toThrow("no such client");
});
