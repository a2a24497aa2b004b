/**
 * Loads TypeScript by tsx, and JavaScript by Node: tsx would also parse each file of each package. A closure has no name of
 * its own: tsx would define it each time that one is made, which takes longer than most of them run.
 */
const loadJavaScript = require.extensions[".js"];
require("tsx/cjs");
require.extensions[".js"] = loadJavaScript;

const defineName = '=>__defProp(target,"name",{value,configurable:true})';
// As long as before, because source maps count columns.
const keepTarget = "=>target".padEnd(defineName.length);

const loadTypeScript = require.extensions[".ts"];
require.extensions[".ts"] = (module, path) => {
  module._compile = function (code, ...rest) {
    delete this._compile;
    return this._compile(code.replace(defineName, keepTarget), ...rest);
  };
  loadTypeScript(module, path);
};
