import { evaluate } from "./testing";
test("x", async () => {
  const t = Date.now();
  const r = await evaluate();
  console.log(Date.now() - t, r.resources.length);
  require("node:fs").writeFileSync("/tmp/w/eval.json", JSON.stringify(r, undefined, 1));
  const t2 = Date.now();
  const p = await evaluate({ preview: true });
  console.log(Date.now() - t2, p.resources.length);
  require("node:fs").writeFileSync("/tmp/w/preview.json", JSON.stringify(p, undefined, 1));
}, 60000);
