/**
 * Puts off loading the TypeScript compiler until something uses it. Pulumi's SDK requires it to serialize functions, which
 * few programs make it do; loading takes a third of a second and some 20 MB. Import this before the SDK.
 */
import Module from "node:module";

const path = require.resolve("typescript");

if (require.cache[path] === undefined) {
  const standIn = new Module(path);
  const load = (): object => {
    if (require.cache[path] === standIn) Reflect.deleteProperty(require.cache, path);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- by its path, and only now
    return require(path) as object;
  };
  standIn.exports = new Proxy({}, { get: (_, name): unknown => Reflect.get(load(), name) });
  standIn.loaded = true;
  require.cache[path] = standIn;
}
